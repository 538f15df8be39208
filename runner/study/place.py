"""Where studies run and are kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from catalog.contract import CHECKPOINT_SECONDS
from runner.store.files import study_folder

__all__ = ["Engine", "Place"]

Engine = Literal["local", "ray"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study runs and is kept.

    Attributes:
        storage: Database URL.
        folder: Holds a folder for every study: models, predictions, checkpoints.
        cache: What may be lost: tokens, vocabularies.
        workers: Processes that train; None for as many as the engine has devices for.
        debug: Show what the workers print.
        checkpoint_seconds: Between two checkpoints within an epoch.
        engine: What runs them: processes of this machine, or actors of a Ray cluster.
        address: Of the Ray cluster; see `runner.engine.ray.connection.connect`.
    """

    storage: str
    folder: Path
    cache: Path
    workers: int | None = 1
    debug: bool = False
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    engine: Engine = "local"
    address: str = "auto"

    def folder_of(self, study: str) -> Path:
        """Return the folder of one study's files.

        Raises:
            InputError: Its name, which a database holds, would lead elsewhere.
        """
        return study_folder(self.folder, study)
