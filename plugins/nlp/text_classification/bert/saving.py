"""The folder of a trained model: a Hugging Face folder, and what modelcat must know to read texts as it was trained."""

import copy
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch

from catalog.errors import ModelSourceError
from plugins.nlp.text_classification.bert.checkpoint import read_json
from plugins.nlp.text_classification.bert.config import Truncation
from plugins.nlp.text_classification.bert.quiet import quiet
from plugins.nlp.text_classification.model_record import RECORD
from plugins.nlp.text_classification.storage import write_folder

__all__ = ["KEY", "Reading", "read_reading", "save"]

KEY = "nlp/text-classification/bert"
_FOREIGN = ("max_length", "stride", "truncation_strategy", "pad_to_multiple_of", "is_local", "local_files_only")
"""What a tokenizer remembers of where it came from, and of lengths that are no longer true."""
_FORMATS = ("fp32", "bf16", "fp16")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a model was taught to read.

    Attributes:
        max_length: Tokens of a text at most.
        truncation: What is kept of a longer one.
        precision: The number format it was trained and validated in.
    """

    max_length: int
    truncation: Truncation
    precision: str


def save(
    folder: Path,
    model: Any,
    weights: Mapping[str, torch.Tensor],
    tokenizer: Any,
    reading: Reading,
    positive: str | None = None,
) -> None:
    """Write `folder` whole or not at all: config.json, model.safetensors (fp32), the tokenizer's files, modelcat.json.

    ``transformers.pipeline("text-classification", model=folder)`` loads it as it is. The tokenizer knows the length
    and the end at which it cuts, which a pipeline does when called with ``truncation=True``; head+tail is known to
    modelcat alone, a pipeline then cuts the end. So is `positive`, the name of the positive class.
    """
    tokenizer = copy.deepcopy(tokenizer)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    for name in _FOREIGN:
        tokenizer.init_kwargs.pop(name, None)
    tokenizer.model_max_length = reading.max_length
    tokenizer.truncation_side = "left" if reading.truncation == "tail" else "right"
    # transformers writes the names that the tokenizer was made with, and no others.
    tokenizer.init_kwargs["truncation_side"] = tokenizer.truncation_side

    def write(temporary: Path) -> None:
        with quiet():
            model.save_pretrained(temporary, state_dict=dict(weights))
            tokenizer.save_pretrained(temporary)
        record = {"key": KEY, **asdict(reading), "positive": positive}
        (temporary / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    write_folder(folder, write)


def read_reading(folder: Path) -> Reading:
    """Read how the model of `folder` reads texts.

    Raises:
        ModelSourceError: The folder was not written by `save`.
    """
    if not folder.is_dir():
        raise ModelSourceError(f"{folder} is not a folder; give the folder of a trained model.")
    record = read_json(folder / RECORD)
    if record.get("key") != KEY:
        raise ModelSourceError(f"{folder} holds a model of {record.get('key')!r}, not of {KEY}.")
    length, truncation, precision = (record.get(name) for name in ("max_length", "truncation", "precision"))
    if (
        not isinstance(length, int)
        or not 3 <= length <= 1 << 20
        or truncation not in {"head", "tail", "head+tail"}
        or precision not in _FORMATS
    ):
        raise ModelSourceError(f"{folder / RECORD} is damaged: {json.dumps(record)[:200]}.")
    return Reading(max_length=length, truncation=cast("Truncation", truncation), precision=str(precision))
