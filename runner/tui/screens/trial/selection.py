"""Which predictions are shown, and in what order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.presentation.labels import msgid
from runner.tui.prediction_files import EXAMPLE, PREDICTION, ExampleRow, PredictionFile, named

__all__ = ["KINDS", "Selection", "kinds_of", "select"]

KINDS: Mapping[str, str] = {
    "all": msgid("all"),
    "wrong": msgid("wrong"),
    "unsure": msgid("unsure: the tenth with the lowest confidence"),
    "surest": msgid("surest wrong"),
    "long": msgid("long: the tenth with the longest inputs"),
}
"""Kinds of examples, in the order in which a key changes them."""

_PART, _LEAST = 10, 10


@dataclass(frozen=True, slots=True)
class Selection:
    """The user's selection of predictions.

    Attributes:
        kind: One of `KINDS`.
        words: Words that must all occur in the strings of an example, in any case.
        sort: Key of a column; empty: the default of the kind.
        descending: Whether the largest comes first.
    """

    kind: str = "all"
    words: str = ""
    sort: str = ""
    descending: bool = False


def kinds_of(predictions: PredictionFile, examples: Mapping[int, ExampleRow]) -> list[str]:
    """Return the kinds that exist among these predictions."""
    sure, judged = predictions.confidence is not None, predictions.tells_right
    lengths = any(one.text for one in examples.values())
    needs = {"wrong": judged, "unsure": sure, "surest": judged and sure, "long": lengths}
    return [kind for kind in KINDS if needs.get(kind, True)]


def select(
    predictions: PredictionFile, examples: Mapping[int, ExampleRow], names: Sequence[str], selection: Selection
) -> tuple[int, ...]:
    """Return the indices in `predictions` of the selection, in order. Takes time if strings are searched.

    Args:
        predictions: Predictions of all examples.
        examples: Examples by row, as far as they are known.
        names: Names of answers that are numbers.
        selection: The user's selection.
    """
    places = _of_kind(predictions, examples, selection.kind)
    if wanted := selection.words.casefold().split():
        places = [place for place in places if _holds(examples.get(predictions.rows[place]), wanted)]
    if selection.sort:
        places.sort(key=_key(predictions, examples, names, selection.sort), reverse=selection.descending)
    return tuple(places)


def _of_kind(predictions: PredictionFile, examples: Mapping[int, ExampleRow], kind: str) -> list[int]:
    places = list(range(len(predictions.rows)))
    sure = predictions.confidence or ()
    part = max(_LEAST, len(places) // _PART)
    if kind in {"wrong", "surest"}:
        wrong = [place for place in places if predictions.is_right(place) is False]
        return sorted(wrong, key=lambda place: -sure[place]) if kind == "surest" and sure else wrong
    if kind == "unsure" and sure:
        return sorted(places, key=lambda place: sure[place])[:part]
    if kind == "long":
        return sorted(places, key=lambda place: -_length(examples.get(predictions.rows[place])))[:part]
    return places


def _length(example: ExampleRow | None) -> int:
    return len(example.text) if example else 0


def _holds(example: ExampleRow | None, wanted: Sequence[str]) -> bool:
    text = example.text.casefold() if example else ""
    return all(word in text for word in wanted)


def _key(
    predictions: PredictionFile, examples: Mapping[int, ExampleRow], names: Sequence[str], sort: str
) -> Callable[[int], Any]:
    kind, _, name = sort.partition(":")
    columns: Mapping[str, Sequence[Any]] = {
        "truth": predictions.truths,
        "predicted": predictions.predicted,
        "confidence": predictions.confidence or (),
        "row": predictions.rows,
    }
    if kind in {"truth", "predicted"}:
        return lambda place: _ordered(named(columns[kind][place], names) if columns[kind] else None)
    if sort == "length":
        return lambda place: _length(examples.get(predictions.rows[place]))
    if kind == PREDICTION:
        return lambda place: _ordered(predictions.columns[name][place] if name in predictions.columns else None)
    if kind == EXAMPLE:
        return lambda place: _ordered(
            found.cells.get(name) if (found := examples.get(predictions.rows[place])) else None
        )
    found = columns.get(sort) or predictions.rows
    return lambda place: found[place]


def _ordered(value: Any) -> tuple[int, float, str]:
    """Return a sort key for values of any type: numbers, then strings, then missing values."""
    if isinstance(value, int | float):
        return 0, value, ""
    return (2, 0.0, "") if value is None else (1, 0.0, str(value))
