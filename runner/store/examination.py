"""Facts about the database itself, which can be found out by looking at it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from runner.store.damage import damaged_rows
from runner.store.schema import VERSION_TABLE

__all__ = ["Examination", "examine"]


@dataclass(frozen=True, slots=True)
class Examination:
    """Facts about a database.

    Attributes:
        schema: Version of our tables.
        server: The database software with its version: ``"SQLite 3.40.1"``.
        journal: SQLite's journal mode; None for a server.
        damage: What SQLite's own checks report; None for a server, which has checks of its own.
        spoilt: Study and fault of the rows that belong to studies and cannot be read.
    """

    schema: str
    server: str
    journal: str | None
    damage: tuple[str, ...] | None
    spoilt: tuple[tuple[str, str], ...] = ()


def examine(connection: Connection) -> Examination:
    """Return the facts about the database, inside a reading transaction."""
    schema = str(connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar())  # noqa: S608 -- ours
    spoilt = tuple(damaged_rows(connection))
    if connection.dialect.name != "sqlite":
        version = connection.exec_driver_sql("SHOW server_version").scalar()
        return Examination(schema, f"PostgreSQL {version}", None, None, spoilt)
    said = [str(line) for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    orphans = [
        f"a row of {table} belongs to no row of {parent}"
        for table, _, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20)
    ]
    version = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
    mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
    damage = (*(line for line in said if line != "ok"), *orphans)
    return Examination(schema, f"SQLite {version}", mode, damage, spoilt)
