"""What is settled once the data of a study are known: its metric and its space."""

from typing import Any

from catalog.contract import DataSummary
from catalog.errors import SpecError
from catalog.space import Range
from catalog.spec import Request
from runner.study.inspection import check_metric
from runner.study.space import widen

__all__ = ["tunable", "widened"]


def widened(request: Request, data: DataSummary) -> dict[str, Range]:
    """Return the space, wide enough for the given configuration, which must have a value for all that is tuned.

    Raises:
        SpecError: It has none for a field.
        DataError: The metric is undefined on these data.
    """
    check_metric(request, data)
    given = tunable(request, data)
    for name in request.space:
        if name not in given:
            path = f"study.search_space.{name}"
            message = f"{path}: model_config has no value for it to start from; give model_config.{name} one"
            raise SpecError(message, field=path)
    return widen(request.space, given)


def tunable(request: Request, data: DataSummary) -> dict[str, Any]:
    """Return the given configuration's values of what can be tuned."""
    return dict(request.plugin.tunable(request.config, data))
