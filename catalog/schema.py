"""JSON Schema of specs, for editors and for people: every field with its description, bounds and examples."""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from catalog import registry
from catalog.contract import Model, Task
from catalog.problems import allowed_at, shown
from catalog.spec import Spec, spec_class

__all__ = ["DatasetSource", "Parameter", "dataset_sources", "parameters_of", "schema_of", "schema_of_all"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: Model) -> dict[str, Any]:
    """Return the schema of a spec for one model: the envelope with its task's `dataset` and its own `model_config`."""
    task = registry.load_task(model.key)
    envelope = spec_class(task).model_json_schema(by_alias=True)
    category, subcategory, name = model.key.split("/")
    for field, value in (("category", category), ("subcategory", subcategory), ("model", name)):
        envelope["properties"][field] |= {"const": value}
    _embed_config(envelope, model, envelope["properties"])
    envelope["$defs"]["Study"]["properties"]["metric"] |= {
        "enum": [*(metric.name for metric in task.metrics), None],
        "default": task.metrics[0].name,
    }
    return {"$schema": _DIALECT, **envelope}


def schema_of_all(models: list[Model]) -> dict[str, Any]:
    """Return the schema of any spec: the envelope, and for each model what `dataset` and `model_config` must be."""
    envelope = Spec.model_json_schema(by_alias=True)
    rules = []
    for model in models:
        category, subcategory, name = model.key.split("/")
        names = {"category": category, "subcategory": subcategory, "model": name}
        then: dict[str, Any] = {}
        _embed_config(envelope, model, then)
        _embed_dataset(envelope, registry.load_task(model.key), then)
        rules.append(
            {
                "if": {"properties": {field: {"const": value} for field, value in names.items()}},
                "then": {"properties": then},
            }
        )
    return {"$schema": _DIALECT, **envelope, "allOf": rules}


def _embed_config(envelope: dict[str, Any], model: Model, properties: dict[str, Any]) -> None:
    """Put the schema of `model_config` among the envelope's definitions."""
    place = model.key.replace("/", ".")
    config = model.Config.model_json_schema(by_alias=True, ref_template=_template(place))
    _define(envelope, place, config)
    properties["model_config"] = {"$ref": f"#/$defs/{place}", "description": model.summary}


def _embed_dataset(envelope: dict[str, Any], task: Task, properties: dict[str, Any]) -> None:
    """Put the schema of `dataset` among the envelope's definitions, once for each task."""
    place = task.key.replace("/", ".")
    if place not in envelope["$defs"]:
        _define(envelope, place, TypeAdapter(task.Dataset | None).json_schema(ref_template=_template(place)))
    properties["dataset"] = {"$ref": f"#/$defs/{place}", "description": task.summary}


def _template(place: str) -> str:
    """Return how a schema refers to its own definitions: under its key, so that two schemas never collide."""
    return f"#/$defs/{place}.{{model}}"


def _define(envelope: dict[str, Any], place: str, schema: dict[str, Any]) -> None:
    for name, definition in schema.pop("$defs", {}).items():
        envelope["$defs"][f"{place}.{name}"] = definition
    envelope["$defs"][place] = schema


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of a model's `Config` in a form for people; strings are empty if there is nothing to show."""

    name: str
    default: str
    allowed: str
    description: str


def parameters_of(model: Model) -> list[Parameter]:
    """List the fields of a model's configuration, in its order."""
    schema = model.Config.model_json_schema(by_alias=True)
    required = set(schema.get("required", ()))
    return [
        Parameter(
            name=name,
            default="required" if name in required else shown(field["default"]) if "default" in field else "",
            allowed=allowed_at(schema, (name,)),
            description=field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    ]


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """One kind of data that a task accepts.

    Attributes:
        name: The value of `dataset.source`; empty if the task knows only one.
        description: What it is.
        fields: Its fields in their order, each with its description.
    """

    name: str
    description: str
    fields: dict[str, str]


def dataset_sources(task: Task) -> list[DatasetSource]:
    """List the sources that a task accepts, in its order, each with its own fields."""
    schema = TypeAdapter(task.Dataset).json_schema()
    definitions = schema.get("$defs", {})
    named = [one["$ref"].rpartition("/")[2] for one in schema.get("oneOf", schema.get("anyOf", ())) if "$ref" in one]
    found = [definitions[name] for name in named] if named else [schema]
    return [
        DatasetSource(
            name=str(source["properties"].get("source", {}).get("const", "")),
            description=" ".join(source.get("description", "").split()),
            fields={
                name: field.get("description", "") for name, field in source["properties"].items() if name != "source"
            },
        )
        for source in found
        if "properties" in source
    ]
