"""Where studies run and are kept."""

from dataclasses import dataclass
from pathlib import Path

from runner.store.files import study_folder

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

    def folder_of(self, study: str) -> Path:
        """Return the folder of one study's files.

        Raises:
            InputError: Its name, which a database holds, would lead elsewhere.
        """
        return study_folder(self.folder, study)
