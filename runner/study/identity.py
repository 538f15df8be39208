"""What makes two specs the same study, and two configurations the same training."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from catalog.contract import DataSummary, Model
from catalog.contract.capabilities import ResolvesConfigs
from catalog.problems import shown
from catalog.spec import Request
from runner.study.task_calls import model_faults

__all__ = ["ConfigIdentity", "default_name", "differences", "spec_hash", "study_name"]

#: Fields that may change between two runs of one study.
_FREE = ("study.name", "study.trials", "study.max_retries")
#: Significant digits that distinguish numbers: sums of a range's steps differ from written values in the 16th.
_DIGITS = 12


def spec_hash(spec: Mapping[str, Any], mode: str) -> str:
    """Return a hash (hex) of everything that must not change between two runs of one study."""
    fixed = {path: value for path, value in _leaves(spec) if path not in _FREE}
    return hashlib.sha256(json.dumps([mode, fixed], sort_keys=True).encode()).hexdigest()


def study_name(request: Request, mode: str) -> str:
    """Return the name under which the store keeps this request: the spec's own, or `default_name`."""
    return request.spec.study.name or default_name(request, mode)


def default_name(request: Request, mode: str) -> str:
    """Return model-dataset-hash8; the name of a single training has a prefix that says so."""
    spec = request.as_json()
    data = "".join(c if c.isalnum() and c.isascii() else "-" for c in request.dataset.short_name).strip("-").lower()
    name = f"{request.spec.model}-{data[:40] or 'data'}-{spec_hash(spec, mode)[:8]}"
    return name if mode == "study" else f"{mode}-{name}"


def differences(stored: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Return the differences of two specs, a line each: ``study.metric: "f1" in the store, "accuracy" here``."""
    old, new = dict(_leaves(stored)), dict(_leaves(given))
    lines = []
    for path in dict.fromkeys([*old, *new]):
        if path in _FREE or old.get(path) == new.get(path):
            continue
        there, here = (shown(side[path]) if path in side else "not given" for side in (old, new))
        lines.append(f"{path}: {there} in the store, {here} here")
    return lines


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


class ConfigIdentity:
    """Compares configurations of one plugin on one data set: are they equal apart from their seeds?

    Args:
        plugin: Fills in what a configuration leaves out, and resolves the configuration if it has that capability.
        data: What preparation found.
    """

    def __init__(self, plugin: Model, data: DataSummary) -> None:
        self._plugin = plugin
        self._data = data

    def of(self, config: Mapping[str, Any]) -> str:
        """Return a text that is equal for equal configurations, whatever their seeds."""
        try:
            whole = self._plugin.Config.model_validate(dict(config))
        except ValidationError:  # the training will fail, and report why
            return _canonical(config)
        if isinstance(self._plugin, ResolvesConfigs):
            with model_faults(self._plugin.key):
                return _canonical(self._plugin.resolved(whole, self._data))
        return _canonical(whole.model_dump(mode="json"))


def _canonical(values: Mapping[str, Any]) -> str:
    return json.dumps({name: _plain(value) for name, value in values.items() if name != "seed"}, sort_keys=True)


def _plain(value: Any) -> Any:
    """Return a value in which 10 and 10.0 are the same, and so are numbers that differ only by rounding."""
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
