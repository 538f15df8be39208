"""Two trials held against each other: their parameters, their metrics, and where their predictions part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import InputError
from runner.store.files import path_inside
from runner.store.records import TrialRecord
from runner.tui.reading import Example, Predictions, read_examples, read_predictions
from runner.tui.screens.study.book import Book

__all__ = ["CELLS", "Changed", "Pair", "Quadrants", "Row", "changes", "pair_of", "quadrants", "rows_of", "stored_flips"]

CELLS = ("both right", "only A", "only B", "both wrong")
"""The four cells of the confusion of two models, in reading order: A right across the first line."""

#: Examples of a cell that are listed.
_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """The two trials that are compared."""

    first: TrialRecord
    second: TrialRecord


@dataclass(frozen=True, slots=True)
class Changed:
    """A parameter or metric of both trials; None where one has none."""

    name: str
    first: Any
    second: Any

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return bool(self.first != self.second)


@dataclass(frozen=True, slots=True)
class Quadrants:
    """Both trials' predictions on validation.

    Attributes:
        rows: Rows of the split in each of `CELLS`.
        first: Of A: predicted class and its probability, by row.
        second: Of B.
        labels: True classes, by row.
    """

    rows: Mapping[str, tuple[int, ...]]
    first: Mapping[int, tuple[int, float]]
    second: Mapping[int, tuple[int, float]]
    labels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """An example and what two models say of it; `text` is None where the study keeps no texts."""

    row: int
    text: str | None
    truth: str
    first: str
    first_confidence: float
    second: str
    second_confidence: float


def pair_of(book: Book, marked: Sequence[int], chosen: int | None) -> Pair | None:
    """Return whom to compare: the two that are marked; else the marked or best one against the given configuration.

    Where the given configuration is the best one itself, the trial under the cursor stands against it, else the second
    best one. None where there are no two.
    """
    known = [book.trials[number] for number in marked if number in book.trials]
    if len(known) >= 2:
        return Pair(known[-2], known[-1])
    first = known[0] if known else book.trials.get(book.snapshot.best) if book.snapshot.best is not None else None
    if first is None:
        return None
    rivals = [book.snapshot.given, *([book.trials.get(chosen)] if chosen is not None else []), *book.snapshot.ranked]
    second = next((rival for rival in rivals if rival is not None and rival.number != first.number), None)
    return None if second is None else Pair(first, second)


def changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Changed]:
    """Return what two trials have, differences first."""
    found = [Changed(name, first.get(name), second.get(name)) for name in dict.fromkeys((*first, *second))]
    return sorted(found, key=lambda changed: not changed.differs)


def quadrants(pair: Pair, folder: Path) -> Quadrants:
    """Read both trials' predictions, and tell where they part. Takes time: call it in a thread.

    Raises:
        InputError: A trial has no predictions, a file cannot be used, or they are not of the same examples.
    """
    first, second = (_predictions(trial, folder) for trial in (pair.first, pair.second))
    labels = dict(zip(first.rows, first.labels, strict=True))
    if labels != dict(zip(second.rows, second.labels, strict=True)):
        raise InputError(
            f"the predictions of trials {pair.first.number} and {pair.second.number} are not of the same examples: "
            "the data changed between them"
        )
    said = [_said(predictions) for predictions in (first, second)]
    rows: dict[str, list[int]] = {cell: [] for cell in CELLS}
    for row, label in labels.items():
        right = tuple(answers[row][0] == label for answers in said)
        rows[CELLS[(not right[0]) * 2 + (not right[1])]].append(row)
    return Quadrants({cell: tuple(found) for cell, found in rows.items()}, said[0], said[1], labels)


def rows_of(found: Quadrants, cell: str, folder: Path, labels: Sequence[str]) -> list[Row]:
    """Return examples of a cell, the ones of which the models are surest first. Takes time: call it in a thread.

    Raises:
        InputError: The file of texts cannot be used; a study that has not ended has none, which is no error.
    """
    ranked = sorted(found.rows[cell], key=lambda row: -(found.first[row][1] + found.second[row][1]))[:_MOST_ROWS]
    path = folder / "examples" / "validation.parquet"
    texts: Mapping[int, Example] = read_examples(path, ranked) if path.exists() else {}
    return [
        Row(
            row,
            texts[row].text if row in texts else None,
            _label(found.labels[row], labels),
            _label(found.first[row][0], labels),
            found.first[row][1],
            _label(found.second[row][0], labels),
            found.second[row][1],
        )
        for row in ranked
    ]


def stored_flips(book: Book, other: str) -> tuple[str, list[Row]] | None:
    """Return the split, and the examples that winner and `other` label differently; None where nobody looked."""
    found = book.insights.get(f"flips/{other}")
    if not isinstance(found, Mapping) or not isinstance(found.get("flips"), list):
        return None
    rows = []
    for flip in found["flips"]:
        try:
            rows.append(
                Row(
                    int(flip["row"]),
                    str(flip["text"]),
                    str(flip["truth"]),
                    str(flip["first"]),
                    float(flip["first_confidence"]),
                    str(flip["second"]),
                    float(flip["second_confidence"]),
                )
            )
        except (KeyError, TypeError, ValueError):  # of another version, in a shape that is not known here
            continue
    return str(found.get("split", "test")), rows


def _predictions(trial: TrialRecord, folder: Path) -> Predictions:
    if not trial.predictions:
        raise InputError(f"trial {trial.number} has no predictions: only a trial that came to its end has")
    path = path_inside(folder, trial.predictions)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"the predictions of trial {trial.number} lie outside the study's folder, and are not read")
    return read_predictions(path)


def _said(predictions: Predictions) -> dict[int, tuple[int, float]]:
    answers = zip(predictions.predicted, predictions.confidence, strict=True)
    return dict(zip(predictions.rows, answers, strict=True))


def _label(label: int, labels: Sequence[str]) -> str:
    return labels[label] if 0 <= label < len(labels) else str(label)
