"""What is measured on the predictions of a classifier, whichever model made them."""

from plugins.classification.evaluation.chance import chance_level
from plugins.classification.evaluation.comparison import compare
from plugins.classification.evaluation.evaluation import completed, rescaled, save_and_evaluate
from plugins.classification.evaluation.metrics import (
    METRICS,
    OF_PROBABILITIES,
    check_metric,
    measure,
    metrics_of,
    metrics_of_data,
)

__all__ = [
    "METRICS",
    "OF_PROBABILITIES",
    "chance_level",
    "check_metric",
    "compare",
    "completed",
    "measure",
    "metrics_of",
    "metrics_of_data",
    "rescaled",
    "save_and_evaluate",
]
