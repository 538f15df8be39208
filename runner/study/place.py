"""Where studies run and are kept."""

from dataclasses import dataclass
from pathlib import Path

from catalog.contract import CHECKPOINT_SECONDS

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study runs and is kept.

    Attributes:
        storage: Database URL.
        folder: Holds a folder for every study: models, predictions, checkpoints.
        cache: What may be lost: tokens, vocabularies.
        workers: Processes that train.
        debug: Show what the workers print.
        checkpoint_seconds: Between two checkpoints within an epoch.
    """

    storage: str
    folder: Path
    cache: Path
    workers: int = 1
    debug: bool = False
    checkpoint_seconds: float = CHECKPOINT_SECONDS
