"""The comparison of two trials: their parameters, their metrics, and their different predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import InputError
from runner.store.files import path_inside
from runner.store.records import TrialRecord
from runner.tui.prediction_files import ExampleRow, PredictionFile, named, read_examples, read_predictions
from runner.tui.screens.study.study_data import StudyData

__all__ = [
    "CELLS",
    "ParameterChange",
    "Quadrants",
    "StoredFlips",
    "TrialPair",
    "changes",
    "pair_of",
    "quadrants",
    "rows_of",
    "stored_flips",
]

CELLS = ("both right", "only A", "only B", "both wrong")
"""The four cells that compare the answers of two models, in reading order: A is right in the first line."""

_ALONE = ("only_first", "only_second")
#: Most examples of a cell that are listed.
_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class TrialPair:
    """The two trials that are compared."""

    first: TrialRecord
    second: TrialRecord


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A parameter or metric of both trials; None if a trial has none."""

    name: str
    first: Any
    second: Any

    @property
    def differs(self) -> bool:
        """Whether the two values differ."""
        return bool(self.first != self.second)


@dataclass(frozen=True, slots=True)
class Quadrants:
    """Both trials' predictions on validation.

    Attributes:
        rows: Rows of the split in each of `CELLS`.
        first: A's answers with their confidence (None if unknown), by row.
        second: B's answers, likewise.
        truths: True answers, by row.
    """

    rows: Mapping[str, tuple[int, ...]]
    first: Mapping[int, tuple[Any, float | None]]
    second: Mapping[int, tuple[Any, float | None]]
    truths: Mapping[int, Any]


def pair_of(book: StudyData, marked: Sequence[int], chosen: int | None) -> TrialPair | None:
    """Return the trials to compare: the two marked ones; else the marked or best one and the given configuration.

    If the given configuration is itself the best one, it is compared with the trial under the cursor, or else with the
    second best. None if there are no two trials.
    """
    known = [book.trials[number] for number in marked if number in book.trials]
    if len(known) >= 2:
        return TrialPair(known[-2], known[-1])
    first = known[0] if known else book.trials.get(book.snapshot.best) if book.snapshot.best is not None else None
    if first is None:
        return None
    rivals = [book.snapshot.given, *([book.trials.get(chosen)] if chosen is not None else []), *book.snapshot.ranked]
    second = next((rival for rival in rivals if rival is not None and rival.number != first.number), None)
    return None if second is None else TrialPair(first, second)


def changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[ParameterChange]:
    """Return the parameters and metrics of two trials, differences first."""
    found = [ParameterChange(name, first.get(name), second.get(name)) for name in dict.fromkeys((*first, *second))]
    return sorted(found, key=lambda changed: not changed.differs)


def quadrants(pair: TrialPair, folder: Path) -> Quadrants:
    """Read both trials' predictions, and compare them. Takes time: call it in a thread.

    Raises:
        InputError: A trial has no predictions, a file cannot be used, or the files have different examples.
    """
    first, second = (_predictions(trial, folder) for trial in (pair.first, pair.second))
    if not (first.tells_right and second.tells_right):
        raise InputError("the predictions of this task do not tell right answers from wrong ones: none are compared")
    truths = dict(zip(first.rows, first.truths, strict=True))
    if truths != dict(zip(second.rows, second.truths, strict=True)):
        raise InputError(
            f"the predictions of trials {pair.first.number} and {pair.second.number} are not of the same examples: "
            "the data changed between them"
        )
    answers = [_answers_of(predictions) for predictions in (first, second)]
    rows: dict[str, list[int]] = {cell: [] for cell in CELLS}
    for row, truth in truths.items():
        right = tuple(answers[row][0] == truth for answers in answers)
        rows[CELLS[(not right[0]) * 2 + (not right[1])]].append(row)
    return Quadrants({cell: tuple(found) for cell, found in rows.items()}, answers[0], answers[1], truths)


def rows_of(found: Quadrants, cell: str, folder: Path, names: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return examples of a cell, those of highest confidence first. Takes time: call it in a thread.

    They have the form of a task's own examples (`catalog.contract.capabilities.FindsChanges`): JSON objects with
    ``row``, ``truth``, the answers ``first`` and ``second`` with their confidence, and the columns of the example.

    Raises:
        InputError: The file of examples cannot be used; it is no error that a study that has not ended has none.
    """
    ranked = sorted(found.rows[cell], key=lambda row: -((found.first[row][1] or 0) + (found.second[row][1] or 0)))
    shown = ranked[:_MOST_ROWS]
    path = folder / "examples" / "validation.parquet"
    examples: Mapping[int, ExampleRow] = read_examples(path, shown) if path.exists() else {}
    return [_changed(row, found, examples.get(row), names) for row in shown]


@dataclass(frozen=True, slots=True)
class StoredFlips:
    """Examples that winner and another model answer differently, stored when the study ended.

    Attributes:
        split: Split of the examples.
        rows: The stored examples.
        known: Number of examples that only one of the two answers right; None if that was not counted.
    """

    split: str
    rows: list[Mapping[str, Any]]
    known: int | None


def stored_flips(book: StudyData, other: str) -> StoredFlips | None:
    """Return the stored examples that winner and `other` answer differently; None if they were not compared."""
    found = book.insights.get(f"flips/{other}")
    if not isinstance(found, Mapping) or not isinstance(found.get("flips"), list):
        return None
    comparison = found.get("comparison")
    counts = [comparison.get(name) if isinstance(comparison, Mapping) else None for name in _ALONE]
    known = [count for count in counts if isinstance(count, int)]
    rows = [flip for flip in found["flips"] if isinstance(flip, Mapping)]
    return StoredFlips(str(found.get("split", "test")), rows, sum(known) if len(known) == len(_ALONE) else None)


def _changed(row: int, found: Quadrants, example: ExampleRow | None, names: Sequence[str]) -> Mapping[str, Any]:
    (first, sure), (second, other) = found.first[row], found.second[row]
    cells = {} if example is None else {name: value for name, value in example.cells.items() if name != "label"}
    return {
        "row": row,
        "truth": named(found.truths[row], names),
        "first": named(first, names),
        "first_confidence": sure,
        "second": named(second, names),
        "second_confidence": other,
        **cells,
    }


def _predictions(trial: TrialRecord, folder: Path) -> PredictionFile:
    if not trial.predictions:
        raise InputError(f"trial {trial.number} has no predictions: only a trial that came to its end has")
    path = path_inside(folder, trial.predictions)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"the predictions of trial {trial.number} lie outside the study's folder, and are not read")
    return read_predictions(path)


def _answers_of(predictions: PredictionFile) -> dict[int, tuple[Any, float | None]]:
    sure: Sequence[float | None] = predictions.confidence or [None] * len(predictions.rows)
    return dict(zip(predictions.rows, zip(predictions.predicted, sure, strict=True), strict=True))
