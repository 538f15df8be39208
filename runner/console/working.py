"""Settles where a command trains: on this machine or a cluster, and in how many workers."""

import os
from dataclasses import replace
from pathlib import Path
from typing import get_args

from catalog.errors import InputError
from catalog.suggest import did_you_mean
from runner.settings import read_settings
from runner.study.place import EngineName, Place

__all__ = ["working_place"]

#: On one machine more than its cores only get in each other's way; a cluster may have thousands of GPUs.
_MOST_LOCAL = 256
_MOST = 10_000


def working_place(place: Place, workers: str | None, engine: str | None, address: str | None) -> Place:
    """Return `place` with what was asked for on the command line, else in the environment.

    Raises:
        InputError: There is no such engine; an address for this machine's own; more workers than it can bear.
    """
    settings, count = read_settings(), _count(workers)
    where = "--engine" if engine is not None else "MODELCAT_ENGINE"
    chosen = engine if engine is not None else settings.engine
    if chosen not in get_args(EngineName):
        raise InputError(f"{where} {chosen!r} is unknown; {did_you_mean(chosen, get_args(EngineName))}")
    if chosen == "ray":
        # Nodes have working directories of their own.
        return replace(
            place,
            engine="ray",
            address=address or settings.address,
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


def _make_cache(cache: Path) -> None:
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
