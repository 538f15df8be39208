"""Exports a study's model into a folder, completely or not at all, and checks it on the study's own examples."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from catalog import registry
from catalog.contract import Exported
from catalog.contract.capabilities import InputFile, ReadsFiles, TakesInputs
from catalog.errors import DataError, InputError
from catalog.files import read_limited
from runner.destination import staging
from runner.engine import single_tasks
from runner.engine.messages import ExportModel
from runner.store.records import StudyRecord
from runner.study.task_calls import task_faults

__all__ = ["RECORD", "export_model", "exported_answer", "sample_inputs"]

RECORD = "modelcat-export.json"
"""Name of the file that lists which files an export has written into its folder, and how they were checked."""
_SAMPLE = 64
_MOST_RECORD = 1 << 20


def sample_inputs(record: StudyRecord, examples: Path) -> tuple[Any, ...]:
    """Return up to 64 inputs, evenly spread over the examples that a study keeps; none if it keeps none.

    Args:
        record: The study.
        examples: The folder of ``test.parquet`` and ``validation.parquet``.

    Raises:
        InputError: A file exists but cannot be read.
    """
    path = next((path for name in ("test", "validation") if (path := examples / f"{name}.parquet").is_file()), None)
    task = registry.load_task(record.key)
    if path is None or not isinstance(task, ReadsFiles):
        return ()
    try:
        with task_faults(record.key):
            fields = task.input_fields(record.data) if isinstance(task, TakesInputs) else ()
            columns = tuple(field.name for field in fields)
            table = task.open_file(InputFile(path, columns or None, record.data))
            inputs = [one for batch in table.batches(1024) for one in batch.inputs if one is not None]
    except DataError as error:
        raise InputError(
            f"{path} cannot be read: {error.message}; remove it to check the export on invented inputs"
        ) from error
    return tuple(inputs[:: max(1, len(inputs) // _SAMPLE)][:_SAMPLE])


def export_model(task: ExportModel, *, force: bool, debug: bool, forced_by: str = "--force") -> Exported:
    """Write the model into the task's folder: completely or not at all, and checked.

    Args:
        task: What to export and where to.
        force: Whether an earlier export may be replaced; other files are never replaced.
        debug: Leave visible what the worker prints.
        forced_by: The caller's option that replaces an earlier export, for messages.

    Raises:
        InputError: The folder is not empty, cannot be made, or the model has no export, or none of this kind.
        WorkError: A library is missing, or the written model gives other answers.
    """
    target = task.folder.absolute()
    _check_target(target, force=force, forced_by=forced_by)
    with staging(target) as place:
        written = place / "export"
        with single_tasks.asking(debug=debug) as ask:
            exported: Exported = replace(ask(replace(task, folder=written)), folder=target)
        _write_record(written, exported)
        _check_target(target, force=force, forced_by=forced_by)  # again: a minute has passed
        _swap(written, target, place / "before")
    return exported


def _swap(written: Path, target: Path, before: Path) -> None:
    if target.exists():
        target.rename(before)
    try:
        written.rename(target)
    except OSError as error:
        if before.exists():
            before.rename(target)
        raise InputError(f"{target} cannot be written: {error.strerror}") from error


def exported_answer(study: str, exported: Exported) -> dict[str, Any]:
    """Return the JSON of ``export``."""
    return {"study": study, **asdict(exported), "folder": str(exported.folder), "details": dict(exported.details)}


def _check_target(target: Path, *, force: bool, forced_by: str = "--force") -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise InputError(f"{target} is a file or a link; name a folder that does not exist")
    if not target.is_dir():
        return
    try:
        found = {path.name for path in target.iterdir()}
    except OSError as error:
        raise InputError(f"{target} cannot be read: {error.strerror}") from error
    if not found:
        return
    others = sorted(found - _written_before(target))
    if others:
        shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        raise InputError(
            f"{target} holds what no export has written ({shown}), which {forced_by} does not replace either; "
            "name a folder that does not exist"
        )
    if not force:
        raise InputError(f"{target} holds an earlier export; {forced_by} replaces it")


def _written_before(folder: Path) -> set[str]:
    """Return the names of the files that an earlier export has recorded as written."""
    try:
        record = json.loads(read_limited(folder / RECORD, _MOST_RECORD))
        names = record["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()  # no export, or one without a readable record
    wanted = {name for name in names if isinstance(name, str)} if isinstance(names, Sequence) else set()
    return {name for name in wanted if (folder / name).is_file()} | {RECORD}


def _write_record(folder: Path, exported: Exported) -> None:
    checked = asdict(exported)
    del checked["folder"], checked["details"]
    record = {**checked, "files": sorted(path.name for path in folder.iterdir())}
    with (folder / RECORD).open("x", encoding="utf-8") as file:
        file.write(json.dumps(record, indent=2, allow_nan=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
