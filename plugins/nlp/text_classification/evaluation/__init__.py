"""What is measured on the predictions of a text classifier, whichever model made them."""

from plugins.nlp.text_classification.evaluation.chance import chance_level
from plugins.nlp.text_classification.evaluation.comparison import compare
from plugins.nlp.text_classification.evaluation.evaluation import rescaled, save_and_evaluate
from plugins.nlp.text_classification.evaluation.metrics import METRICS, check_metric, measure, metrics_of

__all__ = [
    "METRICS",
    "chance_level",
    "check_metric",
    "compare",
    "measure",
    "metrics_of",
    "rescaled",
    "save_and_evaluate",
]
