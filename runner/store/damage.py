"""Rows that somebody else has spoilt, by hand or by another program: told with study and field, and kept apart."""

from functools import cache
from typing import Any

from sqlalchemy import Column, Integer, Table

from catalog.errors import StoreError, clause
from runner.store import schema
from runner.store.columns import Damaged, Document, Word

__all__ = ["check", "mend"]

#: What stands in for a spoilt word until somebody mends the row: nothing is done by it.
_WORDS = {"state": "failed", "mode": "study", "direction": "maximize"}
#: The columns of JSON that hold lists; the others hold objects, but for an insight, which may be anything.
_LISTS = frozenset({(schema.trials, "notes"), (schema.evaluations, "confusion")})
_ANYTHING = frozenset({(schema.insights, "content")})


def mend(row: dict[str, Any]) -> str | None:
    """Replace what is spoilt in a row of `studies` by what is empty, and return what to tell, or None."""
    wrong = {column.name: reason for column in schema.studies.c if (reason := _wrong(column, row[column.name]))}
    if "spec" not in wrong and (reason := _wrong_part(row["spec"])):
        wrong["spec"] = reason
    if not wrong:
        return None
    for name in wrong:
        column = schema.studies.c[name]
        empty: Any = {} if isinstance(column.type, Document) else _WORDS.get(name, 0)
        row[name] = None if column.nullable else empty
    told = "; ".join(f"{name} {reason}" for name, reason in wrong.items())
    advice = f"put a copy of the database back, or run modelcat delete {row['study']}"
    message = f"the record of study {row['study']!r} is damaged: {clause(told)}. Mend it, {advice}"
    row |= {"state": "failed", "failure": {"kind": "store", "message": message}}
    return message


def check(study: str, table: Table, row: dict[str, Any]) -> None:
    """Check what belongs to a study.

    Raises:
        StoreError: Somebody else has spoilt it; told is the study, which row, and the field.
    """
    for column in _documents(table):
        if reason := _wrong(column, row[column.name]):
            keys = [key for key in table.primary_key if key.name in row]
            which = ", ".join(f"{key.name} {row[key.name]!r}" for key in keys)
            raise StoreError(
                f"a record of study {study!r} is damaged: {table.name}, {which}: {column.name} "
                f"{clause(reason)}. Mend it, put a copy of the database back, or run modelcat delete {study}"
            )


@cache
def _documents(table: Table) -> tuple[Column[Any], ...]:
    return tuple(column for column in table.c if isinstance(column.type, Document))


def _wrong(column: Column[Any], value: Any) -> str | None:
    """Return what is wrong with a value, as it follows the name of its column; None where nothing is."""
    if isinstance(value, Damaged):
        return value.reason
    if value is None:
        return None if column.nullable else "is missing"
    if isinstance(column.type, Document) and (column.table, column.name) not in _ANYTHING:
        kind = list if (column.table, column.name) in _LISTS else dict
        return None if isinstance(value, kind) else f"is {_named(value)}, not {_named(kind())}"
    if isinstance(column.type, Word) and value not in column.type.allowed:
        return f"is {value!r}, none of {', '.join(column.type.allowed)}"
    if isinstance(column.type, Integer) and not isinstance(value, int):
        return f"is {value!r}, not a number"
    return None


def _wrong_part(spec: dict[str, Any]) -> str | None:
    """Look one level into a spec, as far as whoever shows it takes for granted."""
    for name in ("model_config", "study", "dataset"):
        if spec.get(name) is not None and not isinstance(spec[name], dict):
            return f"has a {name} that is {_named(spec[name])}, not an object"
    return None


def _named(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a string"
    return "a number or a truth value"
