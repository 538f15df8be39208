"""What stands between a request and its study: is there one of that name, is it the same, what is it made of."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from catalog import registry
from catalog.errors import StudyConflictError, UnknownStudyError
from catalog.spec import Request
from runner.store.records import Mode, StudyRecord
from runner.store.store import Store
from runner.study.names import differences

__all__ = ["check_same", "facts_of", "find_study", "refuse_foreign", "refuse_shared_folder", "versions_of"]

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
    """Check that a stored study is what the request asks for.

    Raises:
        StudyConflictError: It is something else; all differences are told.
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
    """Refuse a name that a study has which Optuna's tables hold and ours do not: it is somebody else's.

    Raises:
        StudyConflictError: There is one.
    """
    if store.optuna_knows(name):
        raise StudyConflictError(
            f"the database holds an Optuna study {name!r} that modelcat did not make; give this one another study.name",
            field="study.name",
        )


def facts_of(request: Request, mode: Mode) -> Mapping[str, Any]:
    """Return what the store is told of a study that is made, before its data are known."""
    return {
        "key": request.plugin.key,
        "mode": mode,
        "spec": request.as_json(),
        "base": str(request.folder),
        "metric": request.metric,
        "direction": request.direction.value,
        "planned": request.spec.study.trials,
        "versions": versions_of(request.plugin.key),
    }


def refuse_shared_folder(folder: Path, name: str) -> None:
    """Refuse the name of a new study whose folder would be another one's, where the disk takes Mine for mine.

    Args:
        folder: Holds a folder for every study.
        name: Of the new study.

    Raises:
        StudyConflictError: There is one of that folder.
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
    """Return the versions of Python, modelcat, what it works with, and the distribution of the plugin `key`."""
    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:  # an optional one
            continue
    entry = next((entry for entry in registry.entries() if entry.key == key), None)
    if entry is not None:
        found[entry.distribution] = entry.version
    return found
