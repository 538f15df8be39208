"""The schema of a spec at the cursor: names and values to suggest, and their meaning."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.problems import allowed_at
from runner.tui.screens.submit.json_locations import Cursor, JsonLocations

__all__ = ["Meaning", "SpecSchema", "Suggestion", "meaning_of", "suggestions_at"]

Path = tuple[str, ...]
Schema = Mapping[str, Any]
_SPACE: Path = ("study", "search_space")


@dataclass(frozen=True, slots=True)
class SpecSchema:
    """The schema of the specs of one model.

    Attributes:
        schema: JSON Schema of a whole spec (`catalog.schema.schema_of`).
        keys: All keys of the catalog, as (category, subcategory, model).
        tunable: Fields of ``model_config`` that a study may tune, with their ranges as JSON if the model has any.
    """

    schema: Schema
    keys: Sequence[tuple[str, str, str]]
    tunable: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field: its name, what is allowed, its default as JSON (empty: none), and a description."""

    name: str
    allowed: str
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion: `text` is JSON, `back` the number of characters that the cursor then moves back."""

    label: str
    text: str
    back: int = 0


def meaning_of(facts: SpecSchema, located: JsonLocations, cursor: Cursor) -> Meaning | None:
    """Return the description of the field that the cursor is in; None if the schema has no such field."""
    path = (*cursor.path, cursor.written) if cursor.role == "name" else cursor.path
    if not path or (cursor.role == "name" and not cursor.written):
        return None
    if path[:2] == _SPACE and len(path) == 3:
        description = _described(facts.schema, located, ("model_config", path[2]))
        allowed = allowed_at(facts.schema, ("model_config", path[2]))
        return Meaning(path[2], allowed, "", description) if description or allowed else None
    fields = [
        node["properties"][path[-1]]
        for node in _nodes(facts.schema, located, path[:-1])
        if path[-1] in node.get("properties", {})
    ]
    if not fields:
        return meaning_of(facts, located, Cursor(path[:-1], "none", 0, 0, "")) if path[-1].isdigit() else None
    default = next((json.dumps(each["default"]) for each in fields if "default" in each), "")
    allowed = allowed_at(facts.schema, path)
    return Meaning(path[-1], allowed, default, _described(facts.schema, located, path))


def suggestions_at(facts: SpecSchema, located: JsonLocations, cursor: Cursor) -> list[Suggestion]:
    """Return suggestions at the cursor, in the schema's order; those that start with the text so far come first."""
    if cursor.role == "name":
        offers = _names(facts, located, cursor)
    elif cursor.role == "value":
        offers = [Suggestion(text, text) for text in dict.fromkeys(_values(facts, located, cursor.path))]
    else:
        return []
    begun = cursor.written.casefold()
    near = [offer for offer in offers if begun in offer.label.strip('"').casefold()]
    near.sort(key=lambda offer: not offer.label.strip('"').casefold().startswith(begun))
    exact = [offer for offer in near if offer.label.strip('"') == cursor.written]
    return near if near and near != exact else offers


def _names(facts: SpecSchema, located: JsonLocations, cursor: Cursor) -> list[Suggestion]:
    given = set(located.names.get(cursor.path, ())) - {cursor.written}
    if cursor.path == _SPACE:
        return [_named(name, value, cursor) for name, value in facts.tunable.items() if name not in given]
    offers: dict[str, Suggestion] = {}
    for node in _nodes(facts.schema, located, cursor.path):
        for name, field in node.get("properties", {}).items():
            if name not in given:
                offers.setdefault(name, _named(name, _first_value(facts, located, (*cursor.path, name), field), cursor))
    return list(offers.values())


def _named(name: str, value: Any, cursor: Cursor) -> Suggestion:
    label = json.dumps(name)
    if cursor.follows:
        return Suggestion(name, label)
    text = value if isinstance(value, str) else json.dumps(value)
    inside = text in {"{}", "[]", '""'}
    return Suggestion(name, f"{label}: {text}", back=1 if inside else 0)


def _first_value(facts: SpecSchema, located: JsonLocations, path: Path, field: Schema) -> str:
    """Return initial JSON: the required fields, the default, an example, or an empty value of the right type."""
    for key in ("const", "default"):
        if field.get(key) is not None and not isinstance(field[key], dict):
            return json.dumps(field[key])
    values = list(_values(facts, located, path))
    if values and values[0] != "null":
        return values[0]
    kinds = {str(node.get("type")) for node in _nodes(facts.schema, located, path)}
    for kind, empty in (("object", "{}"), ("array", "[]"), ("string", '""')):
        if kind in kinds:
            return empty
    return values[0] if values else "null"


def _values(facts: SpecSchema, located: JsonLocations, path: Path) -> Iterator[str]:
    """Yield values as JSON: those of the catalog, of an enumeration, the default, examples."""
    if path in {("category",), ("subcategory",), ("model",)}:
        at = ("category", "subcategory", "model").index(path[0])
        others = [located.scalars.get((name,)) for name in ("category", "subcategory", "model")]
        wanted = [key for key in facts.keys if all(i == at or o in (None, key[i]) for i, o in enumerate(others))]
        yield from (json.dumps(key[at]) for key in (wanted or facts.keys))
        return
    for field in _fields(facts.schema, located, path):
        if field.get("default") is not None and not isinstance(field["default"], dict):
            yield json.dumps(field["default"])
        yield from (json.dumps(example) for example in field.get("examples", ()))
    for node in _nodes(facts.schema, located, path):
        if "const" in node:
            yield json.dumps(node["const"])
        yield from (json.dumps(value) for value in node.get("enum", ()))
        if node.get("type") == "boolean":
            yield from ("true", "false")
        if node.get("type") == "null":
            yield "null"
        for name, part in node.get("properties", {}).items():
            if "const" in part:  # it distinguishes the branches of a union
                yield json.dumps({name: part["const"]})


def _described(schema: Schema, located: JsonLocations, path: Path) -> str:
    return next((str(f["description"]) for f in _fields(schema, located, path) if f.get("description")), "")


def _fields(schema: Schema, located: JsonLocations, path: Path) -> Iterator[Schema]:
    if path:
        for node in _nodes(schema, located, path[:-1]):
            if path[-1] in node.get("properties", {}):
                yield node["properties"][path[-1]]


def _nodes(schema: Schema, located: JsonLocations, path: Path) -> list[Schema]:
    """Return the schema's nodes for a path; of a union those whose fixed fields agree with the text."""
    nodes = list(_branches(schema, schema))
    for depth, part in enumerate(path):
        below: list[Schema] = []
        for node in nodes:
            inner = node.get("properties", {}).get(part)
            if inner is None:
                inner = node.get("items") if part.isdigit() else node.get("additionalProperties")
            if isinstance(inner, Mapping):
                below.extend(_branches(inner, schema))
        here = path[: depth + 1]
        if here in located.names:
            below = [node for node in below if node.get("type", "object") == "object"]
        nodes = [node for node in below if _agrees(node, located, here, path)] or below
    return nodes


def _agrees(node: Schema, located: JsonLocations, path: Path, asked: Path) -> bool:
    """Return whether an object's text can be of this branch; the field at the cursor may still change."""
    fixed = {(*path, name): part["const"] for name, part in node.get("properties", {}).items() if "const" in part}
    return all(field == asked or located.scalars.get(field, value) == value for field, value in fixed.items())


def _branches(node: Schema, root: Schema) -> Iterator[Schema]:
    if "$ref" in node:
        yield from _branches(root["$defs"][str(node["$ref"]).rpartition("/")[2]], root)
    elif "anyOf" in node or "oneOf" in node:
        for branch in node.get("anyOf", node.get("oneOf", ())):
            yield from _branches(branch, root)
    else:
        yield node
