"""The place where studies run and are stored, and the engine that runs them there."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from catalog.contract import CHECKPOINT_SECONDS
from runner.engine.gpus import usable_gpus
from runner.store.files import study_folder

if TYPE_CHECKING:  # code that only needs to know where studies are stored does not import engines
    from catalog.spec import Request
    from runner.engine.engine import Engine

__all__ = ["EngineName", "Workspace", "engine_for", "local_workers"]

EngineName = Literal["local", "ray"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The place where a study runs and is stored.

    Attributes:
        storage: Database URL.
        folder: Holds a folder for every study: models, predictions, checkpoints.
        cache: Files that may be lost, since they can be made again.
        workers: Processes that train; None for as many as the engine has devices for.
        debug: Show what the workers print.
        checkpoint_seconds: Between two checkpoints within an epoch.
        engine: The engine: processes of this machine, or actors of a Ray cluster.
        address: Of the Ray cluster; see `runner.engine.ray.connection.connect`.
    """

    storage: str
    folder: Path
    cache: Path
    workers: int | None = 1
    debug: bool = False
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    engine: EngineName = "local"
    address: str = "auto"

    def folder_of(self, study: str) -> Path:
        """Return the folder of one study's files.

        Raises:
            InputError: Its name, which comes from a database, leads out of `folder`.
        """
        return study_folder(self.folder, study)


def engine_for(workspace: Workspace, request: "Request", tell: Callable[[str], None]) -> "Engine":
    """Return the engine of `workspace`, not yet started.

    Args:
        workspace: Where the study runs.
        request: The spec: every machine must see its files.
        tell: Takes a line about a machine that has other versions, or cannot be used.
    """
    if workspace.engine == "ray":
        from runner.engine.ray.engine import RayEngine

        return RayEngine(workspace.address, workspace.workers, workspace.folder, _files(request), tell)
    from runner.engine.local import LocalEngine

    return LocalEngine(local_workers(workspace), debug=workspace.debug)


def local_workers(workspace: Workspace) -> int:
    """Return the number of processes that train on this machine: one for each GPU by default."""
    return workspace.workers or max(1, usable_gpus())


def _files(request: "Request") -> list[Path]:
    """Return the files of the data, and the paths in the configuration with their contents: a model's local folder."""
    from catalog.dataset import FilesDataset

    data, files = request.dataset, list[Path]()
    if isinstance(data, FilesDataset):
        given = [value for value in (data.train, data.validation, data.test) if value is not None]
        files += [Path(path) for value in given for path in ([value] if isinstance(value, str) else value)]
    for value in request.config.model_dump(mode="json").values():
        # `os.path` takes any string for a missing path, even one that no system accepts as a name.
        if isinstance(value, str) and Path(value).is_absolute() and os.path.exists(value):  # noqa: PTH110
            files += [Path(value), *sorted(Path(value).glob("*"))]
    return files
