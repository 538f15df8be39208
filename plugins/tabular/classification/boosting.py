"""Boosting for classes."""

from catalog.contract import Trainer
from plugins.model_entry import ModelEntry
from plugins.tabular.boosting.config import ClassBoostingConfig
from plugins.tabular.checks import check_rows
from plugins.tabular.descriptions import BOOSTING, BOOSTING_SETTINGS, BOOSTING_SPACE

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.boosting.method import BOOSTING as METHOD
    from plugins.tabular.calibration import ClassTrainer

    return ClassTrainer(METHOD, "label")


model = ModelEntry(
    key="tabular/classification/boosting",
    summary="Gradient boosting of decision trees (LightGBM): the usual best on tables, trained in seconds.",
    description=BOOSTING,
    Config=ClassBoostingConfig,
    space=BOOSTING_SPACE,
    settings=BOOSTING_SETTINGS,
    check=check_rows,
    trainer=_trainer,
    study={"study": {"trials": 10, "metric": "accuracy"}},
)
