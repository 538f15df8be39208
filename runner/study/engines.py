"""Chooses what runs a study's trials, as its place says."""

from collections.abc import Callable
from pathlib import Path

from catalog.dataset import Dataset, FilesDataset
from runner.engine.engine import Engine
from runner.engine.gpus import usable_gpus
from runner.engine.local import LocalEngine
from runner.study.place import Place

__all__ = ["engine_for", "local_workers"]


def engine_for(place: Place, dataset: Dataset, tell: Callable[[str], None]) -> Engine:
    """Return the engine of `place`, not yet started.

    Args:
        place: Where the study runs.
        dataset: Whose files every machine must see.
        tell: Takes a line about a machine that has other versions, or cannot be used.
    """
    if place.engine == "ray":
        from runner.engine.ray.engine import RayEngine

        return RayEngine(place.address, place.workers, place.folder, _files(dataset), tell)
    return LocalEngine(local_workers(place), debug=place.debug)


def local_workers(place: Place) -> int:
    """Return the processes that train on this machine: one for each GPU where nobody says how many."""
    return place.workers or max(1, usable_gpus())


def _files(dataset: Dataset) -> list[Path]:
    if not isinstance(dataset, FilesDataset):
        return []
    return [Path(path) for path in (dataset.train, dataset.validation, dataset.test) if path is not None]
