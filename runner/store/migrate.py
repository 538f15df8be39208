"""Migrations of our tables. Optuna's tables and its `alembic_version` beside them are never touched.

To change the schema, edit `runner.store.schema`, then, with a connection to an up-to-date database,

    alembic.command.revision(runner.store.migrate.config(connection), "what changes", autogenerate=True)

Review the file that this writes under `migrations/versions`, and append its revision to `schema.REVISIONS`.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from runner.store.schema import VERSION_TABLE, metadata

__all__ = ["config", "options", "upgrade"]


def config(connection: Connection) -> Config:
    """Return what Alembic's commands take, bound to `connection`."""
    settings = Config(attributes={"connection": connection})
    folder = Path(__file__).parent / "migrations"
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return settings


def options() -> dict[str, Any]:
    """Return what keeps Alembic to our own tables; `migrations/env.py` passes it on."""
    return {
        "target_metadata": metadata,
        "version_table": VERSION_TABLE,
        "include_name": _is_ours,
        "render_item": _plain,
        "compare_type": True,
        "render_as_batch": True,  # SQLite changes a table only by copying it
        "transactional_ddl": True,  # true of SQLite too, once BEGIN is ours
    }


def upgrade(connection: Connection) -> None:
    """Bring our tables to the newest schema, inside the transaction that `connection` is in."""
    command.upgrade(config(connection), "head")


def _is_ours(name: str | None, kind: str, parents: object) -> bool:  # noqa: ARG001 -- Alembic's signature
    return kind != "table" or (name or "").startswith("modelcat_")


def _plain(kind: str, item: object, context: object) -> str | bool:  # noqa: ARG001 -- Alembic's signature
    """Write our column types as the plain types beneath: a migration must not change when our classes do."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False
