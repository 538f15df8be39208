"""Where a command works, from its options and the environment: database, files, cache, engine and workers."""

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, get_args

from catalog.errors import InputError, UnknownStudyError
from runner.cli.output import print_note

if TYPE_CHECKING:
    from pathlib import Path

    from runner.settings import Settings
    from runner.store.store import Store
    from runner.study.workspace import Workspace

__all__ = ["database_url", "find_store", "open_store", "place_of", "settings", "working_place"]

#: On one machine more than its cores only get in each other's way; a cluster may have thousands of GPUs.
_MOST_LOCAL = 256
_MOST = 10_000


def settings() -> "Settings":
    """Return what the environment says; say once which of its variables have no effect."""
    from runner.settings import read_settings

    _note_misspelt()
    return read_settings()


@cache
def _note_misspelt() -> None:
    """Say once which variables of the environment have no effect."""
    from runner.settings import misspelt

    for note in misspelt():
        print_note(note)


def database_url(storage: str | None) -> str:
    """Return the database's URL: what is given, else what the environment says."""
    from runner.store.url import StorageUrl

    if storage:
        return storage
    url = str(settings().storage)
    try:
        StorageUrl.parse(url)
    except InputError as error:
        raise InputError(f"MODELCAT_STORAGE: {error.message}") from error
    return url


def place_of(storage: str | None) -> "Workspace":
    """Return where a command works that trains nothing, or one training at a time."""
    from runner.environment import is_debugging
    from runner.store.url import studies_folder
    from runner.study.workspace import Workspace

    found = settings()
    url = database_url(storage)
    return Workspace(
        url, studies_folder(url), found.cache, 1, debug=is_debugging(), checkpoint_seconds=found.checkpoint_seconds
    )


def find_store(storage: str | None) -> "Store | None":
    """Return the store, or None if there is no database; none is made."""
    from runner.store.store import Store

    url = database_url(storage)
    return Store.open(url, create=False) if Store.exists(url) else None


def open_store(storage: str | None) -> "Store":
    """Return the store.

    Raises:
        UnknownStudyError: There is no database.
    """
    from runner.store.url import redact

    if (store := find_store(storage)) is None:
        url = redact(database_url(storage))
        raise UnknownStudyError(f"there is no database at {url}: nothing has been run here; --storage picks another")
    return store


def working_place(
    place: "Workspace", workers: str | None, engine: str | None = None, address: str | None = None
) -> "Workspace":
    """Return `place` with what was asked for on the command line, else in the environment.

    Raises:
        InputError: There is no such engine; an address for this machine's own; more workers than it can bear.
    """
    from catalog.suggest import did_you_mean
    from runner.settings import read_settings
    from runner.study.workspace import EngineName

    given, count = read_settings(), _count(workers)
    where = "--engine" if engine is not None else "MODELCAT_ENGINE"
    chosen = engine if engine is not None else given.engine
    if chosen not in get_args(EngineName):
        raise InputError(f"{where} {chosen!r} is unknown; {did_you_mean(chosen, get_args(EngineName))}")
    if chosen == "ray":
        # Nodes have working directories of their own.
        return replace(
            place,
            engine="ray",
            address=address or given.address,
            workers=count,
            folder=place.folder.absolute(),
            cache=place.cache.absolute(),
        )
    if address is not None:
        raise InputError(f"--address {address} is for --engine ray; the engine is local, which has none")
    if count is not None and count > _MOST_LOCAL:
        raise InputError(f"--workers {count}: one machine runs at most {_MOST_LOCAL}; more take --engine ray")
    _make_cache(place.cache)
    return replace(place, workers=count if workers is not None else 1)


def _make_cache(cache: "Path") -> None:
    """Make the folder of what can be made again, if that is possible: workers could only fail one after the other."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        reason = None if os.access(cache, os.W_OK | os.X_OK) else "no permission"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason is not None:
        raise InputError(f"the cache {cache} cannot be written ({reason}): MODELCAT_CACHE names another folder")


def _count(workers: str | None) -> int | None:
    """Return how many workers were asked for; None for auto, or for nothing at all."""
    if workers is None or workers == "auto":
        return None
    if not workers.isdecimal() or not 1 <= int(workers) <= _MOST:
        raise InputError(f"--workers {workers!r} is neither auto nor a count from 1 to {_MOST:,}")
    return int(workers)
