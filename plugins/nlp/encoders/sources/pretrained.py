"""Whether a folder holds a pretrained model that may be loaded; files are read, nothing is built or executed.

All code that opens a model folder calls `check` first, so that `validate`, `run`, `plan` and `predict` agree about it.
"""

import errno
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.errors import ModelSourceError, clause
from catalog.suggest import did_you_mean
from plugins.nlp.encoders.families import FAMILIES, SCRATCH_POSITIONS, is_scratch
from plugins.nlp.encoders.sources import hub
from plugins.nlp.encoders.sources.architecture import Architecture, read_architecture
from plugins.nlp.encoders.sources.files import names_in, read_json, shortened
from plugins.nlp.encoders.sources.tokenizer_files import check_tokenizer
from plugins.safetensors_header import Tensor, read_header

__all__ = ["PretrainedCheckpoint", "check", "check_length", "check_source", "local_folder"]

_FIELD = "model_config.model_name"
_WEIGHTS = "model.safetensors"
_INDEX = f"{_WEIGHTS}.index.json"
_MOST_FILES = 1000
_FLOATS = ("F16", "BF16", "F32", "F64")
_ADAPTER = "adapter_config.json"


@dataclass(frozen=True, slots=True)
class PretrainedCheckpoint:
    """The content of a folder that may be loaded.

    Attributes:
        config: Its config.json.
        architecture: The architecture that it describes.
    """

    config: Mapping[str, Any]
    architecture: Architecture


def check_source(model_name: str, max_seq_length: int) -> None:
    """Check a model as far as possible without a hub and without loading it.

    Raises:
        ModelSourceError: A folder cannot be used, or the model sees less than `max_seq_length` tokens.
    """
    if is_scratch(model_name):
        check_length(model_name, max_seq_length, SCRATCH_POSITIONS)
    elif (folder := local_folder(model_name)) is not None:
        check_length(model_name, max_seq_length, _positions(folder, _stamps(folder)))


def check_length(model_name: str, wanted: int, positions: int) -> None:
    """Check that a model sees texts of the requested length, in tokens."""
    if wanted > positions:
        raise ModelSourceError(
            f"max_seq_length is {wanted}, but {model_name} sees {positions} tokens at most. Set max_seq_length to "
            f"{positions} or less.",
            field="model_config.max_seq_length",
        )


def local_folder(model_name: str) -> Path | None:
    """Return the folder that a name leads to; None if it is the id of a model on the hub.

    Raises:
        ModelSourceError: It is neither.
    """
    try:
        folder = Path(model_name).expanduser()
        if folder.is_dir():
            return folder
        exists = folder.exists()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelSourceError(
            f"model_name {model_name!r} cannot be looked at: {clause(reason)}.", field=_FIELD
        ) from error
    if exists or not hub.is_hub_id(model_name):
        found = "is a file, not a folder" if exists else "is neither an existing folder nor a hub id"
        raise ModelSourceError(
            f"model_name {model_name!r} {found}. Give a folder that holds config.json, model.safetensors and a "
            "tokenizer, a hub id such as bert-base-uncased, or scratch/bert-tiny.",
            field=_FIELD,
        )
    return None


@lru_cache(maxsize=8)
def _positions(folder: Path, stamps: tuple[tuple[object, ...], ...]) -> int:  # noqa: ARG001 -- part of the lookup
    """Check a folder once until one of its files changes: both ends of a range in a spec are checked with the data."""
    return check(folder, field=_FIELD).architecture.max_positions


def _stamps(folder: Path) -> tuple[tuple[object, ...], ...]:
    found: list[tuple[object, ...]] = []
    try:
        for path in sorted(folder.iterdir())[:_MOST_FILES]:
            status = path.stat()
            found.append((path.name, status.st_ino, status.st_mtime_ns, status.st_size))
    except OSError:  # the check itself reports the error each time
        found.append((object(),))
    return tuple(found)


def check(folder: Path, *, field: str | None = None) -> PretrainedCheckpoint:
    """Check that `folder` holds config, safetensors and tokenizer of a known architecture, which fit each other.

    Args:
        folder: An existing folder.
        field: The spec field to blame, if one is.

    Raises:
        ModelSourceError: Something is missing, damaged, unknown, too large, or would have to run code of its own.
    """
    _check_entries(folder, field)
    config = read_json(folder / "config.json", field=field)
    _check_config(folder, config, field)
    files = _weight_files(folder, field)
    try:
        architecture = read_architecture(config)
    except ValueError as error:
        raise ModelSourceError(f"{folder}: {clause(error)}.", field=field) from error
    _check_weights(folder, files, architecture, field)
    check_tokenizer(folder, architecture.sizes["vocab_size"], field)
    return PretrainedCheckpoint(config, architecture)


def _check_entries(folder: Path, field: str | None) -> None:
    """Refuse files on which a library would wait without end, whichever file it opens."""
    try:
        for count, path in enumerate(folder.iterdir(), start=1):
            if count > _MOST_FILES:
                raise ModelSourceError(
                    f"{folder} holds more than {_MOST_FILES:,} files: it is no model's.", field=field
                )
            try:
                mode = path.stat().st_mode
            except OSError as error:
                if error.errno in {errno.ENOENT, errno.ELOOP}:  # a broken link counts as missing
                    continue
                raise
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise ModelSourceError(
                    f"{path} is a pipe, a socket or a device; a model folder holds regular files only.", field=field
                )
    except OSError as error:
        raise ModelSourceError(f"{folder} cannot be read: {clause(error.strerror)}.", field=field) from error


def _check_config(folder: Path, config: Mapping[str, Any], field: str | None) -> None:
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in FAMILIES:
        nearest = f" ({did_you_mean(kind, FAMILIES)})" if isinstance(kind, str) else ""
        raise ModelSourceError(
            f"{folder}: config.json has model_type {shortened(kind)}{nearest}; this plugin trains "
            f"{', '.join(FAMILIES)}.",
            field=field,
        )
    if "auto_map" in config:
        raise ModelSourceError(
            f"{folder}: config.json names code of its own (auto_map), which is never executed. Use a plain {kind} "
            "checkpoint.",
            field=field,
        )
    if config.get("is_decoder"):
        raise ModelSourceError(
            f"{folder}: config.json makes the model a decoder (is_decoder), whose first token sees none of the text. "
            "Remove that line if the model was trained as an encoder.",
            field=field,
        )
    if config.get("transformers_weights") not in (None, _WEIGHTS):
        raise ModelSourceError(
            f"{folder}: config.json names weights of its own (transformers_weights); only {_WEIGHTS} and {_INDEX} are "
            "read. Remove that line.",
            field=field,
        )
    if (folder / _ADAPTER).exists():
        raise ModelSourceError(
            f"{folder} holds an adapter ({_ADAPTER}), which names another model to load. Merge it into the weights: "
            "merge_and_unload().save_pretrained(new_folder).",
            field=field,
        )


def _weight_files(folder: Path, field: str | None) -> list[Path]:
    """Return the files of weights; only safetensors files are ever opened."""
    if (folder / _WEIGHTS).is_file():
        return [folder / _WEIGHTS]
    if (folder / _INDEX).is_file():
        return _indexed_files(folder, field)
    pickles = sorted(path.name for pattern in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in folder.glob(pattern))
    if pickles:
        raise ModelSourceError(
            f"{folder} holds its weights only as {', '.join(pickles)}: a pickle, which can run code when it is read, "
            "and is never opened. Use a checkpoint that has model.safetensors, or convert this one where you trust it: "
            "AutoModel.from_pretrained(folder).save_pretrained(new_folder).",
            field=field,
        )
    raise ModelSourceError(
        f"{folder} holds no weights (model.safetensors). It holds: {names_in(folder)}.",
        field=field,
    )


def _indexed_files(folder: Path, field: str | None) -> list[Path]:
    """Refuse an index that names a missing file, one outside the folder, or a pickle, which transformers would open."""
    places = read_json(folder / _INDEX, field=field).get("weight_map")
    if not isinstance(places, dict) or not places:
        raise ModelSourceError(f"{folder / _INDEX} is damaged: it maps no tensors to files (weight_map).", field=field)
    for name in places.values():
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".safetensors"):
            raise ModelSourceError(
                f"{folder / _INDEX} names {name!r}; only .safetensors files of the same folder are read.", field=field
            )
        if not (folder / name).is_file():
            raise ModelSourceError(
                f"{folder / _INDEX} names {name!r}, which is missing. The folder holds: {names_in(folder)}.",
                field=field,
            )
    return sorted({folder / name for name in places.values()})


def _check_weights(folder: Path, files: list[Path], architecture: Architecture, field: str | None) -> None:
    """Check that the weights have every tensor that config.json requires, and no further layers."""
    family, found = FAMILIES[architecture.kind], dict[str, Tensor]()
    for path in files:
        try:
            found |= read_header(path)
        except OSError as error:
            raise ModelSourceError(f"{path} cannot be read: {clause(error.strerror)}.", field=field) from error
        except ValueError as error:
            raise ModelSourceError(f"{path} cannot be loaded: {clause(error)}.", field=field) from error
    given = {_current(name, family.encoder): tensor for name, tensor in found.items()}
    wrong = [
        name
        for name, shape in architecture.encoder()
        if name not in given or given[name].shape != shape or given[name].kind not in _FLOATS
    ]
    if wrong:
        raise ModelSourceError(
            f"{folder}: its weights do not fit its config.json; {len(wrong)} tensors are missing or of another "
            f"shape, such as {', '.join(wrong[:3])}.",
            field=field,
        )
    layers = architecture.sizes["num_hidden_layers"]
    if any(name.startswith(f"{family.layers}.{layers}.") for name in given):
        raise ModelSourceError(
            f"{folder}: its weights do not fit its config.json; they have more layers than the {layers} that it "
            "states.",
            field=field,
        )


def _current(name: str, encoder: str) -> str:
    """Return the present name of a tensor of the encoder, without the prefix of the encoder."""
    plain = name.removeprefix(f"{encoder}.")
    return plain.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
