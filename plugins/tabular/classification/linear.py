"""Logistic regression on tables: the baseline."""

from catalog.contract import Trainer
from catalog.space import FloatRange
from plugins.model_entry import ModelEntry
from plugins.tabular.checks import check_rows
from plugins.tabular.descriptions import LINEAR
from plugins.tabular.linear.config import ClassLinearConfig

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.calibration import ClassTrainer
    from plugins.tabular.linear.method import LINEAR as METHOD

    return ClassTrainer(METHOD, "label")


model = ModelEntry(
    key="tabular/classification/linear",
    summary="Logistic regression on standardised numbers and one-hot categories: the baseline to beat.",
    description=LINEAR.format(method="logistic regression"),
    Config=ClassLinearConfig,
    space={"C": FloatRange(0.001, 1000.0, log=True)},
    check=check_rows,
    trainer=_trainer,
    study={"study": {"trials": 10, "metric": "accuracy"}},
)
