"""Where the files of a study lie, and how much of them is kept."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from catalog.contract import CHECKPOINTS
from runner.store.files import move_folder

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
        """Return the folder of a training (``trial/7``) of this run, emptied of all but its checkpoints."""
        folder = self._run(self.epoch) / name.replace("/", "-")
        with suppress(FileNotFoundError):
            for left in folder.iterdir():
                if left.name == CHECKPOINTS:
                    continue
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)
        return folder

    def earlier(self, name: str) -> tuple[Path, ...]:
        """Return the folders that earlier runs gave to a training and that have checkpoints, the newest first."""
        found = [folder for folder in self._tries(name) if int(folder.parent.name) < self.epoch]
        return tuple(sorted((folder for folder in found if (folder / CHECKPOINTS).is_dir()), reverse=True))

    def goes_on(self, name: str) -> bool:
        """Tell whether a training may have a checkpoint to go on from, of this run or an earlier one."""
        return bool(self.earlier(name)) or (self._run(self.epoch) / name.replace("/", "-") / CHECKPOINTS).is_dir()

    def settle(self, name: str) -> None:
        """Remove the checkpoints of a training that has come to its end, those of earlier runs too."""
        for folder in self._tries(name):
            shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)

    @property
    def model(self) -> Path:
        """The kept model."""
        return self.root / "model"

    def relative(self, path: Path) -> str:
        """Return `path` as the store keeps it: relative to the study's folder, so that the whole can be moved."""
        return path.relative_to(self.root).as_posix()

    def absolute(self, stored: str) -> Path:
        """Return a stored path as one to open."""
        return self.root / stored

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
        """Remove every trained model that no record names, what runs left half made, and all checkpoints."""
        for folder in (self.root / "runs").glob("*/*/model*"):
            if folder.is_dir() and self.relative(folder) not in wanted:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.root / "runs").glob(f"*/*/{CHECKPOINTS}"):
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, epoch: int) -> Path:
        return self.root / "runs" / f"{epoch:04d}"

    def _tries(self, name: str) -> list[Path]:
        """Return the folders of a training in all runs."""
        runs = (self.root / "runs").glob("[0-9]*")
        return [run / name.replace("/", "-") for run in runs if run.name.isdecimal()]
