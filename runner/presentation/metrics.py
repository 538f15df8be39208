"""What the metrics are called, how their values are written, and which way they improve."""

from dataclasses import dataclass
from typing import Literal

from catalog.figures import Axis
from catalog.metric_labels import ClassScope, metric_label
from catalog.statement import Statement

__all__ = ["METRICS", "Metric", "metric", "metric_axis"]

Better = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as people meet it.

    Attributes:
        label: Its name.
        kind: Of its value: ``"percent"`` or ``"score"``.
        meaning: What it is, in a few words.
        within: Its name within a sentence, where that is another.
        better: Which of its values are the better ones.
    """

    label: Statement
    kind: Literal["percent", "score"]
    meaning: Statement | None = None
    within: Statement | None = None
    better: Better = "high"


_LOWER = Statement("lower is better")
METRICS = {
    "accuracy": Metric(Statement("Accuracy"), "percent", Statement("share of right answers")),
    "precision": Metric(Statement("Precision"), "percent", Statement("of what it calls a class, how much is of it")),
    "recall": Metric(Statement("Recall"), "percent", Statement("of what is of a class, how much it finds")),
    "f1": Metric(Statement("F1"), "percent", Statement("harmonic mean of precision and recall")),
    "macro_precision": Metric(Statement("Precision, mean of classes"), "percent", within=Statement("macro precision")),
    "macro_recall": Metric(Statement("Recall, mean of classes"), "percent", within=Statement("macro recall")),
    "macro_f1": Metric(Statement("F1, mean of classes"), "percent", within=Statement("macro F1")),
    "weighted_precision": Metric(
        Statement("Precision, weighted by class size"), "percent", within=Statement("weighted precision")
    ),
    "weighted_recall": Metric(
        Statement("Recall, weighted by class size"), "percent", within=Statement("weighted recall")
    ),
    "weighted_f1": Metric(Statement("F1, weighted by class size"), "percent", within=Statement("weighted F1")),
    "matthews_corrcoef": Metric(Statement("Matthews correlation"), "score", Statement("1 is perfect, 0 is chance")),
    "roc_auc": Metric(Statement("ROC AUC"), "percent", Statement("50 % is chance")),
    "loss": Metric(Statement("Loss"), "score", better="low"),
    "log_loss": Metric(Statement("Log loss"), "score", Statement("in nats, lower is better"), better="low"),
    "brier_score": Metric(Statement("Brier score"), "score", _LOWER, better="low"),
    "ece": Metric(Statement("Expected calibration error"), "percent", _LOWER, better="low"),
}


def metric(name: str) -> Metric:
    """Return what is known of a metric; one that is not described keeps its name and is a plain number."""
    return METRICS.get(name) or Metric(Statement("{name}", {"name": name}), "score")


def metric_axis(name: str, scope: ClassScope, better: Better | None = None) -> Axis:
    """Return the axis of a metric's values.

    Args:
        name: Its key.
        scope: The classes that it is of.
        better: Which end is better, where a study says so; else what is known of the metric.
    """
    found = metric(name)
    label = metric_label(name, scope) or (found.label if name in METRICS else name)
    return Axis(label, "percent" if found.kind == "percent" else "number", better=better or found.better)
