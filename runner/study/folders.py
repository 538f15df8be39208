"""Where the files of a study lie, and how much of them is kept."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from runner.store.files import move_folder, path_inside

__all__ = ["StudyFolders"]


@dataclass(frozen=True, slots=True)
class StudyFolders:
    """The folder of one study.

    Trainings write under a folder that carries the lease's epoch, so that an orphan of an earlier run can never touch
    the files of its successor.
    """

    root: Path
    epoch: int

    def training(self, name: str) -> Path:
        """Return the folder of a training (``trial/7``) of this run, emptied of what an earlier try left."""
        folder = self.root / "runs" / f"{self.epoch:04d}" / name.replace("/", "-")
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    @property
    def model(self) -> Path:
        """The kept model."""
        return self.root / "model"

    def relative(self, path: Path) -> str:
        """Return `path` as the store keeps it: relative to the study's folder, so that the whole can be moved."""
        return path.relative_to(self.root).as_posix()

    def absolute(self, stored: str) -> Path:
        """Return a stored path as one to open.

        Raises:
            InputError: It would lead out of the study's folder.
        """
        return path_inside(self.root, stored)

    def drop(self, stored: str | None) -> None:
        """Remove the folder that `stored` names, if there is one."""
        if stored is not None:
            shutil.rmtree(self.absolute(stored), ignore_errors=True)

    def keep(self, stored: str) -> Path:
        """Make the model that `stored` names the kept one, replacing an earlier one; return where it is."""
        source = self.absolute(stored)
        if source != self.model and source.exists():  # else a run that died has moved it already
            move_folder(source, self.model)
        return self.model

    def sweep(self, wanted: set[str]) -> None:
        """Remove every trained model that no record names, and what runs left half made."""
        for folder in (self.root / "runs").glob("*/*/model*"):
            if folder.is_dir() and self.relative(folder) not in wanted:
                shutil.rmtree(folder, ignore_errors=True)
