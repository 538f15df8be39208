"""What is measured on predicted tags, whichever model made them."""

from plugins.nlp.token_classification.evaluation.chance import chance_level
from plugins.nlp.token_classification.evaluation.comparison import compare
from plugins.nlp.token_classification.evaluation.evaluation import save_and_evaluate
from plugins.nlp.token_classification.evaluation.metrics import METRICS, check_metric, measure, metrics_of
from plugins.nlp.token_classification.evaluation.predictions import TagPredictions

__all__ = [
    "METRICS",
    "TagPredictions",
    "chance_level",
    "check_metric",
    "compare",
    "measure",
    "metrics_of",
    "save_and_evaluate",
]
