"""Damaged rows, changed by hand or by another program: reported with study and field, and kept apart.

Each column type reads a cell that does not hold what it should as `DamagedValue` (`runner.store.columns`); this module
finds the study, the table and the row of that cell.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, Table, select

from catalog.errors import StoreError, clause
from runner.store import schema
from runner.store.columns import DamagedValue, JsonColumn, TextColumn

__all__ = ["check", "damaged_rows", "id_in", "mend"]

#: Replaces a damaged word until a person repairs the row: no code acts on it.
_WORDS = {"state": "failed", "mode": "study", "direction": "maximize"}
#: Replaces the name of a study that cannot be read: the number of its row, after a sign that no name begins with.
_BY_ID = re.compile(r"#(\d{1,18})")
#: Replaces the time of a row that has none.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: Damaged rows that are reported for each table of a study; there is seldom only one.
_MOST_ROWS = 3


def id_in(name: str) -> int | None:
    """Return the row number that stands for the name of a study without a readable name; None for a name."""
    found = _BY_ID.fullmatch(name)
    return int(found[1]) if found else None


def mend(row: dict[str, Any]) -> str | None:
    """Replace the damaged values of a row of `studies` by empty ones, and return the message about them, or None."""
    wrong = {column.name: reason for column in schema.studies.c if (reason := _wrong(column, row[column.name]))}
    if not wrong:
        return None
    moment = row["created"] if "created" not in wrong else row["updated"]
    for name in wrong:
        row[name] = _empty(name, row["id"])
    for name in {"created", "updated"} & wrong.keys():
        row[name] = _NEVER if isinstance(moment, DamagedValue) or moment is None else moment
    told = "; ".join(f"{name} {reason}" for name, reason in wrong.items())
    advice = f"put a copy of the database back, or run modelcat delete {_quoted(row['study'])}"
    message = f"the record of study {row['study']!r} is damaged: {clause(told)}. Mend it, {advice}"
    row |= {"state": "failed", "failure": {"kind": "store", "message": message}}
    return message


def check(study: str, table: Table, row: dict[str, Any]) -> None:
    """Check a row that belongs to a study.

    Raises:
        StoreError: Another program has damaged it; the message names the study, the row and the field.
    """
    # The values are searched first: this runs for thousands of rows, almost none of which is damaged.
    spoilt = DamagedValue in map(type, row.values()) or None in map(row.get, _required(table), repeat(0))
    if spoilt and (told := _told(table, row)):
        raise StoreError(
            f"a record of study {study!r} is damaged: {clause(told)}. "
            f"Mend it, put a copy of the database back, or run modelcat delete {_quoted(study)}"
        )


@cache
def _required(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if not column.nullable)


def damaged_rows(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield study and fault of the damaged rows that belong to studies, a few for each table of each study."""
    names: dict[int, str] = {}
    for row in connection.execute(select(schema.studies)).mappings():
        mended = dict(row)
        mend(mended)
        names[mended["id"]] = mended["study"]
    for table in schema.PARTS:
        found: dict[str, int] = {}
        for row in connection.execute(select(table).execution_options(yield_per=100)).mappings():
            study = names.get(row["study_id"])
            if study is not None and found.get(study, 0) < _MOST_ROWS and (told := _told(table, dict(row))):
                found[study] = found.get(study, 0) + 1
                yield study, told


def _told(table: Table, row: dict[str, Any]) -> str | None:
    for column in table.c:
        if column.name in row and (reason := _wrong(column, row[column.name])):
            keys = [key.name for key in table.primary_key if key.name in row and key.name != "study_id"]
            which = ", ".join(f"{key} {'?' if isinstance(row[key], DamagedValue) else repr(row[key])}" for key in keys)
            return f"{table.name}, {which}: {column.name} {reason}"
    return None


def _wrong(column: Any, value: Any) -> str | None:
    """Return what is wrong with a value, worded to follow the name of its column; None if nothing is wrong."""
    if isinstance(value, DamagedValue):
        return value.reason
    return "is missing" if value is None and not column.nullable else None


def _empty(name: str, study_id: int) -> Any:
    column = schema.studies.c[name]
    if column.nullable:
        return None
    if name == "study":
        return f"#{study_id}"
    if isinstance(column.type, JsonColumn):
        return {}
    return _WORDS.get(name, "" if isinstance(column.type, TextColumn) else 0)


def _quoted(study: str) -> str:
    """Quote the one kind of name that a shell would take for a comment."""
    return f"'{study}'" if study.startswith("#") else study
