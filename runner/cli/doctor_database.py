"""Examines the database for `modelcat doctor`: whether it is usable and whole, and which work in it is unfinished."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from catalog.errors import ModelcatError

if TYPE_CHECKING:
    from runner.store.records import StudyRecord

__all__ = ["Finding", "State", "examine_database", "examine_folder", "finding"]

State = Literal["good", "note", "bad"]
#: Bytes below which a study may soon fail: a model takes about 1 GB while it runs.
_ENOUGH = 5e9


class Finding(TypedDict):
    """The result of one check; `advice` is empty if there is nothing to do."""

    what: str
    state: State
    found: str
    advice: str


def finding(what: str, state: State, found: str, advice: str = "") -> Finding:
    """Return a finding."""
    return {"what": what, "state": state, "found": found, "advice": advice}


def examine_database(storage: str) -> list[Finding]:
    """Examine the database at `storage`; nothing is made or changed."""
    from runner.store.store import Store
    from runner.store.url import StorageUrl, redact

    shown = redact(storage)
    try:
        url = StorageUrl.parse(storage)
        folder = examine_folder("files", url.studies, "models and predictions are kept there: allow it")
        if not Store.exists(storage):
            return [finding("database", "note", f"none at {shown}", "the first run makes it"), folder]
        if Store.is_older(storage):
            advice = "the next command that reads it upgrades it; put a copy aside before"
            return [finding("database", "note", f"{shown}, made by an older modelcat", advice), folder]
        with Store.open(storage, create=False) as store:
            studies, found = store.studies(), store.examine()
    except ModelcatError as error:
        return [finding("database", "bad", shown, error.message)]
    count = f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}"
    return [
        finding("database", "good", f"{shown}, {count}, schema {found.schema}, {found.server}"),
        *_integrity(found.damage),
        *_journal(found.journal),
        *_rights(url.path),
        *_left(studies),
        *_spoilt(found.spoilt),
        folder,
    ]


def _integrity(damage: tuple[str, ...] | None) -> list[Finding]:
    if not damage:
        return [] if damage is None else [finding("integrity", "good", "nothing is damaged")]
    advice = "put a copy back, or rescue what is left with sqlite3's .recover"
    more = f", and {len(damage) - 3} more" if len(damage) > 3 else ""
    return [finding("integrity", "bad", "; ".join(damage[:3]) + more, advice)]


def _journal(mode: str | None) -> list[Finding]:
    if mode is None or mode == "delete":
        return [] if mode is None else [finding("journal", "good", "roll-back journal")]
    advice = "some versions of SQLite damage such files: run sqlite3 FILE 'PRAGMA journal_mode=DELETE' while none runs"
    return [finding("journal", "note", f"journal mode {mode}", advice)]


def _rights(path: Path | None) -> list[Finding]:
    wrong = [str(place) for place in (path, path.parent) if not os.access(place, os.W_OK)] if path else []
    if not wrong:
        return []
    return [finding("database", "bad", f"{', '.join(wrong)} cannot be written", "allow it, or nothing can be run")]


def _left(studies: list["StudyRecord"]) -> list[Finding]:
    """Return the studies that say they run although no process runs them, are half deleted, or cannot be read."""
    from runner.store.leasing import DELETED

    now = datetime.now(UTC)
    found = []
    for study in studies:
        kind = (study.failure or {}).get("kind")
        if study.worker_gone(now):
            who = f"{study.lease.owner}, which ran it, is gone" if study.lease else "nobody holds its lease"
            found.append(finding("lease", "note", f"{study.study}: {who}", f"modelcat resume {study.study}"))
        elif kind == DELETED:
            found.append(
                finding("deletion", "note", f"{study.study} is half deleted", f"modelcat delete {study.study}")
            )
        elif study.damage is not None:
            found.append(finding("record", "bad", f"study {study.study}", study.damage))
    return found or [finding("studies", "good", "none is left half done")]


def _spoilt(rows: Sequence[tuple[str, str]]) -> list[Finding]:
    """Return the studies with trials or results that cannot be read, with the first rows of each."""
    faults: dict[str, list[str]] = {}
    for study, fault in rows:
        faults.setdefault(study, []).append(fault)
    advice = "mend it, put a copy of the database back, or run modelcat delete"
    return [
        finding("records", "bad", f"study {study}: {'; '.join(told)}", f"{advice} {study}")
        for study, told in faults.items()
    ]


def examine_folder(what: str, folder: Path, advice: str) -> Finding:
    """Return whether files can be written into a folder, existing or not, and how much space they have.

    Args:
        what: What it is for.
        folder: The folder.
        advice: What to do if it cannot be written.
    """
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        return finding(what, "bad", f"{folder} cannot be written", advice)
    hint = "models need about 1 GB each while a study runs" if free < _ENOUGH else ""
    return finding(what, "note" if hint else "good", f"{folder}, {free / 1e9:.0f} GB free", hint)
