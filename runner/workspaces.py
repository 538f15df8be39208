"""The workspace of a caller, from its arguments and the environment: database, files, cache, engine and workers.

The command line and `runner.api` share it. In messages, a caller's argument is named with `prefix` and a word:
``--workers`` for an option of a command, ``workers`` for a parameter.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from catalog.errors import InputError, UnknownStudyError

if TYPE_CHECKING:
    from pathlib import Path

    from runner.settings import Settings
    from runner.store.store import Store
    from runner.study.workspace import Workspace

__all__ = ["database_url", "find_store", "open_store", "run_workspace", "workspace_of"]

#: On one machine, more workers than its cores only delay each other; a cluster may have thousands of GPUs.
_MOST_LOCAL = 256
_MOST = 10_000


def _read_settings() -> "Settings":
    from runner.settings import read_settings

    return read_settings()


def database_url(storage: str | None, settings: "Callable[[], Settings]" = _read_settings) -> str:
    """Return the database's URL: the given one, else that of the environment.

    Args:
        storage: A URL; None or empty if the caller names none.
        settings: Reads the environment.

    Raises:
        InputError: The environment has a value that is not a URL of a database.
    """
    from runner.store.url import StorageUrl

    if storage:
        return storage
    url = str(settings().storage)
    try:
        StorageUrl.parse(url)
    except InputError as error:
        raise InputError(f"MODELCAT_STORAGE: {error.message}") from error
    return url


def workspace_of(storage: str | None, settings: "Callable[[], Settings]" = _read_settings) -> "Workspace":
    """Return the workspace of a caller that trains nothing, or one training at a time; as `database_url`."""
    from runner.environment import is_debugging
    from runner.store.url import studies_folder
    from runner.study.workspace import Workspace

    found = settings()
    url = database_url(storage, settings)
    return Workspace(
        url, studies_folder(url), found.cache, 1, debug=is_debugging(), checkpoint_seconds=found.checkpoint_seconds
    )


def find_store(url: str) -> "Store | None":
    """Return the store at a URL, or None if there is no database; none is made."""
    from runner.store.store import Store

    return Store.open(url, create=False) if Store.exists(url) else None


def open_store(url: str, *, prefix: str = "") -> "Store":
    """Return the store at a URL.

    Raises:
        UnknownStudyError: There is no database.
    """
    from runner.store.url import redact

    if (store := find_store(url)) is None:
        shown = redact(url)
        raise UnknownStudyError(
            f"there is no database at {shown}: nothing has been run here; {prefix}storage picks another"
        )
    return store


def run_workspace(
    workspace: "Workspace",
    workers: str | None,
    engine: str | None = None,
    address: str | None = None,
    *,
    prefix: str = "",
) -> "Workspace":
    """Return `workspace` with the caller's choices, else those of the environment.

    Args:
        workspace: Where the studies are.
        workers: A count or ``auto``; None for the engine's default.
        engine: ``local`` or ``ray``.
        address: Of a Ray cluster.
        prefix: Stands before the words in messages.

    Raises:
        InputError: There is no such engine; an address is given for this machine's own; there are too many workers.
    """
    from catalog.suggest import did_you_mean
    from runner.settings import read_settings
    from runner.study.workspace import EngineName

    given, count = read_settings(), _count(workers, prefix)
    where = f"{prefix}engine" if engine is not None else "MODELCAT_ENGINE"
    chosen = engine if engine is not None else given.engine
    if chosen not in get_args(EngineName):
        raise InputError(f"{where} {chosen!r} is unknown; {did_you_mean(chosen, get_args(EngineName))}")
    if chosen == "ray":
        # Nodes have working directories of their own.
        return replace(
            workspace,
            engine="ray",
            address=address or given.address,
            workers=count,
            folder=workspace.folder.absolute(),
            cache=workspace.cache.absolute(),
        )
    if address is not None:
        raise InputError(f"{prefix}address {address} is for {prefix}engine ray; the engine is local, which has none")
    if count is not None and count > _MOST_LOCAL:
        raise InputError(
            f"{prefix}workers {count}: one machine runs at most {_MOST_LOCAL}; more take {prefix}engine ray"
        )
    _make_cache(workspace.cache)
    return replace(workspace, workers=count if workers is not None else 1)


def _make_cache(cache: "Path") -> None:
    """Make the cache folder, if that is possible: workers could only fail one after the other."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        reason = None if os.access(cache, os.W_OK | os.X_OK) else "no permission"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason is not None:
        raise InputError(f"the cache {cache} cannot be written ({reason}): MODELCAT_CACHE names another folder")


def _count(workers: str | None, prefix: str) -> int | None:
    """Return the requested number of workers; None for auto, or if none is requested."""
    if workers is None or workers == "auto":
        return None
    if not workers.isdecimal() or not 1 <= int(workers) <= _MOST:
        raise InputError(f"{prefix}workers {workers!r} is neither auto nor a count from 1 to {_MOST:,}")
    return int(workers)
