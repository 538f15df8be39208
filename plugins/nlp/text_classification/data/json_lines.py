"""JSON Lines: one object a line; keys are columns."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.errors import DataError
from plugins.nlp.text_classification.data.records import NESTED_ROW
from plugins.nlp.text_classification.data.text_files import check_utf8
from plugins.nlp.text_classification.data.wording import shortened

__all__ = ["read_json_lines"]


def read_json_lines(path: Path, field: str) -> pa.Table:
    """Read a table; a key that a line lacks is null there, a key of mixed types becomes strings.

    A key that holds a list or an object anywhere becomes a column of nulls, with the row in its metadata: files may
    have such keys as long as they are neither the text nor the label.

    Raises:
        DataError: Not UTF-8, or a line that is not a JSON object; tells the line.
    """
    check_utf8(path, field)
    columns: dict[str, list[Any]] = {}
    rows = 0
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                hint = (
                    " The file holds one JSON array; write one object a line." if rows == 0 and line[0] == "[" else ""
                )
                raise DataError(
                    f"{path}: line {number:,} is not JSON ({reason}): {shortened(line)}.{hint}", field=field
                ) from error
            if not isinstance(row, dict):
                raise DataError(
                    f"{path}: line {number:,} is not a JSON object but {shortened(line)}; "
                    'write one object a line, as {"text": "...", "label": "..."}.',
                    field=field,
                )
            for name, value in row.items():
                column = columns.setdefault(name, [])
                column.extend([None] * (rows - len(column)))
                column.append(value)
            rows += 1
    if not rows:
        raise DataError(f"{path} holds no rows.", field=field)
    for column in columns.values():
        column.extend([None] * (rows - len(column)))
    arrays = {name: _array(column) for name, column in columns.items()}
    fields = [pa.field(_storable(name), array.type, metadata=_nested(columns[name])) for name, array in arrays.items()]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))


def _nested(values: list[Any]) -> dict[bytes, bytes] | None:
    row = next((row for row, value in enumerate(values, start=1) if isinstance(value, dict | list)), None)
    return None if row is None else {NESTED_ROW: str(row).encode()}


def _array(values: list[Any]) -> pa.Array:
    if _nested(values):
        return pa.nulls(len(values))
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return pa.array([_string(value) for value in values], pa.string())


def _string(value: Any) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 -- NaN, which pandas writes for a missing value
        return None
    return _storable(value if isinstance(value, str) else json.dumps(value))


def _storable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can escape and UTF-8 cannot hold."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
