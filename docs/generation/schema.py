"""The spec reference, from the JSON Schema that ``modelcat schema`` prints."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog import registry
from catalog.contract import Model
from catalog.schema import schema_of
from catalog.space import Choices, IntRange, Range
from generation.markdown import anchor, code, page, paragraphs, table, text

__all__ = ["spec_page", "task_page", "tasks"]

Schema = Mapping[str, Any]
_INTRODUCTION = """\
A {term}`spec` is one JSON object of at most 1 MiB in UTF-8. Unknown fields, duplicate keys, `NaN` and `Infinity` are
errors; all errors are reported at once. `modelcat schema` prints the JSON Schema from which this page is made."""
_HEAD = ("Field", "Value", "If left out", "Meaning")
_WORDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
#: Titles of the sections of a page, by the names of their definitions.
_SHARED = {
    "Study": "study",
    "Confirm": "study.confirm",
    "RangeSpec": "study.search_space: a range",
    "ChoicesSpec": "study.search_space: choices",
}
_OF_DATASETS = {"Limit": "dataset.limit", "Format": "dataset.format"}


def tasks() -> dict[str, list[str]]:
    """Return the keys of modelcat's own models, by task."""
    ours = [entry for entry in registry.entries() if entry.distribution == "modelcat" and entry.problem is None]
    found: dict[str, list[str]] = {}
    for entry in ours:
        found.setdefault(registry.task_key(entry.key), []).append(entry.key)
    return found


def spec_page() -> str:
    """Return the page of what every spec has, whatever its task."""
    schema = schema_of(registry.load(next(iter(tasks().values()))[0]))
    whole = dict(schema["properties"])
    for name in ("model", "category", "subcategory"):
        whole[name] = {key: value for key, value in whole[name].items() if key != "const"}
    whole["model_config"] = {
        "type": "object",
        "description": "The configuration to start from, as the model defines it.",
    }
    whole["dataset"] = {
        "type": "object",
        "default": None,
        "description": schema["properties"]["dataset"]["description"],
    }
    study = dict(schema["$defs"]["Study"]["properties"])
    study["metric"] = {key: value for key, value in study["metric"].items() if key != "enum"} | {"default": None}
    blocks = [
        _INTRODUCTION,
        "`dataset` depends on the task, `model_config` on the model:",
        "\n".join(f"- [{key}]({_file(key)})" for key in tasks()),
        "## The whole spec",
        _fields({**schema, "properties": whole}, _titles_of(_SHARED)),
    ]
    definitions = {**schema["$defs"], "Study": {**schema["$defs"]["Study"], "properties": study}}
    for name, title in _SHARED.items():
        blocks += [f"## {title}", *paragraphs(definitions[name]["description"])]
        blocks.append(_fields(definitions[name], _titles_of(_SHARED)))
    return page("Spec", *blocks)


def task_page(key: str, models: Sequence[str]) -> str:
    """Return the page of a task: its data sets, and the configuration of each of its models."""
    task = registry.load_task(key)
    schemas = {model: schema_of(registry.load(model)) for model in models}
    first = next(iter(schemas.values()))
    blocks = [text(task.summary)]
    if task.baseline:
        blocks.append(f"Baseline: [`{task.baseline}`](#{anchor(f'model_config of {_name(task.baseline)}')}).")
    blocks.append(f"Metrics: see [{key}](metrics.md#{anchor(key)}).")
    titles = _datasets(first) | {name: title for name, title in _OF_DATASETS.items() if name in first["$defs"]}
    for name, title in titles.items():
        blocks += [f"## {title}", *paragraphs(first["$defs"][name].get("description", ""))]
        blocks.append(_fields(first["$defs"][name], _titles_of(titles)))
    for model, schema in schemas.items():
        blocks.extend(_model(registry.load(model), schema))
    return page(key, *blocks)


def _datasets(schema: Schema) -> dict[str, str]:
    """Return the titles of the kinds of data sets, by the names of their definitions."""
    kinds = next(one["discriminator"]["mapping"] for one in schema["properties"]["dataset"]["anyOf"] if "oneOf" in one)
    return {reference.rpartition("/")[2]: f"dataset: {source}" for source, reference in kinds.items()}


def _file(key: str) -> str:
    return f"{key.replace('/', '-')}.md"


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _titles_of(titles: Mapping[str, str]) -> dict[str, str]:
    """Return links to the sections of definitions, by the definitions' names."""
    return {name: f"[{title.rpartition(': ')[2]}](#{anchor(title)})" for name, title in titles.items()}


def _model(model: Model, schema: Schema) -> Iterator[str]:
    card, name = model.card(), _name(model.key)
    yield f"## model_config of {name}"
    yield from paragraphs(card.description)
    yield _fields(schema["$defs"][model.key.replace("/", ".")], {})
    config = model.Config()
    space = [(code(field), text(_range(span))) for field, span in model.search_space(config).items()]
    if space:
        yield "What a study tunes unless `study.search_space` says otherwise:"
        yield table(("Field", "Tuned over"), space)
    if recipes := model.recipes(config):
        yield "Recipes that are tried before the search:"
        yield "\n".join(f"- {code(json.dumps(dict(recipe)))}" for recipe in recipes)
    if card.variants:
        head = ("Variant", "Parameters", "Size", "Speed", "Note")
        yield table(
            head,
            [
                (code(one.name), f"{one.parameters:,}", f"{one.megabytes:,} MB", text(one.speed), text(one.note))
                for one in card.variants
            ],
        )


def _range(span: Range) -> str:
    if isinstance(span, Choices):
        return ", ".join(f"`{json.dumps(value)}`" for value in span.values)
    whole = "whole numbers, " if isinstance(span, IntRange) else ""
    return f"{whole}{span.low:g} to {span.high:g}{', logarithmic' if span.log else ''}"


def _fields(schema: Schema, links: Mapping[str, str]) -> str:
    """Return the table of an object's fields; required ones first, as they come."""
    required = schema.get("required", ())
    rows = []
    for name, field in sorted(schema["properties"].items(), key=lambda item: item[0] not in required):
        meaning = text(field.get("description", ""))
        if examples := field.get("examples"):
            shown = ", ".join(code(json.dumps(one, ensure_ascii=False)) for one in examples)
            meaning += f" Example{'s' if len(examples) > 1 else ''}: {shown}."
        if "const" in field:
            meaning = meaning or "Names this kind of source."
        left_out = "**required**" if name in required else _default(field)
        rows.append((code(name), _value(field, links), left_out, meaning))
    return table(_HEAD, rows)


def _default(field: Schema) -> str:
    default = field.get("default")
    if default is None:
        return ""
    return "its defaults" if "$ref" in field else code(json.dumps(default, ensure_ascii=False))


def _value(field: Schema, links: Mapping[str, str]) -> str:
    """Say what a field may be."""
    if "const" in field:
        return code(json.dumps(field["const"]))
    if "enum" in field:
        return " or ".join(code(json.dumps(one)) for one in field["enum"] if one is not None)
    if "$ref" in field:
        return links.get(field["$ref"].rpartition("/")[2], "object")
    if branches := field.get("anyOf", field.get("oneOf")):
        kinds = [_value(one, links) for one in branches if one.get("type") != "null"]
        kinds = [kind for kind in kinds if kind != "whole number" or "number" not in kinds]
        return " or ".join(dict.fromkeys(kinds))
    kind, inner = field.get("type", ""), field.get("items", field.get("additionalProperties"))
    if kind in _WORDS or not isinstance(inner, dict):
        return " ".join(filter(None, (_WORDS.get(kind, kind or "anything"), _bounds(field))))
    return f"{'list' if kind == 'array' else 'object'} of {_value(inner, links)}"


def _bounds(field: Schema) -> str:
    words = {
        "from": field.get("minimum"),
        "above": field.get("exclusiveMinimum", field.get("gt")),
        "to": field.get("maximum"),
        "below": field.get("exclusiveMaximum"),
    }
    return " ".join(f"{word} {_number(end)}" for word, end in words.items() if end is not None)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"
