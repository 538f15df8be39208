"""The inputs of a study's model: their fields, how values become an input, and chunks of inputs."""

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog import registry
from catalog.contract.capabilities import InputField, TakesInputs
from catalog.errors import DataError, InputError, PluginError
from runner.presentation.text import well_formed
from runner.study.task_calls import task_faults

__all__ = [
    "CHUNK_CHARACTERS",
    "CHUNK_ROWS",
    "Chunk",
    "chunked",
    "input_fields",
    "listed",
    "object_input",
    "object_of",
    "short",
    "size_of",
    "value_of",
]

CHUNK_ROWS = 1024
"""The most inputs that a worker gets at a time."""
CHUNK_CHARACTERS = 4_000_000
"""Characters of a chunk after which no further input is added."""
_PATIENCE = 1.0
"""Seconds after which a chunk is complete once its next input arrives: a slow stream of inputs gets answers too."""
_NAMED = 12
"""The most fields that a message names."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Several inputs in order.

    Attributes:
        inputs: As the model takes them; None for an empty one.
        given: The same inputs as they were given.
        rows: For a file, a ``pyarrow.RecordBatch`` of all columns.
    """

    inputs: tuple[Any, ...]
    given: tuple[Any, ...]
    rows: Any = None


def input_fields(key: str, data: Mapping[str, Any]) -> tuple[InputField, ...]:
    """Return the fields of a model's input.

    Args:
        key: Of the model.
        data: What its study found in the data set, as JSON.

    Raises:
        InputError: Its task does not define them.
        PluginError: Its task fails.
    """
    task = registry.load_task(key)
    if not isinstance(task, TakesInputs):
        raise InputError(f"the task {task.key} does not say what its inputs are, so that nothing can be predicted here")
    with task_faults(key):
        fields = tuple(task.input_fields(data))
    if not fields:
        raise PluginError(f"the task {task.key} names no field of an input")
    return fields


def chunked(values: Iterable[Any]) -> Iterator[Chunk]:
    """Yield inputs in order, in chunks of the size that a worker takes."""
    chunk: list[Any] = []
    characters, began = 0, time.monotonic()
    for value in values:
        chunk.append(value)
        characters += size_of(value)
        late = time.monotonic() - began > _PATIENCE
        if len(chunk) == CHUNK_ROWS or characters >= CHUNK_CHARACTERS or late:
            yield _chunk(chunk)
            chunk, characters, began = [], 0, time.monotonic()
    if chunk:
        yield _chunk(chunk)


def _chunk(values: list[Any]) -> Chunk:
    return Chunk(tuple(None if _is_empty(value) else value for value in values), tuple(values))


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    return value is None or (isinstance(value, str) and not value.strip())


def size_of(value: Any) -> int:
    """Return the number of characters of an input."""
    return sum(map(size_of, value.values())) if isinstance(value, Mapping) else len(str(value))


def object_input(row: Mapping[str, Any], fields: Sequence[InputField], where: str) -> dict[str, Any]:
    """Return the values of several fields; the value of a field that the object lacks is None.

    Args:
        row: The object; names that are not fields are left out.
        fields: Of an input.
        where: How errors name the object.

    Raises:
        DataError: It has none of the fields, or a value that does not fit its field.
    """
    if not any(field.name in row for field in fields):
        raise DataError(f"{where} has none of the fields of an input: {listed(fields)}")
    return {field.name: value_of(row.get(field.name), field, where) for field in fields}


def value_of(value: Any, field: InputField, where: str) -> Any:
    """Return a value as the field has it: a number, or text; None if there is none.

    Raises:
        DataError: It is a list or an object, or not a number although the field is one; the message begins with
            `where`.
    """
    if isinstance(value, dict | list):
        raise DataError(f"{where} holds {type(value).__name__}, not a value of {field.name!r}: {short(str(value))}")
    if field.kind == "number":
        return _number(value, field, where)
    if isinstance(value, bool):
        return json.dumps(value)
    return value if value is None else well_formed(value) if isinstance(value, str) else str(value)


def _number(value: Any, field: InputField, where: str) -> float | str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        if isinstance(value, str) and field.read is not None:
            found = field.read(value)
            return well_formed(value) if found is None else found  # such a word means "missing", as in a file
        found = float(value)
    except ValueError as error:
        raise DataError(f"{where}: {field.name!r} is a number, not {short(str(value))!r}") from error
    if not math.isfinite(found):
        raise DataError(f"{where}: {field.name!r} is a finite number, not {found}")
    return found


def listed(fields: Sequence[InputField]) -> str:
    """Return the names of fields for a message."""
    names = ", ".join(repr(field.name) for field in fields[:_NAMED])
    return names if len(fields) <= _NAMED else f"{names} and {len(fields) - _NAMED:,} more"


def object_of(fields: Sequence[InputField]) -> str:
    """Return an input as the command line takes it, with examples; of very many fields only the first ones."""
    return json.dumps({field.name: _example(field) for field in fields[:_NAMED]}, ensure_ascii=False)


def _example(field: InputField) -> str | float:
    """Return a value that fits the field."""
    if field.kind != "number":
        return field.example or next(iter(field.choices), "...")
    try:
        found = float(field.example or 0)
    except ValueError:
        return 0
    return int(found) if found.is_integer() else found if math.isfinite(found) else 0


def short(line: str) -> str:
    """Return a line for a message, cut to 60 characters."""
    bare = " ".join(line[:200].split())
    return bare if len(bare) <= 60 else bare[:59] + "…"
