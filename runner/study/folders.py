"""The folders of a study's files, and which of the files are kept."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from catalog.contract import CHECKPOINTS
from catalog.environment import environment_fault
from catalog.errors import InputError, StoreError
from runner.store.files import make_folder, move_folder, path_inside, remove_tree
from runner.store.records import StudyRecord
from runner.store.store import Store
from runner.study.workspace import Workspace

__all__ = ["StudyFolders", "kept_model"]


@dataclass(frozen=True, slots=True)
class StudyFolders:
    """The folder of one study.

    Each try of a training writes into a folder of its own, below one that carries the lease's epoch: a worker that is
    believed dead, of this run or an earlier one, can never touch the files of its successor.
    """

    root: Path
    epoch: int

    def training(self, name: str, attempt: int) -> Path:
        """Make the folder of a training (``trial/7``) of this run for its first, second ... try: ``trial-7.2``.

        Raises:
            StoreError: It cannot be made.
            EnvironmentFaultError: It cannot be made, and the machine is at fault.
        """
        folder = self.root / "runs" / f"{self.epoch:04d}" / _plain(name)
        if attempt > 1:
            folder = folder.with_name(f"{folder.name}.{attempt}")
        try:
            remove_tree(folder)  # left over only from a study whose database is gone
            make_folder(folder)  # a power failure must not remove the files of a trial that was reported as complete
        except OSError as error:
            failed = StoreError(f"the folder {folder} cannot be made: {error.strerror}; mend that and resume the study")
            raise environment_fault(error, (folder,)) or failed from error
        return folder

    def earlier(self, name: str, attempt: int) -> tuple[Path, ...]:
        """Return the folders of a training's earlier tries, of all runs, that have checkpoints, newest first."""
        found = [folder for folder in self._tries(name) if (folder / CHECKPOINTS).is_dir()]
        return tuple(sorted((f for f in found if _order(f) < (self.epoch, attempt)), key=_order, reverse=True))

    def settle(self, name: str) -> None:
        """Remove the checkpoints of a training that has ended, those of earlier tries too."""
        for folder in self._tries(name):
            shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)

    @staticmethod
    def clear(folder: Path) -> None:
        """Remove the files of an interrupted try, except its checkpoints."""
        for path in folder.glob("*"):
            if path.name == CHECKPOINTS:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()

    @property
    def model(self) -> Path:
        """The kept model."""
        return self.root / "model"

    def relative(self, path: Path) -> str:
        """Return `path` as the store keeps it: relative to the study's folder, so that the folder can be moved."""
        return path.relative_to(self.root).as_posix()

    def absolute(self, stored: str) -> Path:
        """Return a stored path as an absolute one.

        Raises:
            InputError: It leads out of the study's folder.
        """
        return path_inside(self.root, stored)

    def drop(self, stored: str | None) -> None:
        """Remove the folder that `stored` names, if there is one."""
        if stored is not None:
            shutil.rmtree(self.absolute(stored), ignore_errors=True)

    def keep(self, stored: str) -> Path:
        """Make the model that `stored` names the kept one, in place of an earlier one; return its folder."""
        source = self.absolute(stored)
        if source != self.model and source.exists():  # else an earlier run, which died, has moved it already
            move_folder(source, self.model)
        return self.model

    def sweep(self, wanted: set[str]) -> None:
        """Remove every trained model that no record names, unfinished files of earlier runs, and all checkpoints."""
        for pattern in ("*/*/model*", "*/*/.*"):  # a name that begins with a dot is unfinished
            for folder in (self.root / "runs").glob(pattern):
                if folder.is_dir() and self.relative(folder) not in wanted:
                    shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.root / "runs").glob(f"*/*/{CHECKPOINTS}"):
            shutil.rmtree(folder, ignore_errors=True)

    def _tries(self, name: str) -> list[Path]:
        """Return the folders of all tries of a training, in all runs."""
        plain = _plain(name)
        found = (self.root / "runs").glob(f"[0-9]*/{plain}*")
        return [folder for folder in found if folder.parent.name.isdecimal() and _is_try(folder.name, plain)]


def kept_model(record: StudyRecord, workspace: Workspace) -> Path:
    """Return the folder of the kept model, or of the best model so far of a study that is not finished.

    Raises:
        InputError: The study has no model yet, its folder is gone, or the folder cannot be read.
    """
    root = workspace.folder_of(record.study)
    kept = record.model_dir if record.model_dir and _is_folder(path_inside(root, record.model_dir)) else None
    stored = kept or _best_so_far(record, workspace) or record.model_dir
    if stored is None:
        if record.is_fruitless:
            raise InputError(f"study {record.study!r} has no model: {record.failure_clause}")
        raise InputError(f"study {record.study!r} has no model yet ({record.state}); modelcat resume {record.study}")
    folder = path_inside(root, stored)
    if not _is_folder(folder):
        raise InputError(f"the model of {record.study!r} is not at {folder}: was the folder moved or removed?")
    return folder


def _plain(name: str) -> str:
    return name.replace("/", "-")


def _is_try(folder: str, plain: str) -> bool:
    return folder == plain or (folder.startswith(f"{plain}.") and folder.removeprefix(f"{plain}.").isdecimal())


def _order(folder: Path) -> tuple[int, int]:
    """Return the run and the number of a try."""
    return int(folder.parent.name), int(folder.suffix[1:] or 1)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise InputError(f"{path} cannot be looked at: {error.strerror}") from error


def _best_so_far(record: StudyRecord, workspace: Workspace) -> str | None:
    if record.best is None:
        return None
    with Store.open(workspace.storage, create=False) as store:
        return store.trial(record.study, record.best.number).model_dir
