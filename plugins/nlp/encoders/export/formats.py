"""Exports a trained model: the folder gets its name only when it is complete and was compared with the trained one.

A task gives an `ExportTask`, which says how its predictions are made.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from catalog.contract import Exported
from catalog.errors import InputError, WorkError
from plugins.nlp.encoders.export import onnx_file
from plugins.nlp.encoders.export.agreement import SENTENCES, Agreement, Predict, compare
from plugins.nlp.encoders.export.onnx_file import FILE, INPUTS, OUTPUT, Graph
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.storage import MODEL_RECORD, write_folder

__all__ = ["FORMATS", "ExportTask", "export"]

_Written = tuple[Agreement, dict[str, Any], tuple[str, ...]]
"""How well a written folder agrees, its details, and notes."""

FORMATS = ("hf", "onnx")
_TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
)
_MODEL = ("config.json", "model.safetensors", "model.safetensors.index.json", "modelcat.json", "README.md")
_CUTS = {
    "head": "the beginning is kept",
    "tail": "the end is kept",
    "head+tail": "the beginning and the end are kept",
}


@dataclass(frozen=True, slots=True)
class ExportTask:
    """What a task adds to an export.

    Attributes:
        open: Opens a model folder on the CPU, in fp32.
        predict: Makes the predictions of a trained model.
        pipeline: The name of transformers' pipeline for the task.
        pipeline_predict: Makes predictions with that pipeline on a folder, texts cut as its tokenizer says.
        decode: Turns the outputs of each text into predictions.
        readme: How to use an ONNX folder, with placeholders that `_write_readme` fills.
        unit: What predictions are, in the plural.
        limit: The largest difference of a prediction that fp32 arithmetic in another order can explain.
        int8_limit: The same of the mean difference, with 8-bit weights.
        call: Further arguments with which the pipeline is made, as Python writes them.
    """

    open: Callable[[Path], SavedModel]
    predict: Callable[[SavedModel], Predict]
    pipeline: str
    pipeline_predict: Callable[[Path], Predict]
    decode: Callable[[Sequence[np.ndarray]], np.ndarray]
    readme: str
    unit: str
    limit: float
    int8_limit: float
    call: str = "truncation=True"


def export(
    task: ExportTask,
    model_dir: Path,
    folder: Path,
    *,
    format: str,  # noqa: A002 -- see catalog.contract.capabilities.Exports
    quantize: bool,
    texts: Sequence[str],
) -> Exported:
    """Write the model of `model_dir` into `folder`, which must not exist, and compare both on `texts`.

    Without texts, `SENTENCES` are compared.

    Raises:
        InputError: The format is unknown, cannot be quantised, or `folder` exists.
        ModelSourceError: `model_dir` holds no model of this plugin.
        WorkError: A library is missing, the folder cannot be written, or the written model predicts something else.
    """
    if format not in FORMATS:
        raise InputError(f"Unknown format {format!r}; known are {', '.join(FORMATS)}.")
    if quantize and format != "onnx":
        raise InputError(f"The format {format} cannot be quantised; use onnx.")
    if folder.exists():
        raise InputError(f"{folder} exists; name a folder that does not.")
    if format == "onnx":
        onnx_file.require()
    trained, compared = task.open(model_dir), tuple(texts) or SENTENCES
    written: list[_Written] = []

    def write(temporary: Path) -> None:
        if format == "onnx":
            written.append(_write_onnx(task, model_dir, temporary, trained, compared, quantize=quantize))
        else:
            written.append(_write_hf(task, model_dir, temporary, trained, compared))

    try:
        write_folder(folder, write)
    except OSError as error:
        raise WorkError(f"{folder} cannot be written: {error}") from error
    ((agreement, details, notes),) = written
    return Exported(
        folder=folder,
        format=format,
        quantized=quantize,
        bytes=sum(file.stat().st_size for file in folder.iterdir()),
        checked_rows=agreement.rows,
        largest_difference=agreement.largest,
        same_labels=agreement.same_labels,
        seconds_per_text=agreement.seconds_per_text,
        own_seconds_per_text=agreement.own_seconds_per_text,
        details=details,
        notes=notes,
    )


def _write_hf(task: ExportTask, model_dir: Path, place: Path, trained: SavedModel, texts: Sequence[str]) -> _Written:
    copy_model(model_dir, place)
    notes, encoder = [], trained.encoder
    if encoder.truncation == "head+tail":
        lengths = [length for _, length in encoder.measure(texts)]
        whole = [text for text, length in zip(texts, lengths, strict=True) if length <= encoder.max_length]
        notes.append(
            f"A pipeline keeps the beginning of texts longer than {encoder.max_length} tokens; modelcat keeps "
            f"beginning and end. Of {len(texts):,} texts the {len(whole):,} that fit were compared."
        )
        texts = whole or ("",)
    agreement = compare(task.predict(trained), task.pipeline_predict(place), texts)
    _check(task, agreement, "transformers.pipeline")
    details = {
        "files": sorted(file.name for file in place.iterdir()),
        "max_length": encoder.max_length,
        "truncation": encoder.truncation,
        "call": f'pipeline("{task.pipeline}", model=FOLDER, {task.call})',
    }
    return agreement, details, tuple(notes)


def _write_onnx(
    task: ExportTask, model_dir: Path, place: Path, trained: SavedModel, texts: Sequence[str], *, quantize: bool
) -> _Written:
    _copy_files(model_dir, place, ("config.json", MODEL_RECORD, *_TOKENIZER))
    if quantize:
        whole = place / "fp32.onnx"
        onnx_file.write_graph(whole, trained)
        graph = onnx_file.quantize_graph(whole, place / FILE)
        for file in place.glob(f"{whole.name}*"):
            file.unlink()
    else:
        graph = onnx_file.write_graph(place / FILE, trained)
    files = tuple(sorted(file.name for file in place.glob(f"{FILE}*")))
    details = _describe(trained, graph, files)
    _write_readme(place, task.readme, details)
    outputs = onnx_file.onnx_outputs(place / FILE, trained.encoder, torch.get_num_threads())
    agreement = compare(task.predict(trained), lambda texts: task.decode(outputs(texts)), texts)
    _check(task, agreement, "ONNX Runtime", quantized=quantize)
    notes = []
    if quantize:
        notes.append(
            f"8-bit integers hold {graph.int8_weights:.1%} of the weights: embeddings, and the matrices of "
            f"{graph.int8_products} products with a scale a column. Activations become integers as they come; "
            "attention's own products, softmax and normalisation stay in fp32."
        )
    return agreement, details, tuple(notes)


def _check(task: ExportTask, agreement: Agreement, by: str, *, quantized: bool = False) -> None:
    found, limit = (agreement.mean, task.int8_limit) if quantized else (agreement.largest, task.limit)
    if not found <= limit:
        which = "on average by" if quantized else "by up to"
        raise WorkError(
            f"The exported model answers differently: {by} gives {task.unit} that differ {which} {found:.3g} on "
            f"{agreement.rows:,} texts ({limit:g} is allowed). Nothing was kept."
        )


def copy_model(source: Path, target: Path) -> None:
    """Copy configuration, weights, tokenizer and card; other files of a study in the model's folder are not copied."""
    shards = sorted(path.name for path in source.glob("model-*.safetensors"))
    _copy_files(source, target, (*_MODEL, *shards, *_TOKENIZER))


def _copy_files(source: Path, target: Path, names: Sequence[str]) -> None:
    """Copy those of the named files that exist, with the permissions of new files."""
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _describe(trained: SavedModel, graph: Graph, files: Sequence[str]) -> dict[str, Any]:
    """Return what a program needs to call the model: files, opset, inputs, output, and how texts are cut."""
    encoder = trained.encoder
    head, tail = encoder.kept
    shape = ["batch", "sequence"] if trained.model.per_token else ["batch"]
    return {
        "files": list(files),
        "opset": graph.opset,
        "inputs": {name: ["batch", "sequence"] for name in INPUTS},
        "outputs": {OUTPUT: [*shape, len(trained.labels)]},
        "max_length": encoder.max_length,
        "truncation": encoder.truncation,
        "kept_of_long_texts": {"first": encoder.prefix.size + head, "last": tail + encoder.suffix.size},
        "pad_token_id": encoder.pad_id,
        "int8_weights": round(graph.int8_weights, 4),
    }


def _write_readme(folder: Path, readme: str, details: Mapping[str, Any]) -> None:
    """Write README.md, and add `details` to the folder's modelcat.json as ``onnx``."""
    share = details["int8_weights"]
    text = readme.format(
        file=FILE,
        most=details["max_length"],
        classes=details["outputs"][OUTPUT][-1],
        opset=details["opset"],
        weights=f"8-bit integers ({share:.1%} of them) and float32" if share else "float32",
        cut=_CUTS[details["truncation"]],
        first=details["kept_of_long_texts"]["first"],
        last=details["kept_of_long_texts"]["last"],
        pad=details["pad_token_id"],
    )
    if len(details["files"]) > 1:
        text += (
            f"\nKeep {' and '.join(f'`{name}`' for name in details['files'])} together: the weights fill two files.\n"
        )
    (folder / "README.md").write_text(text, encoding="utf-8")
    record = json.loads((folder / MODEL_RECORD).read_text(encoding="utf-8"))
    content = json.dumps({**record, "onnx": dict(details)}, indent=2) + "\n"
    (folder / MODEL_RECORD).write_text(content, encoding="utf-8")
