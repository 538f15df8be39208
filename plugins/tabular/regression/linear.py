"""Ridge regression on tables: the baseline."""

from catalog.contract import Trainer
from catalog.space import FloatRange
from plugins.tabular.descriptions import LINEAR
from plugins.tabular.linear.config import NumberLinearConfig
from plugins.tabular.model import TableModelEntry

__all__ = ["model"]


def _trainer() -> Trainer:
    from plugins.tabular.linear.method import LINEAR as METHOD
    from plugins.tabular.trainer import TableTrainer

    return TableTrainer(METHOD, "target")


model = TableModelEntry(
    key="tabular/regression/linear",
    summary="Ridge regression on standardised numbers and one-hot categories: the baseline to beat.",
    description=LINEAR.format(method="ridge regression"),
    Config=NumberLinearConfig,
    space={"alpha": FloatRange(0.001, 10_000.0, log=True)},
    settings=(),
    loaded=_trainer,
    metric="rmse",
)
