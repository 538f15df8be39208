"""Boosting for classes."""

from catalog.contract import Trainer
from plugins.tabular.boosting.config import ClassBoostingConfig
from plugins.tabular.descriptions import BOOSTING, BOOSTING_SETTINGS, BOOSTING_SPACE
from plugins.tabular.model import TableModelEntry

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.boosting.method import BOOSTING as METHOD
    from plugins.tabular.calibration import ClassTrainer

    return ClassTrainer(METHOD, "label")


model = TableModelEntry(
    key="tabular/classification/boosting",
    summary="Gradient boosting of decision trees (LightGBM): the usual best on tables, trained in seconds.",
    description=BOOSTING,
    Config=ClassBoostingConfig,
    space=BOOSTING_SPACE,
    settings=BOOSTING_SETTINGS,
    loaded=_trainer,
    metric="accuracy",
)
