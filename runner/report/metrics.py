"""What the metrics are called, and how their values are written."""

from dataclasses import dataclass

from runner.presentation.labels import msgid

__all__ = ["METRICS", "Metric", "metric"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as people meet it.

    Attributes:
        label: Its name.
        kind: Of its value: ``"percent"`` or ``"score"``.
        meaning: A word on what it is.
        within: Its name within a sentence, where that is another.
    """

    label: str
    kind: str
    meaning: str = ""
    within: str = ""


METRICS = {
    "accuracy": Metric(msgid("Accuracy"), "percent", msgid("share of right answers")),
    "precision": Metric(msgid("Precision"), "percent", msgid("of what it calls a class, how much is of it")),
    "recall": Metric(msgid("Recall"), "percent", msgid("of what is of a class, how much it finds")),
    "f1": Metric(msgid("F1"), "percent", msgid("harmonic mean of precision and recall")),
    "macro_precision": Metric(msgid("Precision, mean of classes"), "percent", within=msgid("macro precision")),
    "macro_recall": Metric(msgid("Recall, mean of classes"), "percent", within=msgid("macro recall")),
    "macro_f1": Metric(msgid("F1, mean of classes"), "percent", within=msgid("macro F1")),
    "weighted_precision": Metric(
        msgid("Precision, weighted by class size"), "percent", within=msgid("weighted precision")
    ),
    "weighted_recall": Metric(msgid("Recall, weighted by class size"), "percent", within=msgid("weighted recall")),
    "weighted_f1": Metric(msgid("F1, weighted by class size"), "percent", within=msgid("weighted F1")),
    "matthews_corrcoef": Metric(msgid("Matthews correlation"), "score", msgid("1 is perfect, 0 is chance")),
    "roc_auc": Metric(msgid("ROC AUC"), "percent", msgid("50 % is chance")),
    "loss": Metric(msgid("Loss"), "score"),
    "log_loss": Metric(msgid("Log loss"), "score", msgid("in nats, lower is better")),
    "brier_score": Metric(msgid("Brier score"), "score", msgid("lower is better")),
    "ece": Metric(msgid("Expected calibration error"), "percent", msgid("lower is better")),
}


def metric(name: str) -> Metric:
    """Return what is known of a metric; one that nobody described keeps its name and is a plain number."""
    return METRICS.get(name) or Metric(name, "score")
