"""The folder of a trained model: a Hugging Face folder, with the settings to encode texts as in training."""

import copy
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch

from catalog.errors import ModelSourceError
from plugins.nlp.encoders.config import Truncation
from plugins.nlp.encoders.device import resolve, use_threads
from plugins.nlp.encoders.heads import EncoderHead
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import choose_inference
from plugins.nlp.encoders.quiet import quiet
from plugins.nlp.encoders.sources.files import read_json
from plugins.nlp.encoders.sources.source import build, open_checkpoint
from plugins.nlp.encoders.text_encoder import TextEncoder, text_encoder
from plugins.storage import MODEL_RECORD, write_folder

__all__ = ["SavedModel", "TokenizerSettings", "load_trained", "read_settings", "save"]

_FOREIGN = ("max_length", "stride", "truncation_strategy", "pad_to_multiple_of", "is_local", "local_files_only")
"""Settings of a tokenizer about its origin, and lengths that are no longer valid."""
_FORMATS = ("fp32", "bf16", "fp16")


@dataclass(frozen=True, slots=True)
class TokenizerSettings:
    """How texts were encoded in the training of a model.

    Attributes:
        max_length: The most tokens of a text.
        truncation: Which part of a longer text is kept.
        precision: The number format it was trained and validated in.
    """

    max_length: int
    truncation: Truncation
    precision: str


@dataclass(frozen=True, slots=True, eq=False)
class SavedModel:
    """A trained model on a device.

    Attributes:
        model: Dropout off. In fp32 ``transformers.pipeline`` gives the same scores.
        encoder: Texts to ids, as in the training.
        labels: Names of the outputs in the order of their ids.
        settings: Length, truncation and number format of the training.
    """

    model: PackedModel
    encoder: TextEncoder
    labels: tuple[str, ...]
    settings: TokenizerSettings


def save(
    folder: Path,
    module: Any,
    weights: Mapping[str, torch.Tensor],
    tokenizer: Any,
    settings: TokenizerSettings,
    record: Mapping[str, Any],
) -> None:
    """Write `folder` completely or not at all.

    It holds config.json, model.safetensors (fp32), the tokenizer's files and modelcat.json.

    ``transformers.pipeline`` loads it as it is. The tokenizer knows the length and the end at which it cuts, which a
    pipeline does when called with ``truncation=True``; head+tail is known to modelcat alone, a pipeline then cuts the
    end. `record` holds further fields of modelcat.json; its ``key`` is that of the model in the catalog.
    """
    tokenizer = copy.deepcopy(tokenizer)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    for name in _FOREIGN:
        tokenizer.init_kwargs.pop(name, None)
    tokenizer.model_max_length = settings.max_length
    tokenizer.truncation_side = "left" if settings.truncation == "tail" else "right"
    # transformers only writes the names that the tokenizer was made with.
    tokenizer.init_kwargs["truncation_side"] = tokenizer.truncation_side

    def write(temporary: Path) -> None:
        with quiet():
            module.save_pretrained(temporary, state_dict=dict(weights))
            tokenizer.save_pretrained(temporary)
        content = {"key": record["key"], **asdict(settings), **record}
        (temporary / MODEL_RECORD).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    write_folder(folder, write)


def read_settings(folder: Path, key: str) -> TokenizerSettings:
    """Read how the model of `folder` encodes texts.

    Raises:
        ModelSourceError: The folder was not written by `save` for the model `key` of the catalog.
    """
    if not folder.is_dir():
        raise ModelSourceError(f"{folder} is not a folder; give the folder of a trained model.")
    record = read_json(folder / MODEL_RECORD)
    if record.get("key") != key:
        raise ModelSourceError(f"{folder} holds a model of {record.get('key')!r}, not of {key}.")
    length, truncation, precision = (record.get(name) for name in ("max_length", "truncation", "precision"))
    if (
        not isinstance(length, int)
        or not 3 <= length <= 1 << 20
        or truncation not in {"head", "tail", "head+tail"}
        or precision not in _FORMATS
    ):
        raise ModelSourceError(f"{folder / MODEL_RECORD} is damaged: {json.dumps(record)[:200]}.")
    return TokenizerSettings(max_length=length, truncation=cast("Truncation", truncation), precision=str(precision))


def load_trained(
    folder: Path, key: str, head: EncoderHead, device: str, threads: int, precision: str = "fp32"
) -> SavedModel:
    """Open a folder that a training has written.

    Args:
        folder: Of the model.
        key: Of the model in the catalog.
        head: One whose labels are None.
        device: As in `TrialContext`.
        threads: CPU threads.
        precision: The number format to compute in, see `choose_inference`.

    Raises:
        InputError: There is no such device, or it has no arithmetic of that precision.
        ModelSourceError: The folder does not hold such a model, or a damaged one.
    """
    place = resolve(device)
    use_threads(threads)
    settings = read_settings(folder, key)
    source = open_checkpoint(folder, head)
    config = source.config
    if settings.max_length > source.max_positions:
        raise ModelSourceError(
            f"{folder}: modelcat.json says {settings.max_length} tokens, the model sees {source.max_positions} at most."
        )
    if set(config.id2label) != set(range(config.num_labels)):
        numbers = ", ".join(map(str, config.id2label))[:200]
        raise ModelSourceError(
            f"{folder}: config.json numbers its classes {numbers} (id2label); needed are 0 to {config.num_labels - 1}."
        )
    labels = tuple(str(config.id2label[index]) for index in range(config.num_labels))
    module = build(source, 0.0, seed=0).to(place).eval()
    encoder = text_encoder(source.tokenizer, settings.max_length, settings.truncation)
    chosen = choose_inference(precision, settings.precision, place, config.hidden_size)
    return SavedModel(PackedModel(module, place, chosen), encoder, labels, settings)
