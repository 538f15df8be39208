"""Where the model lies that a study answers with."""

from pathlib import Path

from catalog.errors import InputError
from runner.store.files import path_inside
from runner.store.records import StudyRecord
from runner.store.store import Store
from runner.study.place import Place

__all__ = ["kept_model"]


def kept_model(record: StudyRecord, place: Place) -> Path:
    """Return the folder of the kept model, or of the best one so far of a study that is not finished.

    Raises:
        InputError: The study has no model yet, its folder is gone, or it cannot be looked at.
    """
    root = place.folder_of(record.study)
    kept = record.model_dir if record.model_dir and _is_folder(path_inside(root, record.model_dir)) else None
    stored = kept or _best_so_far(record, place) or record.model_dir
    if stored is None:
        if record.is_fruitless:
            raise InputError(f"study {record.study!r} has no model: {record.failure_clause}")
        raise InputError(f"study {record.study!r} has no model yet ({record.state}); modelcat resume {record.study}")
    folder = path_inside(root, stored)
    if not _is_folder(folder):
        raise InputError(f"the model of {record.study!r} is not at {folder}: was the folder moved or removed?")
    return folder


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise InputError(f"{path} cannot be looked at: {error.strerror}") from error


def _best_so_far(record: StudyRecord, place: Place) -> str | None:
    if record.best is None:
        return None
    with Store.open(place.storage, create=False) as store:
        return store.trial(record.study, record.best.number).model_dir
