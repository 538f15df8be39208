"""Boosting for numbers."""

from catalog.contract import Trainer
from plugins.model_entry import ModelEntry
from plugins.tabular.boosting.config import NumberBoostingConfig
from plugins.tabular.checks import check_rows
from plugins.tabular.descriptions import BOOSTING, BOOSTING_SETTINGS, BOOSTING_SPACE

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.boosting.method import BOOSTING as METHOD
    from plugins.tabular.trainer import TableTrainer

    return TableTrainer(METHOD, "target")


model = ModelEntry(
    key="tabular/regression/boosting",
    summary="Gradient boosting of decision trees (LightGBM): the usual best on tables, trained in seconds.",
    description=BOOSTING,
    Config=NumberBoostingConfig,
    space=BOOSTING_SPACE,
    settings=BOOSTING_SETTINGS,
    check=check_rows,
    trainer=_trainer,
    study={"study": {"trials": 10, "metric": "rmse"}},
)
