"""Makes the request again that a stored study was made from."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from catalog.errors import StoreError, UnknownStudyError, clause
from catalog.spec import Request, resolve
from catalog.study_names import reserved_name
from runner.store.records import Mode, StudyRecord
from runner.store.store import Store
from runner.store.url import redact
from runner.study.place import Place
from runner.study.training import as_training

__all__ = ["stored_request"]


def stored_request(place: Place, study: str) -> tuple[Request, Mode]:
    """Return the request that a stored study was made from, and whether it was a study or a single training.

    Raises:
        UnknownStudyError: There is no such study.
        SpecError: The stored spec no longer holds together: a plugin is gone or has changed, or somebody has edited it.
        StoreError: The study's record is damaged; told is which field.
    """
    if not Store.exists(place.storage):
        raise UnknownStudyError(f"there is no database at {redact(place.storage)}: nothing has been run here")
    with Store.open(place.storage, create=True) as store:  # going on may upgrade what an older one made
        record = store.study(study)
    _check_base(record)
    settings = record.spec.get("study")
    if isinstance(settings, Mapping):  # anything else is for `resolve` to refuse
        settings = {**settings, "name": record.study, "trials": record.planned}
        if reserved_name(record.study) is not None:  # it was given before such names were refused
            del settings["name"]
    spec = {name: value for name, value in record.spec.items() if name != "study"}
    request = resolve({**spec, "study": settings}, Path(record.base), source=f"study {study}, as the database has it")
    made = as_training(request, record.study) if record.mode == "train" else _named(request, record.study)
    return made, record.mode


def _named(request: Request, name: str) -> Request:
    study = request.spec.study.model_copy(update={"name": name})
    return replace(request, spec=request.spec.model_copy(update={"study": study}))


def _check_base(record: StudyRecord) -> None:
    """Refuse a folder whose name the system cannot even look up; one that is not there is for the data to tell."""
    try:
        Path(record.base).exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(
            f"the record of study {record.study!r} is damaged: base, the folder of its spec, cannot be looked at: "
            f"{clause(reason)}. Mend it, put a copy of the database back, or run modelcat delete {record.study}"
        ) from error
