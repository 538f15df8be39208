"""Inputs from a program: values, objects, or the rows of a pandas data frame."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any

from catalog.contract.capabilities import InputField
from catalog.errors import DataError, InputError
from catalog.suggest import did_you_mean
from runner.study.inputs import object_input, object_of, short, value_of

__all__ = ["object_inputs"]

_NOT_THERE = frozenset({"NAType", "NaTType"})
"""Types that pandas uses for missing values."""


def object_inputs(values: Any, fields: Sequence[InputField], stored: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield inputs as a model takes them.

    Args:
        values: A value or an object (a mapping) for each input; the rows of a pandas data frame; or one value or object
            alone. The value of a single field is given as it is or in an object, the values of several fields in an
            object, whose other names are left out.
        fields: Of an input.
        stored: Columns of a single field with which the study was made; the field's name is used if they are unknown.

    Raises:
        InputError: The values are not inputs.
        DataError: An input lacks its field, does not fit it, or is joined from several columns in this study.
    """
    for number, value in enumerate(_listed(values), start=1):
        where = f"input {number:,}"
        if len(fields) == 1:
            yield _single(value, fields[0], stored, where)
        elif isinstance(value, Mapping):
            yield object_input({str(name): _plain(one) for name, one in value.items()}, fields, where)
        else:
            raise DataError(f"{where} is no object such as {object_of(fields)}: {short(str(value))}")


def _listed(values: Any) -> Iterable[Any]:
    if isinstance(values, str | Mapping):
        return [values]
    if hasattr(values, "columns") and hasattr(
        values, "to_dict"
    ):  # a data frame, from a library that is not imported here
        rows: list[dict[Any, Any]] = values.to_dict("records")
        return rows
    if isinstance(values, bytes | bytearray) or not isinstance(values, Iterable):
        raise InputError(
            f"inputs are a list of values or objects, or a data frame; {type(values).__name__} is none of these"
        )
    return values


def _single(value: Any, field: InputField, stored: tuple[str, ...], where: str) -> Any:
    if isinstance(value, Mapping):
        if len(stored) > 1 and field.name not in value:
            raise DataError(
                f"{where}: this study joins the columns {', '.join(map(repr, stored))}; give what they are joined to, "
                f"under the name {field.name!r}"
            )
        key = stored[0] if len(stored) == 1 and stored[0] in value else field.name
        if key not in value:
            wanted = stored[0] if len(stored) == 1 else field.name
            raise DataError(f"{where} has no {wanted!r}; {did_you_mean(wanted, map(str, value))}")
        value = value[key]
    found = value_of(_plain(value), field, where)
    return "" if found is None and field.kind != "number" else found


def _plain(value: Any) -> Any:
    """Return a cell as JSON has it: None if it is missing, and whole numbers as int."""
    if type(value).__name__ in _NOT_THERE:
        return None
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a scalar of NumPy
        value = value.item()
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value  # noqa: PLR0124 -- NaN
    return value.isoformat() if isinstance(value, date | time) else value
