"""Migrations of our tables. Optuna's tables, and its `alembic_version` next to them, are never touched.

To change the schema, edit `runner.store.schema`, then run ``make migration m="what changes"``: it drafts a file under
`migrations/versions` from the difference to the schema before. Review it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.types import TypeDecorator

from runner.store.schema import REVISIONS, VERSION_TABLE, metadata

__all__ = ["config", "draft", "options", "upgrade"]


def config(connection: Connection) -> Config:
    """Return the configuration of Alembic's commands, bound to `connection`."""
    settings = Config(attributes={"connection": connection})
    folder = Path(__file__).parent / "migrations"
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return settings


def options() -> dict[str, Any]:
    """Return the options that limit Alembic to our own tables; `migrations/env.py` passes them on."""
    return {
        "target_metadata": metadata,
        "version_table": VERSION_TABLE,
        "include_name": _is_ours,
        "render_item": _plain,
        "compare_type": True,
        "render_as_batch": True,  # SQLite changes a table only by copying it
        "transactional_ddl": True,  # holds for SQLite too, since we begin its transactions ourselves
    }


def upgrade(connection: Connection) -> None:
    """Bring our tables to the newest schema, inside the transaction that `connection` is in."""
    command.upgrade(config(connection), "head")


def draft(message: str) -> Path:
    """Draft the migration from the newest released schema to that of `runner.store.schema`, and return its file.

    Args:
        message: What changes, in a few words: it becomes the name of the file.
    """
    number = f"{int(REVISIONS[-1]) + 1:04d}"
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.db")
        with engine.begin() as connection:
            upgrade(connection)
            command.revision(config(connection), message, autogenerate=True, rev_id=number)
        engine.dispose()
    (found,) = (Path(__file__).parent / "migrations" / "versions").glob(f"v{number}_*.py")
    return found


def _is_ours(name: str | None, kind: str, parents: object) -> bool:  # noqa: ARG001 -- Alembic's signature
    return kind != "table" or (name or "").startswith("modelcat_")


def _plain(kind: str, item: object, context: object) -> str | bool:  # noqa: ARG001 -- Alembic's signature
    """Write our column types as the plain types beneath: a change of our types must not change a migration."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


if __name__ == "__main__":
    print(draft(" ".join(sys.argv[1:]) or "change"))  # noqa: T201 -- a command for developers
