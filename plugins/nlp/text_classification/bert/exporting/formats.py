"""Exports a trained model: written whole or not at all, and checked before it gets its name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from catalog.errors import InputError, WorkError
from catalog.results import Exported
from plugins.nlp.text_classification.bert.exporting import libraries
from plugins.nlp.text_classification.bert.exporting.agreement import Agreement, Answer, compare
from plugins.nlp.text_classification.bert.exporting.graph import FILE, quantize_graph, write_graph
from plugins.nlp.text_classification.bert.exporting.hugging_face import (
    TOKENIZER,
    copy_files,
    copy_model,
    pipeline_answer,
)
from plugins.nlp.text_classification.bert.exporting.instructions import RECORD, describe, write_instructions
from plugins.nlp.text_classification.bert.exporting.runtime import onnx_answer
from plugins.nlp.text_classification.bert.exporting.sample import SENTENCES
from plugins.nlp.text_classification.bert.predictor import BertPredictor
from plugins.nlp.text_classification.bert.trained import Trained, load_trained
from plugins.nlp.text_classification.storage import write_folder

__all__ = ["FORMATS", "export"]

FORMATS = ("hf", "onnx")
_LIMIT = 1e-3
"""Largest difference of a probability that fp32 arithmetic in another order explains, with a margin of a thousand."""
_INT8_LIMIT = 0.1
"""Of the mean difference, for 8-bit weights. A MiniLM on real reviews has 0.012; a BERT loses less than one point of
accuracy (Zafrir et al., 2019, arXiv 1910.06188, table 1). Ten times that is no rounding any more."""


@dataclass(slots=True)
class _Written:
    """What a writer tells about the folder that it filled."""

    agreement: Agreement
    details: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def export(model_dir: Path, folder: Path, *, format: str, quantize: bool, texts: Sequence[str]) -> Exported:  # noqa: A002 -- see catalog.capabilities.Exports
    """Write the model of `model_dir` into `folder`, which must not exist, and compare both on `texts`.

    Without texts, invented sentences are compared.

    Raises:
        InputError: The format is unknown, cannot be quantised, or `folder` exists.
        ModelSourceError: `model_dir` holds no model of this plugin.
        WorkError: A library is missing, the folder cannot be written, or the written model answers differently.
    """
    if format not in FORMATS:
        raise InputError(f"Unknown format {format!r}; known are {', '.join(FORMATS)}.")
    if quantize and format != "onnx":
        raise InputError(f"The format {format} cannot be quantised; use onnx.")
    if folder.exists():
        raise InputError(f"{folder} exists; name a folder that does not.")
    if format == "onnx":
        libraries.require()
    trained = load_trained(model_dir, "cpu", torch.get_num_threads())
    write = partial(_write_onnx, quantize=quantize) if format == "onnx" else _write_hf
    written: list[_Written] = []
    try:
        write_folder(folder, lambda place: written.append(write(model_dir, place, trained, tuple(texts) or SENTENCES)))
    except OSError as error:
        raise WorkError(f"{folder} cannot be written: {error}") from error
    found = written[0]
    return Exported(
        folder=folder,
        format=format,
        quantized=quantize,
        bytes=sum(file.stat().st_size for file in folder.iterdir()),
        checked_rows=found.agreement.rows,
        largest_difference=found.agreement.largest,
        same_labels=found.agreement.same_labels,
        seconds_per_text=found.agreement.seconds_per_text,
        own_seconds_per_text=found.agreement.own_seconds_per_text,
        details=found.details,
        notes=tuple(found.notes),
    )


def _write_hf(model_dir: Path, place: Path, trained: Trained, texts: Sequence[str]) -> _Written:
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
    agreement = compare(_own(trained), pipeline_answer(place), texts)
    _check(agreement, "transformers.pipeline")
    details = {
        "files": sorted(file.name for file in place.iterdir()),
        "max_length": encoder.max_length,
        "truncation": encoder.truncation,
        "call": 'pipeline("text-classification", model=FOLDER, truncation=True)',
    }
    return _Written(agreement, details, notes)


def _write_onnx(model_dir: Path, place: Path, trained: Trained, texts: Sequence[str], *, quantize: bool) -> _Written:
    copy_files(model_dir, place, ("config.json", RECORD, *TOKENIZER))
    if quantize:
        whole = place / "fp32.onnx"
        write_graph(whole, trained)
        graph = quantize_graph(whole, place / FILE)
        for file in place.glob(f"{whole.name}*"):
            file.unlink()
    else:
        graph = write_graph(place / FILE, trained)
    files = tuple(sorted(file.name for file in place.glob(f"{FILE}*")))
    details = describe(trained.encoder, graph, len(trained.labels), files)
    write_instructions(place, details)
    agreement = compare(_own(trained), onnx_answer(place / FILE, trained.encoder, torch.get_num_threads()), texts)
    _check(agreement, "ONNX Runtime", quantized=quantize)
    notes = []
    if quantize:
        notes.append(
            f"8-bit integers hold {graph.int8_weights:.1%} of the weights: embeddings, and the matrices of "
            f"{graph.int8_products} products with a scale a column. Activations become integers as they come; "
            "attention's own products, softmax and normalisation stay in fp32."
        )
    return _Written(agreement, details, notes)


def _own(trained: Trained) -> Answer:
    predictor = BertPredictor(trained)
    return lambda texts: np.array([list(answer.probabilities.values()) for answer in predictor.predict(texts)])


def _check(agreement: Agreement, by: str, *, quantized: bool = False) -> None:
    found, limit = (agreement.mean, _INT8_LIMIT) if quantized else (agreement.largest, _LIMIT)
    if not found <= limit:
        which = "on average by" if quantized else "by up to"
        raise WorkError(
            f"The exported model answers differently: {by} gives probabilities that differ {which} {found:.3g} on "
            f"{agreement.rows:,} texts ({limit:g} is allowed). Nothing was kept."
        )
