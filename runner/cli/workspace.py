"""The workspace of a command, from its options and the environment: database, files, cache, engine and workers."""

from functools import cache
from typing import TYPE_CHECKING

from runner import workspaces
from runner.cli.output import print_note

if TYPE_CHECKING:
    from runner.settings import Settings
    from runner.store.store import Store
    from runner.study.workspace import Workspace

__all__ = ["database_url", "find_store", "open_store", "run_workspace", "settings", "workspace_of"]

_PREFIX = "--"
"""The prefix of options, in messages."""


def settings() -> "Settings":
    """Return the settings from the environment; print once which variables have no effect."""
    from runner.settings import read_settings

    _note_misspelt()
    return read_settings()


@cache
def _note_misspelt() -> None:
    """Print once which variables of the environment have no effect."""
    from runner.settings import misspelt

    for note in misspelt():
        print_note(note)


def database_url(storage: str | None) -> str:
    """Return the database's URL: the given one, else that of the environment."""
    return workspaces.database_url(storage, settings)


def workspace_of(storage: str | None) -> "Workspace":
    """Return the workspace of a command that trains nothing, or one training at a time."""
    return workspaces.workspace_of(storage, settings)


def find_store(storage: str | None) -> "Store | None":
    """Return the store, or None if there is no database; none is made."""
    return workspaces.find_store(database_url(storage))


def open_store(storage: str | None) -> "Store":
    """Return the store.

    Raises:
        UnknownStudyError: There is no database.
    """
    return workspaces.open_store(database_url(storage), prefix=_PREFIX)


def run_workspace(
    workspace: "Workspace", workers: str | None, engine: str | None = None, address: str | None = None
) -> "Workspace":
    """Return `workspace` with the options of the command line, else those of the environment.

    Raises:
        InputError: There is no such engine; an address is given for this machine's own; there are too many workers.
    """
    return workspaces.run_workspace(workspace, workers, engine, address, prefix=_PREFIX)
