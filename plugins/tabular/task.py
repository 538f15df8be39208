"""What the tasks of tables share; functions import heavy modules when they need them."""

from collections.abc import Mapping
from typing import Any

from catalog.contract import Predictor
from catalog.contract.capabilities import InputFile, InputTable

__all__ = ["interpret", "open_file"]


def open_file(file: InputFile) -> InputTable:
    """Open a file of rows to predict; see `data.open_input`."""
    from plugins.tabular.data import open_input

    return open_input(file)


def interpret(predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
    """Find the importance of each feature; None for a model that does not work on frames."""
    from plugins.tabular import importance
    from plugins.tabular.predictor import TablePredictor

    return importance.interpret(predictor, data, seconds=seconds) if isinstance(predictor, TablePredictor) else None
