"""Names of studies, and what makes two specs the same study."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.problems import shown
from catalog.spec import Request

__all__ = ["default_name", "differences", "identity", "study_name"]

#: What may change between two runs of one study.
_FREE = ("study.name", "study.trials", "study.max_retries")


def identity(spec: Mapping[str, Any], mode: str) -> str:
    """Return a hash (hex) of all that must not change between two runs of one study."""
    fixed = {path: value for path, value in _leaves(spec) if path not in _FREE}
    return hashlib.sha256(json.dumps([mode, fixed], sort_keys=True).encode()).hexdigest()


def study_name(request: Request, mode: str) -> str:
    """Return the name under which the store keeps this request: the spec's own, or `default_name`."""
    return request.spec.study.name or default_name(request, mode)


def default_name(request: Request, mode: str) -> str:
    """Return model-dataset-hash8; a single training says so in front."""
    spec = request.as_json()
    data = "".join(c if c.isalnum() and c.isascii() else "-" for c in request.dataset.short_name).strip("-").lower()
    name = f"{request.spec.model}-{data[:40] or 'data'}-{identity(spec, mode)[:8]}"
    return name if mode == "study" else f"{mode}-{name}"


def differences(stored: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Tell what two specs disagree on, a line each: ``study.metric: "f1" in the store, "accuracy" here``."""
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
