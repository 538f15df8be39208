"""Turns Pydantic's errors into ours: a path that the reader can find, the given value, the allowed values."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catalog.errors import Problem
from catalog.suggest import did_you_mean

__all__ = ["EXPLAINED", "allowed_at", "problems_of", "shown"]

Schema = Mapping[str, Any]

EXPLAINED = 100
"""Problems whose messages list the allowed values: a search for similar names takes a tenth of a millisecond."""


def problems_of(error: ValidationError, model: type[BaseModel], data: Any, prefix: str = "") -> list[Problem]:
    """List what `error` found in `data`, one problem for each path, in the order in which they were found.

    Args:
        error: The error of the validation of `data`.
        model: The class that refused it; its JSON Schema says what is allowed.
        data: The parsed JSON.
        prefix: Path of `data` within the file, such as ``model_config``.
    """
    schema = model.model_json_schema(by_alias=True)
    found: dict[tuple[str, ...], list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        found.setdefault(_path(details, data), []).append(details)
    return [
        Problem(
            ".".join(filter(None, (prefix, *path))),
            _message(path, details, schema) if number < EXPLAINED else _reason(details[0]),
        )
        for number, (path, details) in enumerate(found.items())
    ]


def shown(value: Any) -> str:
    """Return a value as JSON, cut if it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def allowed_at(schema: Schema, path: tuple[str, ...]) -> str:
    """Return in words what a JSON Schema allows at `path`; empty if it says nothing."""
    return " or ".join(dict.fromkeys(text for node in _nodes(schema, path) if (text := _range(node))))


def _path(details: ErrorDetails, data: Any) -> tuple[str, ...]:
    """Return the part of Pydantic's location that is in the data: it also names the branches of unions."""
    path: list[str] = []
    here = data
    for index, part in enumerate(details["loc"]):
        last = index == len(details["loc"]) - 1
        if isinstance(here, dict) and (part in here or (last and details["type"] == "missing")):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            continue
        path.append(str(part))
    return tuple(path)


def _message(path: tuple[str, ...], errors: list[ErrorDetails], schema: Schema) -> str:
    first = errors[0]
    if first["type"] == "missing":
        return "required, but not given" + _allowed(schema, path)
    if first["type"] == "extra_forbidden":
        known = {name for node in _nodes(schema, path[:-1]) for name in node.get("properties", {})}
        return f"unknown field; {did_you_mean(path[-1], known)}"
    if first["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        context = first.get("ctx", {})
        name = str(context.get("discriminator", "")).strip("'")
        tags = context.get("expected_tags")
        choices = tags or ", ".join(sorted({tag for node in _nodes(schema, path, flat=False) for tag in _tags(node)}))
        wanted = f"needs {name!r} to be one of {choices}" if choices else f"needs {name!r}"
        return f"{wanted}; got {shown(first['input'])}"
    reasons = dict.fromkeys(_reason(error) for error in errors)
    return f"{' or '.join(reasons)}; got {shown(first['input'])}{_allowed(schema, path)}"


def _reason(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] in {"too_short", "too_long"}:
        bound = f"at least {context['min_length']}" if "min_length" in context else f"at most {context['max_length']}"
        return f"must have {bound} items, not {context['actual_length']}"
    text = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text.replace("Input should be", "must be").replace("should", "must")


def _allowed(schema: Schema, path: tuple[str, ...]) -> str:
    """Return the whole range of a field; Pydantic only names the bound that the value violates."""
    allowed = allowed_at(schema, path)
    return f"; allowed: {allowed}" if allowed else ""


def _range(node: Schema) -> str | None:
    if "enum" in node:
        return ", ".join(shown(value) for value in node["enum"])
    if "const" in node:
        return shown(node["const"])
    kind = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
    if (name := kind.get(str(node.get("type")))) is None:
        return None
    low, above = node.get("minimum"), node.get("exclusiveMinimum")
    high, below = node.get("maximum"), node.get("exclusiveMaximum")
    bounds = [
        *([f"from {low}"] if low is not None else [f"above {above}"] if above is not None else []),
        *([f"to {high}"] if high is not None else [f"below {below}"] if below is not None else []),
    ]
    if "pattern" in node:
        bounds.append(f"matching {node['pattern']}")
    return " ".join([name, *bounds])


def _nodes(schema: Schema, path: tuple[str, ...], *, flat: bool = True) -> list[Schema]:
    """Return the schema nodes that describe `path`, with every branch of a union."""
    nodes = list(_branches(schema, schema)) if flat or path else [schema]
    for part in path:
        below: list[Schema] = []
        for node in nodes:
            inner = node.get("properties", {}).get(part)
            if inner is None:
                inner = node.get("items") if part.isdigit() else node.get("additionalProperties")
            if isinstance(inner, dict):
                below.extend(_branches(inner, schema))
        nodes = below
    return nodes


def _branches(node: Schema, root: Schema) -> Iterator[Schema]:
    if "$ref" in node:
        yield from _branches(root["$defs"][node["$ref"].rpartition("/")[2]], root)
    elif "anyOf" in node or "oneOf" in node:
        for branch in node.get("anyOf", node.get("oneOf", ())):
            yield from _branches(branch, root)
    else:
        yield node


def _tags(node: Schema) -> list[str]:
    return list(node.get("discriminator", {}).get("mapping", {}))
