"""Where studies run and are kept."""

from dataclasses import dataclass
from pathlib import Path

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
    """

    storage: str
    folder: Path
    cache: Path
    workers: int = 1
    debug: bool = False
