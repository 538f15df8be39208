"""Ridge regression on tables: the baseline."""

from catalog.contract import Trainer
from catalog.space import FloatRange
from plugins.model_entry import ModelEntry
from plugins.tabular.checks import check_rows
from plugins.tabular.descriptions import LINEAR
from plugins.tabular.linear.config import NumberLinearConfig

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.linear.method import LINEAR as METHOD
    from plugins.tabular.trainer import TableTrainer

    return TableTrainer(METHOD, "target")


model = ModelEntry(
    key="tabular/regression/linear",
    summary="Ridge regression on standardised numbers and one-hot categories: the baseline to beat.",
    description=LINEAR.format(method="ridge regression"),
    Config=NumberLinearConfig,
    space={"alpha": FloatRange(0.001, 10_000.0, log=True)},
    check=check_rows,
    trainer=_trainer,
    study={"study": {"trials": 10, "metric": "rmse"}},
)
