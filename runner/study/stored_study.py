"""The stored study of a request, and the request of a stored study."""

import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from catalog import registry
from catalog.contract import DataSummary
from catalog.contract.data import data_to_json
from catalog.errors import StoreError, StudyConflictError, UnknownStudyError, clause
from catalog.metric import metric_to_json
from catalog.spec import Request, resolve
from catalog.study import Confirm, Study
from catalog.study_names import reserved_name
from runner.store.records import Mode, StudyRecord
from runner.store.store import Store
from runner.store.url import redact
from runner.study.identity import differences
from runner.study.task_calls import metrics_on
from runner.study.workspace import Workspace

__all__ = [
    "as_training",
    "check_same",
    "data_fields",
    "facts_of",
    "find_study",
    "plugin_versions",
    "refuse_foreign",
    "refuse_shared_folder",
    "stored_request",
    "versions_of",
]

_LIBRARIES = ("modelcat", "torch", "transformers", "datasets", "optuna", "scikit-learn")


def find_study(storage: str, name: str) -> StudyRecord | None:
    """Return the study of that name, or None; no database is made, but an older one is upgraded."""
    if not Store.exists(storage):
        return None
    try:
        with Store.open(storage, create=True) as store:
            return store.study(name)
    except UnknownStudyError:
        return None


def check_same(known: StudyRecord, request: Request, mode: Mode) -> None:
    """Check that a stored study matches the request.

    Raises:
        StudyConflictError: It is a different study; the message lists all differences.
    """
    if known.mode != mode:
        raise StudyConflictError(
            f"{known.study!r} is a {'single training' if known.mode == 'train' else 'study'}; use another study.name",
            field="study.name",
        )
    changed = differences(known.spec, request.as_json())
    if request.spec.study.trials < known.planned:
        changed.append(
            f"study.trials: {known.planned} in the store, {request.spec.study.trials} here (it can only grow)"
        )
    if changed:
        lines = "\n".join(f"  {line}" for line in changed)
        raise StudyConflictError(
            f"study {known.study!r} exists with a different spec; give this one another study.name:\n{lines}",
            field=changed[0].partition(":")[0],
        )


def refuse_foreign(store: Store, name: str) -> None:
    """Refuse the name of a study that Optuna's tables hold and ours do not: another program made it.

    Raises:
        StudyConflictError: There is one.
    """
    if store.optuna_knows(name):
        raise StudyConflictError(
            f"the database holds an Optuna study {name!r} that modelcat did not make; give this one another study.name",
            field="study.name",
        )


def facts_of(request: Request, mode: Mode) -> Mapping[str, Any]:
    """Return the fields of a new study that are known before its data are."""
    return {
        "key": request.model.key,
        "mode": mode,
        "spec": request.as_json(),
        "base": str(request.folder),
        "metric": request.metric,
        "direction": request.direction.value,
        "planned": request.spec.study.trials,
        "versions": versions_of(request.model.key),
        "metrics": [metric_to_json(metric) for metric in request.task.metrics],
    }


def data_fields(request: Request, data: DataSummary) -> Mapping[str, Any]:
    """Return the fields of a study that are known together with its data."""
    metrics = [metric_to_json(metric) for metric in metrics_on(request.task, data)]
    return {"data": data_to_json(data), "metrics": metrics}


def refuse_shared_folder(folder: Path, name: str) -> None:
    """Refuse a new study's name if another study has its folder: some disks do not distinguish upper and lower case.

    Args:
        folder: Holds a folder for every study.
        name: Of the new study.

    Raises:
        StudyConflictError: Another study has that folder.
    """
    if not (folder / name).exists():
        return
    names = [path.name for path in folder.iterdir()]
    if name not in names:
        other = next((known for known in names if known.lower() == name.lower()), "another one")
        raise StudyConflictError(
            f"{name!r} would have the folder of {other!r}: the disk of {folder} does not tell small from capital "
            "letters; give this study another study.name",
            field="study.name",
        )


def versions_of(key: str) -> dict[str, str]:
    """Return the versions of Python, modelcat, its libraries, and the distributions of a model and its task."""
    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:  # an optional one
            continue
    entries = [entry for entry in registry.entries() if entry.key == key]
    entries += [entry for entry in registry.task_entries() if entry.key == registry.task_key(key)]
    return found | {entry.distribution: entry.version for entry in entries}


def plugin_versions(versions: Mapping[str, str]) -> dict[str, str]:
    """Return, from a result of `versions_of`, the distributions of model and task that are not modelcat itself."""
    return {name: version for name, version in versions.items() if name not in {"python", *_LIBRARIES}}


def stored_request(workspace: Workspace, study: str) -> tuple[Request, Mode]:
    """Return the request that a stored study was made from, and whether it was a study or a single training.

    Raises:
        UnknownStudyError: There is no such study.
        SpecError: The stored spec is no longer valid: a plugin is gone or has changed, or the spec was edited.
        StoreError: The study's record is damaged; the message names the field.
    """
    if not Store.exists(workspace.storage):
        raise UnknownStudyError(f"there is no database at {redact(workspace.storage)}: nothing has been run here")
    with Store.open(workspace.storage, create=True) as store:  # resuming may upgrade a database of an older version
        record = store.study(study)
    _check_base(record)
    settings = record.spec.get("study")
    if isinstance(settings, Mapping):  # `resolve` refuses anything else
        settings = {**settings, "name": record.study, "trials": record.planned}
        if reserved_name(record.study) is not None:  # made before such names were refused
            del settings["name"]
    spec = {name: value for name, value in record.spec.items() if name != "study"}
    request = resolve({**spec, "study": settings}, Path(record.base), source=f"study {study}, as the database has it")
    made = as_training(request, record.study) if record.mode == "train" else _named(request, record.study)
    return made, record.mode


def _named(request: Request, name: str) -> Request:
    study = request.spec.study.model_copy(update={"name": name})
    return replace(request, spec=request.spec.model_copy(update={"study": study}))


def _check_base(record: StudyRecord) -> None:
    """Refuse a folder whose name the system cannot even look up; a missing one is reported together with the data."""
    try:
        Path(record.base).exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(
            f"the record of study {record.study!r} is damaged: base, the folder of its spec, cannot be looked at: "
            f"{clause(reason)}. Mend it, put a copy of the database back, or run modelcat delete {record.study}"
        ) from error


def as_training(request: Request, name: str | None = None) -> Request:
    """Return the request of one training as given: a study of one trial, nothing tuned, nothing confirmed.

    `name` is its name in the store; made from model, data and spec if left out.
    """
    study = Study(
        trials=1,
        pruner="none",
        seed=request.spec.study.seed,
        confirm=Confirm(top=0, seeds=1),
        max_retries=request.spec.study.max_retries,
    )
    metric = request.task.metrics[0]
    return replace(
        request,
        # Not checked again: the name may be older than the rule that refuses it.
        spec=request.spec.model_copy(update={"study": study.model_copy(update={"name": name})}),
        metric=metric.name,
        direction=metric.direction,
        space={},
    )
