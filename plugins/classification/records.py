"""The records of tasks of classes about data and evaluations: the typed form of their JSON details."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.contract import DataSummary, Evaluation
from plugins.data.positive import id_of
from plugins.details import read_details

__all__ = [
    "ClassData",
    "ClassDetails",
    "ClassScores",
    "ConfidenceBin",
    "class_data",
    "class_details",
]


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One class: `rows` that are of it, `predicted` rows that were predicted as it; scores between 0 and 1."""

    label: str
    rows: int
    predicted: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """Predictions whose confidence is above `low` and at most `high`, both between 0 and 1.

    Attributes:
        right: Of them, how many were right.
        wrong: How many were wrong.
        confidence: Their mean confidence; None if there are none.
    """

    low: float
    high: float
    right: int
    wrong: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class ClassDetails:
    """What an evaluation of predicted classes found besides metrics.

    Attributes:
        confusion: ``confusion[i][j]``: rows of class i that were predicted as class j.
        classes: Scores of each class, in the order of their ids.
        confidence: Equal bins over confidence from 0 to 1, right and wrong apart: histogram and reliability curve.
        positive: Of two classes the one that precision, recall, f1 and roc_auc are of; None if they are averages.
    """

    confusion: tuple[tuple[int, ...], ...] = ()
    classes: tuple[ClassScores, ...] = ()
    confidence: tuple[ConfidenceBin, ...] = ()
    positive: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of their ids."""
        return tuple(scores.label for scores in self.classes) or tuple(map(str, range(len(self.confusion))))


@dataclass(frozen=True, slots=True)
class ClassData:
    """What is known about the classes of a data set.

    Attributes:
        labels: Class names in the order of their ids.
        label_rows: Rows of each class in each split: ``{"train": [1440, 1440], ...}``.
        positive: Of two classes the one whose precision, recall, F1 and ROC AUC are reported; None for more classes,
            whose scores are averages.
        label_names: Names of classes by how the source stores them, if a spec gives names to stored values.
    """

    labels: tuple[str, ...] = ()
    label_rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    positive: str | None = None
    label_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def positive_id(self) -> int:
        """Id of the positive class; of the second one if none is named, or there are more than two."""
        return id_of(self.positive, self.labels)


def class_details(evaluation: Evaluation) -> ClassDetails:
    """Return what an evaluation of predicted classes found; nothing of what an older record lacks."""
    return read_details(ClassDetails, evaluation.details)


def class_data(data: DataSummary | Mapping[str, Any]) -> ClassData:
    """Return what is known about the classes of a data set; nothing of what an older record lacks.

    Args:
        data: What was found, or that as JSON.
    """
    return read_details(ClassData, data.details if isinstance(data, DataSummary) else data)
