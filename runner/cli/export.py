"""`modelcat export`: a study's model in a folder, checked on the study's own examples."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import DataError, InputError
from catalog.files import read_limited
from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.workspace import open_store, place_of
from runner.presentation.text import safe

if TYPE_CHECKING:
    from catalog.contract import Exported
    from runner.engine.messages import ExportModel
    from runner.store.records import StudyRecord

__all__ = ["RECORD", "export", "export_model", "exported_answer", "print_exported", "sample_inputs"]

RECORD = "modelcat-export.json"
"""Says which files of a folder an export has written, and how they were checked."""
_SAMPLE = 64
_MOST_RECORD = 1 << 20


@click.command(epilog="Example:  modelcat export imdb-bert my-model --format onnx --quantize")
@options.study
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["hf", "onnx"]), default="hf", show_default=True, help="What for.")
@click.option("--quantize", is_flag=True, help="8-bit weights: a quarter of the size, other answers here and there.")
@options.force
@options.storage
@options.json
def export(study: str, folder: Path, form: str, quantize: bool, force: bool, storage: str | None, json: bool) -> None:
    """Export a study's model for use elsewhere, checked.

    hf: a folder for transformers.pipeline. onnx: a graph for ONNX Runtime, with instructions. Both are
    compared with the model itself on examples of the study before the folder appears.
    """
    from runner.engine.messages import ExportModel
    from runner.study.folders import kept_model

    if quantize and form != "onnx":
        raise InputError("--quantize needs --format onnx; a Hugging Face folder keeps its fp32 weights")
    place, record = place_of(storage), open_store(storage).study(study)
    inputs = sample_inputs(record, place.folder_of(record.study) / "examples")
    task = ExportModel(record.key, kept_model(record, place), folder, form, quantize, inputs)
    exported = export_model(task, force=force, debug=place.debug)
    print_json(exported_answer(record.study, exported)) if json else print_exported(record.study, exported)


def sample_inputs(record: "StudyRecord", examples: Path) -> tuple[Any, ...]:
    """Return up to 64 inputs, evenly spread over the examples that a study keeps; none where it keeps none.

    Args:
        record: The study.
        examples: The folder of ``test.parquet`` and ``validation.parquet``.

    Raises:
        InputError: A file is there, but cannot be read.
    """
    from catalog import registry
    from catalog.contract.capabilities import InputFile, ReadsFiles, TakesInputs
    from runner.study.task_calls import task_faults

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


def export_model(task: "ExportModel", *, force: bool, debug: bool) -> "Exported":
    """Write the model into the task's folder: whole or not at all, and checked.

    Args:
        task: What to export and where to.
        force: Whether an earlier export may be replaced; nothing else ever is.
        debug: Leave visible what the worker prints.

    Raises:
        InputError: The folder holds something, cannot be made, or the model does not export, or not so.
        WorkError: A library is missing, or the written model answers differently.
    """
    from runner.destination import staging
    from runner.engine.single_tasks import asking

    target = task.folder.absolute()
    _check_target(target, force=force)
    with staging(target) as place:
        written = place / "export"
        with asking(debug=debug) as ask:
            exported: Exported = replace(ask(replace(task, folder=written)), folder=target)
        _write_record(written, exported)
        _check_target(target, force=force)  # a minute has passed
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


def exported_answer(study: str, exported: "Exported") -> dict[str, Any]:
    """Return the JSON of ``export``."""
    return {"study": study, **asdict(exported), "folder": str(exported.folder), "details": dict(exported.details)}


def print_exported(study: str, exported: "Exported") -> None:
    """Print where the model is, and what the check found."""
    kind = exported.format + (" with 8-bit weights" if exported.quantized else "")
    opset = f", opset {exported.details['opset']}" if "opset" in exported.details else ""
    print_line(f"{study} as {kind}: {exported.folder} ({exported.bytes / 1e6:,.1f} MB{opset})")
    print_line(
        f"checked on {exported.checked_rows:,} inputs: outputs differ by up to {exported.largest_difference:.2g}, "
        f"{exported.same_labels:.1%} of the answers are the same"
    )
    print_line(
        f"on this machine's CPU, one input at a time: {exported.seconds_per_text * 1000:,.1f} ms each; "
        f"modelcat itself {exported.own_seconds_per_text * 1000:,.1f} ms"
    )
    for note in exported.notes:
        print_line(f"note: {note}")
    if (call := exported.details.get("call")) is not None:
        print_line(f"use: {safe(call)}")
    elif (exported.folder / "README.md").is_file():
        print_line(f"use: {exported.folder / 'README.md'} tells how")


def _check_target(target: Path, *, force: bool) -> None:
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
            f"{target} holds what no export has written ({shown}), which --force does not replace either; "
            "name a folder that does not exist"
        )
    if not force:
        raise InputError(f"{target} holds an earlier export; --force replaces it")


def _written_before(folder: Path) -> set[str]:
    """Return the names of the files that an earlier export says it has written."""
    try:
        record = json.loads(read_limited(folder / RECORD, _MOST_RECORD))
        names = record["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()  # no export, or one that cannot prove it
    wanted = {name for name in names if isinstance(name, str)} if isinstance(names, Sequence) else set()
    return {name for name in wanted if (folder / name).is_file()} | {RECORD}


def _write_record(folder: Path, exported: "Exported") -> None:
    checked = asdict(exported)
    del checked["folder"], checked["details"]
    record = {**checked, "files": sorted(path.name for path in folder.iterdir())}
    with (folder / RECORD).open("x", encoding="utf-8") as file:
        file.write(json.dumps(record, indent=2, allow_nan=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
