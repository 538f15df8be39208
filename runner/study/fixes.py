"""The fix of a diagnosis as a change of the spec: a value of ``--set``, quoted for a shell."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from catalog.contract.diagnosis import Fix
from runner.store.records import StudyRecord

__all__ = ["option_of", "override_of"]

_SPACE = "study.search_space"
_BARE = re.compile(r"[A-Za-z][\w.+/-]*", re.ASCII)
"""Text that needs no quotes: neither a shell nor `catalog.overrides` gives it another meaning."""


def override_of(remedy: Fix, record: StudyRecord) -> str | None:
    """Return the ``path.to.field=value`` that changes the study's spec as a fix advises.

    One end of a range is not a whole entry of a search space, and an entry is not a whole space: if the spec leaves
    them to the plugin, they are written out as the study had them, with the change applied.

    Args:
        remedy: What to change.
        record: The study of the diagnosis.

    Returns:
        One override of `catalog.spec.load`; None if the fix is not a field, or is a part of one that was not tuned.
    """
    if remedy.field is None:
        return None
    if not remedy.field.startswith(f"{_SPACE}."):
        return _assigned(remedy.field, remedy.value)
    name, _, part = remedy.field.removeprefix(f"{_SPACE}.").partition(".")
    stored, written = record.space.get(name), _written(record)
    if part and not isinstance(stored, Mapping):
        return None
    entry = {**stored, part: remedy.value} if part and stored else remedy.value
    if written is None:
        space = {**record.space, name: entry}
        return _assigned(_SPACE, {field: _as_written(found) for field, found in space.items()})
    if part and _agree(written.get(name), stored):
        return _assigned(remedy.field, remedy.value)
    return _assigned(f"{_SPACE}.{name}", _as_written(entry))


def option_of(remedy: Fix, record: StudyRecord) -> str | None:
    """Return the same as an option of the command line, quoted for a POSIX shell."""
    override = override_of(remedy, record)
    return None if override is None else f"--set {shlex.quote(override)}"


def _written(record: StudyRecord) -> Mapping[str, Any] | None:
    study = record.spec.get("study")
    found = study.get("search_space") if isinstance(study, Mapping) else None
    return found if isinstance(found, Mapping) and found else None


def _agree(written: Any, stored: Any) -> bool:
    """Return whether an entry of the spec is the searched one, which may be widened to hold the given value."""
    ends = ("low", "high", "choices")
    return isinstance(written, Mapping) and all(written.get(end) == stored.get(end) for end in ends)


def _as_written(entry: Any) -> Any:
    """Return an entry as a spec may write it: whole numbers have a step of 1 anyway, and with `log` there is none."""
    if not isinstance(entry, Mapping):
        return entry
    whole = isinstance(entry.get("low"), int) and isinstance(entry.get("high"), int)
    idle = entry.get("log") or (whole and entry.get("step") == 1)
    return {key: value for key, value in entry.items() if not (key == "step" and idle)}


def _assigned(path: str, value: Any) -> str:
    """Return an assignment in ASCII only, which every terminal and every page shows in the same way."""
    told = json.dumps(value)
    if isinstance(value, str) and _BARE.fullmatch(value) and not _is_json(value):
        told = value
    return f"{path}={told}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
