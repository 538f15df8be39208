"""What is measured on the predictions of a number, whichever model made them."""

from plugins.regression.evaluation.chance import chance_level
from plugins.regression.evaluation.comparison import compare
from plugins.regression.evaluation.evaluation import save_and_evaluate
from plugins.regression.evaluation.metrics import METRICS, check_metric, measure, metrics_of

__all__ = ["METRICS", "chance_level", "check_metric", "compare", "measure", "metrics_of", "save_and_evaluate"]
