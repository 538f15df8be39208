"""Specs to start from: small and full ones of each model, and those of stored studies."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from catalog import registry
from catalog.contract import Model, Task
from catalog.study import Study
from runner.store.records import StudyRecord
from runner.tui.screens.submit.spec_check import range_as_json

__all__ = ["Template", "templates", "templates_for", "written"]

_WIDE = 100
"""Most characters of a list or an object of plain values on one line."""


@dataclass(frozen=True, slots=True)
class Template:
    """A spec to start from.

    Attributes:
        kind: Kind of the template.
        key: Key of the model.
        name: Name of the example, study or data file; empty for others.
        text: The spec as JSON.
        base: The folder that its paths start from; None: the current folder.
    """

    kind: Literal["minimal", "full", "example", "study", "data"]
    key: str
    name: str
    text: str
    base: Path | None = None


def templates(studies: Sequence[StudyRecord]) -> list[Template]:
    """Return all templates, models first, then studies, newest first; a broken plugin has none."""
    found: list[Template] = []
    for entry in registry.entries():
        try:
            found += list(_of_model(registry.load(entry.key), registry.load_task(entry.key)))
        except Exception:  # noqa: BLE001, S112 -- a third-party plugin may raise anything; the catalog reports it
            continue
    for record in sorted(studies, key=lambda record: record.updated, reverse=True):
        found.append(Template("study", record.key, record.study, written(record.spec), Path(record.base)))
    return found


def templates_for(data: Path) -> list[Template]:
    """Return a spec for a data file with each model; a broken plugin has none."""
    found: list[Template] = []
    for entry in registry.entries():
        try:
            model = registry.load(entry.key)
            spec = {**_least(model), "dataset": {"source": "files", "train": data.name}}
            found.append(Template("data", model.key, data.name, written(spec), data.parent))
        except Exception:  # noqa: BLE001, S112 -- a third-party plugin may raise anything; the catalog reports it
            continue
    return found


def _least(model: Model) -> dict[str, Any]:
    """Return the smallest spec of a model."""
    category, subcategory, name = model.key.split("/")
    required = {name: _example(field) for name, field in _fields(model).items() if "default" not in field}
    return {"model": name, "category": category, "subcategory": subcategory, "model_config": required}


def _of_model(model: Model, task: Task) -> Iterator[Template]:
    least = _least(model)
    yield Template("minimal", model.key, "", written(least))
    yield Template("full", model.key, "", written({**least, **_full(model, task, least["model_config"])}))
    for name, spec in model.card().examples.items():
        yield Template("example", model.key, name, written(spec))


def _full(model: Model, task: Task, required: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec with all optional fields at their defaults, and the whole search space."""
    config = {name: field.get("default", required.get(name)) for name, field in _fields(model).items()}
    study = Study().model_dump(mode="json")
    study["metric"] = task.metrics[0].name
    space = model.search_space(model.Config.model_validate(required))
    study["search_space"] = {name: range_as_json(range_) for name, range_ in space.items()}
    order = ("name", "trials", "timeout", "metric", "sampler", "pruner", "seed", "search_space", "confirm")
    return {
        "model_config": config,
        "dataset": task.default_dataset().model_dump(mode="json", exclude_none=True),
        "study": {name: study[name] for name in (*order, *(set(study) - set(order)))},
    }


def _fields(model: Model) -> Mapping[str, Mapping[str, Any]]:
    schema: Mapping[str, Mapping[str, Any]] = model.Config.model_json_schema(by_alias=True).get("properties", {})
    return schema


def _example(field: Mapping[str, Any]) -> Any:
    return next(iter(field.get("examples", ())), None)


def written(value: Any, indent: int = 0) -> str:
    """Return JSON as people write it: indented by two, lists and objects of plain values on one line."""
    if isinstance(value, Mapping) and value and (indent == 0 or not _flat(value, indent)):
        inner = ",\n".join(f"{' ' * (indent + 2)}{_json(str(k))}: {written(v, indent + 2)}" for k, v in value.items())
        return f"{{\n{inner}\n{' ' * indent}}}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_json(str(k))}: {written(v, indent + 2)}" for k, v in value.items()) + "}"
    return _json(value)


def _flat(value: Mapping[str, Any], indent: int) -> bool:
    plain = all(not isinstance(inner, Mapping) for inner in value.values())
    return plain and len(value) <= 4 and len(_json(value)) + indent < _WIDE


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=list)
