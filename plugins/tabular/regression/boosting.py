"""Boosting for numbers."""

from catalog.contract import Trainer
from plugins.tabular.boosting.config import NumberBoostingConfig
from plugins.tabular.descriptions import BOOSTING, BOOSTING_SETTINGS, BOOSTING_SPACE
from plugins.tabular.model import TableModelEntry

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.boosting.method import BOOSTING as METHOD
    from plugins.tabular.trainer import TableTrainer

    return TableTrainer(METHOD, "target")


model = TableModelEntry(
    key="tabular/regression/boosting",
    summary="Gradient boosting of decision trees (LightGBM): the usual best on tables, trained in seconds.",
    description=BOOSTING,
    Config=NumberBoostingConfig,
    space=BOOSTING_SPACE,
    settings=BOOSTING_SETTINGS,
    loaded=_trainer,
    metric="rmse",
)
