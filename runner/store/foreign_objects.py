"""Database objects of other programs that change how our tables behave: they would run with each statement.

A trigger changes what is written; a view, a virtual table or a computed column answers in place of a table, and may
never end. Neither modelcat nor Optuna makes any, so every reader and every writer refuses them.
"""

from sqlalchemy import Connection

from catalog.errors import StoreError
from runner.store.schema import OPTUNA_TABLES, VERSION_TABLE, metadata

__all__ = ["refuse_computed_columns", "refuse_objects"]

_TABLES = sorted({*metadata.tables, *OPTUNA_TABLES, VERSION_TABLE})
_KINDS = {"view": "view", "table": "virtual table"}
_NAMES = ", ".join(f"'{name}'" for name in _TABLES)
_SQLITE = f"""
SELECT type, name, tbl_name FROM sqlite_master
WHERE type <> 'index' AND lower(tbl_name) IN ({_NAMES}) AND (type <> 'table' OR sql LIKE 'create virtual%') LIMIT 1
"""  # noqa: S608 -- the names are ours
#: `hidden` is not 0 for hidden columns of virtual tables and for generated columns.
_SQLITE_COLUMNS = f"""
SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table' AND lower(m.name) IN ({_NAMES}) AND c.hidden <> 0 LIMIT 1
"""  # noqa: S608
_POSTGRESQL = f"""
SELECT CASE WHEN c.relkind IN ('r', 'p') THEN 'trigger' ELSE 'view' END, coalesce(t.tgname, c.relname), c.relname
FROM pg_class AS c LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal
WHERE c.relname IN ({_NAMES}) AND pg_table_is_visible(c.oid)
AND (c.relkind IN ('v', 'm', 'f') OR t.oid IS NOT NULL) LIMIT 1
"""  # noqa: S608


def refuse_objects(connection: Connection) -> None:
    """Refuse a database in which a trigger, a view or a virtual table affects one of the tables.

    Raises:
        StoreError: There is one; the message says which, and how to remove it.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    found = connection.exec_driver_sql(_SQLITE if is_sqlite else _POSTGRESQL).first()
    if found is None:
        return
    kind, name, table = found
    what = f"a trigger {name!r} on its table {table}" if kind == "trigger" else f"a {_KINDS[kind]} in place of {table}"
    quoted = '"' + str(name).replace('"', '""') + '"'
    drop = f"DROP {kind.upper()} {quoted}{'' if is_sqlite or kind != 'trigger' else f' ON {table}'}"
    raise StoreError(
        f"{_place(connection)} has {what}, which modelcat has not made: nothing is read or written while it could "
        f"change that. Find out who made it and why, then remove it: {drop}"
    )


def refuse_computed_columns(connection: Connection) -> None:
    """Refuse a SQLite database in which a column of one of the tables is computed; this check takes longer.

    Raises:
        StoreError: There is one; the message says which.
    """
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql(_SQLITE_COLUMNS).first()
    if found is not None:
        raise StoreError(
            f"{_place(connection)} has a computed column {found[1]!r} in its table {found[0]}, which modelcat has not "
            "made: put a copy of the database back, or name another with --storage"
        )


def _place(connection: Connection) -> str:
    url = connection.engine.url
    return f"sqlite:///{url.database}" if connection.dialect.name == "sqlite" else url.render_as_string()
