"""Chooses what runs a study's trials, as its place says."""

import os
from collections.abc import Callable
from pathlib import Path

from catalog.dataset import FilesDataset
from catalog.spec import Request
from runner.engine.engine import Engine
from runner.engine.gpus import usable_gpus
from runner.engine.local import LocalEngine
from runner.study.place import Place

__all__ = ["engine_for", "local_workers"]


def engine_for(place: Place, request: Request, tell: Callable[[str], None]) -> Engine:
    """Return the engine of `place`, not yet started.

    Args:
        place: Where the study runs.
        request: What it is about: every machine must see its files.
        tell: Takes a line about a machine that has other versions, or cannot be used.
    """
    if place.engine == "ray":
        from runner.engine.ray.engine import RayEngine

        return RayEngine(place.address, place.workers, place.folder, _files(request), tell)
    return LocalEngine(local_workers(place), debug=place.debug)


def local_workers(place: Place) -> int:
    """Return the processes that train on this machine: one for each GPU where nobody says how many."""
    return place.workers or max(1, usable_gpus())


def _files(request: Request) -> list[Path]:
    """Return the files of the data, and what the configuration names with what lies in it: a model's local folder."""
    data, files = request.dataset, list[Path]()
    if isinstance(data, FilesDataset):
        given = [value for value in (data.train, data.validation, data.test) if value is not None]
        files += [Path(path) for value in given for path in ([value] if isinstance(value, str) else value)]
    for value in request.config.model_dump(mode="json").values():
        # `os.path` takes any string for a path that is not there, also one that no system would take for a name.
        if isinstance(value, str) and Path(value).is_absolute() and os.path.exists(value):  # noqa: PTH110
            files += [Path(value), *sorted(Path(value).glob("*"))]
    return files
