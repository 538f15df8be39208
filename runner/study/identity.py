"""Which configurations are the same: those that train the same model where their seeds are equal."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from catalog.capabilities import ResolvesConfigs
from catalog.contract import DataSummary, Plugin

__all__ = ["Identity"]

#: Digits that tell numbers apart: steps of a range add up to values that differ from written ones in the 16th.
_DIGITS = 12


class Identity:
    """Compares configurations of one plugin on one data set.

    Args:
        plugin: Fills in what a configuration leaves out, and resolves it if it has that capability.
        data: What preparation found.
    """

    def __init__(self, plugin: Plugin, data: DataSummary) -> None:
        self._plugin = plugin
        self._data = data

    def of(self, config: Mapping[str, Any]) -> str:
        """Return a text that is equal for equal configurations, whatever their seeds."""
        try:
            whole = self._plugin.Config.model_validate(dict(config))
        except ValidationError:  # its training will fail, and say why
            return _canonical(config)
        if isinstance(self._plugin, ResolvesConfigs):
            return _canonical(self._plugin.resolved(whole, self._data))
        return _canonical(whole.model_dump(mode="json"))


def _canonical(values: Mapping[str, Any]) -> str:
    return json.dumps({name: _plain(value) for name, value in values.items() if name != "seed"}, sort_keys=True)


def _plain(value: Any) -> Any:
    """Return a value in which 10 and 10.0 are the same, and so are numbers that only rounding tells apart."""
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            return f"{float(value):.{_DIGITS}g}" if abs(value) < 2**53 else str(value)
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return str(value)
