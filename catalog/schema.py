"""JSON Schema of specs, for editors and for people: every field with its description, bounds and examples."""

from dataclasses import dataclass
from typing import Any

from catalog.contract import Plugin
from catalog.problems import allowed_at, shown
from catalog.spec import Spec

__all__ = ["Parameter", "parameters_of", "schema_of", "schema_of_all"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(plugin: Plugin) -> dict[str, Any]:
    """Return the schema of a spec for one model: the envelope with that model's `model_config`."""
    envelope = Spec.model_json_schema(by_alias=True)
    category, subcategory, model = plugin.key.split("/")
    for field, value in (("category", category), ("subcategory", subcategory), ("model", model)):
        envelope["properties"][field] |= {"const": value}
    _embed(envelope, plugin, envelope["properties"])
    envelope["$defs"]["Study"]["properties"]["metric"] |= {
        "enum": [*plugin.metrics, None],
        "default": next(iter(plugin.metrics)),
    }
    return {"$schema": _DIALECT, **envelope}


def schema_of_all(plugins: list[Plugin]) -> dict[str, Any]:
    """Return the schema of any spec: the envelope, and for each model what its `model_config` must be."""
    envelope = Spec.model_json_schema(by_alias=True)
    rules = []
    for plugin in plugins:
        category, subcategory, model = plugin.key.split("/")
        names = {"category": category, "subcategory": subcategory, "model": model}
        then: dict[str, Any] = {}
        _embed(envelope, plugin, then)
        rules.append(
            {
                "if": {"properties": {field: {"const": value} for field, value in names.items()}},
                "then": {"properties": then},
            }
        )
    return {"$schema": _DIALECT, **envelope, "allOf": rules}


def _embed(envelope: dict[str, Any], plugin: Plugin, properties: dict[str, Any]) -> None:
    """Put the plugin's schema among the envelope's definitions, under its key so that two plugins never collide."""
    place = plugin.key.replace("/", ".")
    template = f"#/$defs/{place}.{{model}}"
    config = plugin.Config.model_json_schema(by_alias=True, ref_template=template)
    for name, definition in config.pop("$defs", {}).items():
        envelope["$defs"][f"{place}.{name}"] = definition
    envelope["$defs"][place] = config
    properties["model_config"] = {"$ref": f"#/$defs/{place}", "description": plugin.summary}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of a plugin's `Config` as a person wants to see it; texts are empty where there is nothing to say."""

    name: str
    default: str
    allowed: str
    description: str


def parameters_of(plugin: Plugin) -> list[Parameter]:
    """List the fields of a plugin's configuration, in its order."""
    schema = plugin.Config.model_json_schema(by_alias=True)
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
