"""`modelcat export`: a study's model in a folder, checked on the study's own examples.

Commands:
    export: Export a study's model for use elsewhere, checked.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.errors import InputError
from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.workspace import open_store, workspace_of
from runner.presentation.text import safe

if TYPE_CHECKING:
    from catalog.contract import Exported

__all__ = ["export", "print_exported"]


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
    from runner.study.exporting import export_model, exported_answer, sample_inputs
    from runner.study.folders import kept_model

    if quantize and form != "onnx":
        raise InputError("--quantize needs --format onnx; a Hugging Face folder keeps its fp32 weights")
    workspace, record = workspace_of(storage), open_store(storage).study(study)
    inputs = sample_inputs(record, workspace.folder_of(record.study) / "examples")
    task = ExportModel(record.key, kept_model(record, workspace), folder, form, quantize, inputs)
    exported = export_model(task, force=force, debug=workspace.debug)
    print_json(exported_answer(record.study, exported)) if json else print_exported(record.study, exported)


def print_exported(study: str, exported: "Exported") -> None:
    """Print where the model is, and the result of the check."""
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
