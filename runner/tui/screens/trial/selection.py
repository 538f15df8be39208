"""Which predictions to look at, and in what order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.presentation.labels import msgid
from runner.tui.reading import Example, Predictions

__all__ = ["KINDS", "SORTS", "Selection", "select"]

KINDS: Mapping[str, str] = {
    "all": msgid("all"),
    "wrong": msgid("wrong"),
    "unsure": msgid("unsure: the tenth with the lowest confidence"),
    "surest": msgid("surest wrong"),
    "long": msgid("long: the tenth with the longest texts"),
}
"""Kinds of examples, in the order in which a key goes through them."""

SORTS = ("row", "truth", "predicted", "confidence", "length")
"""What examples can be sorted by."""

_PART, _LEAST = 10, 10


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person wants to see.

    Attributes:
        kind: One of `KINDS`.
        words: Words that must all stand in the text, whatever their case.
        sort: One of `SORTS`; empty: as the kind suggests.
        descending: Whether the largest comes first.
    """

    kind: str = "all"
    words: str = ""
    sort: str = ""
    descending: bool = False


def select(
    predictions: Predictions, examples: Mapping[int, Example], labels: Sequence[str], selection: Selection
) -> tuple[int, ...]:
    """Return places in `predictions` of what is wanted, in order. Takes time where texts are searched."""
    places = _of_kind(predictions, examples, selection.kind)
    if wanted := selection.words.casefold().split():
        places = [place for place in places if _holds(examples.get(predictions.rows[place]), wanted)]
    if selection.sort:
        places.sort(key=_key(predictions, examples, labels, selection.sort), reverse=selection.descending)
    return tuple(places)


def _of_kind(predictions: Predictions, examples: Mapping[int, Example], kind: str) -> list[int]:
    places = list(range(len(predictions.rows)))
    sure = predictions.confidence
    part = max(_LEAST, len(places) // _PART)
    wrong = [place for place in places if predictions.labels[place] != predictions.predicted[place]]
    match kind:
        case "wrong":
            return wrong
        case "surest":
            return sorted(wrong, key=lambda place: -sure[place])
        case "unsure":
            return sorted(places, key=lambda place: sure[place])[:part]
        case "long":
            return sorted(places, key=lambda place: -_length(examples.get(predictions.rows[place])))[:part]
        case _:
            return places


def _length(example: Example | None) -> int:
    return len(example.text) if example else 0


def _holds(example: Example | None, wanted: Sequence[str]) -> bool:
    text = example.text.casefold() if example else ""
    return all(word in text for word in wanted)


def _key(
    predictions: Predictions, examples: Mapping[int, Example], labels: Sequence[str], sort: str
) -> Callable[[int], Any]:
    def name(index: int) -> str:
        return labels[index] if 0 <= index < len(labels) else str(index)

    match sort:
        case "truth":
            return lambda place: name(predictions.labels[place])
        case "predicted":
            return lambda place: name(predictions.predicted[place])
        case "confidence":
            return lambda place: predictions.confidence[place]
        case "length":
            return lambda place: _length(examples.get(predictions.rows[place]))
        case _:
            return lambda place: predictions.rows[place]
