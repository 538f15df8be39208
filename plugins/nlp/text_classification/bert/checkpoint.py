"""Whether a folder holds a checkpoint that may be loaded; only files are looked at, nothing is built or executed.

All that opens a model folder asks here first, so that `validate`, `run`, `plan` and `predict` say the same of it.
"""

import errno
import json
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from catalog.suggest import did_you_mean
from plugins.nlp.text_classification.bert import hub
from plugins.nlp.text_classification.bert.architecture import Architecture, read_architecture
from plugins.nlp.text_classification.bert.families import FAMILIES
from plugins.nlp.text_classification.bert.scratch import POSITIONS, is_scratch
from plugins.nlp.text_classification.tensors import Tensor, read_header

__all__ = ["Checkpoint", "check", "check_length", "check_source", "local_folder", "read_json"]

_FIELD = "model_config.model_name"
_TOKENIZERS = (("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), ("sentencepiece.bpe.model",))
_OBJECTS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
_SPECIAL_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_SWITCHES = ("do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_prefix_space", "trim_offsets")
_WEIGHTS = "model.safetensors"
_INDEX = f"{_WEIGHTS}.index.json"
_MOST_JSON = 16 << 20
_MOST_TOKENIZER = 64 << 20
"""Bytes; that of the 250,000 pieces of XLM-R has 17 MB."""
_MOST_FILES = 1000
_FLOATS = ("F16", "BF16", "F32", "F64")
_ADAPTER = "adapter_config.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a folder holds that may be loaded.

    Attributes:
        config: Its config.json.
        architecture: What that describes.
    """

    config: Mapping[str, Any]
    architecture: Architecture


def check_source(model_name: str, max_seq_length: int) -> None:
    """Make sure of a model as far as that is possible without a hub and without loading it.

    Raises:
        ModelSourceError: A folder cannot be used, or the model sees less than `max_seq_length` tokens.
    """
    if is_scratch(model_name):
        check_length(model_name, max_seq_length, POSITIONS)
    elif (folder := local_folder(model_name)) is not None:
        check_length(model_name, max_seq_length, _positions(folder, _stamps(folder)))


def check_length(model_name: str, wanted: int, positions: int) -> None:
    """Make sure that a model sees texts of the length that is asked for, in tokens."""
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
    """Check a folder once until a file of it changes: the ends of every range of a spec are checked with the data."""
    return check(folder, field=_FIELD).architecture.max_positions


def _stamps(folder: Path) -> tuple[tuple[object, ...], ...]:
    found: list[tuple[object, ...]] = []
    try:
        for path in sorted(folder.iterdir())[:_MOST_FILES]:
            status = path.stat()
            found.append((path.name, status.st_ino, status.st_mtime_ns, status.st_size))
    except OSError:  # the check itself says what is wrong, each time
        found.append((object(),))
    return tuple(found)


def check(folder: Path, *, field: str | None = None) -> Checkpoint:
    """Make sure that `folder` holds config, safetensors and tokenizer of a known architecture, which fit each other.

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
    _check_tokenizer(folder, architecture.sizes["vocab_size"], field)
    return Checkpoint(config, architecture)


def _check_entries(folder: Path, field: str | None) -> None:
    """Refuse what would be waited for without end, whichever file a library opens."""
    try:
        for count, path in enumerate(folder.iterdir(), start=1):
            if count > _MOST_FILES:
                raise ModelSourceError(
                    f"{folder} holds more than {_MOST_FILES:,} files: it is no model's.", field=field
                )
            try:
                mode = path.stat().st_mode
            except OSError as error:
                if error.errno in {errno.ENOENT, errno.ELOOP}:  # a link to nowhere counts as missing
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
            f"{folder}: config.json has model_type {_short(kind)}{nearest}; this plugin trains {', '.join(FAMILIES)}.",
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


def read_json(path: Path, *, field: str | None = None) -> dict[str, Any]:
    """Read a JSON object from a file of at most 16 MiB.

    Raises:
        ModelSourceError: It is missing, too large, or not a JSON object.
    """
    try:
        value = json.loads(read_limited(path, _MOST_JSON), parse_constant=_refuse_constant)
    except FileNotFoundError as error:
        raise ModelSourceError(
            f"{path.parent} is not a model folder: it holds no {path.name}. It holds: {_names(path.parent)}.",
            field=field,
        ) from error
    except OSError as error:
        raise ModelSourceError(f"{path} cannot be read: {clause(error.strerror)}.", field=field) from error
    except (ValueError, RecursionError) as error:
        raise ModelSourceError(f"{path} is not readable JSON: {clause(error)}.", field=field) from error
    if not isinstance(value, dict):
        raise ModelSourceError(f"{path} must hold a JSON object, but holds {type(value).__name__}.", field=field)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _weight_files(folder: Path, field: str | None) -> list[Path]:
    """Return the files of weights; what is no safetensors file is never opened."""
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
        f"{folder} holds no weights (model.safetensors). It holds: {_names(folder)}.",
        field=field,
    )


def _indexed_files(folder: Path, field: str | None) -> list[Path]:
    """Let no index name a file that is missing, elsewhere, or a pickle, which transformers would open."""
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
                f"{folder / _INDEX} names {name!r}, which is missing. The folder holds: {_names(folder)}.", field=field
            )
    return sorted({folder / name for name in places.values()})


def _check_weights(folder: Path, files: list[Path], architecture: Architecture, field: str | None) -> None:
    """Make sure that the weights have every tensor that config.json calls for, and no layer more."""
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
    """Return the name that a tensor of the encoder has today, without the encoder's own."""
    plain = name.removeprefix(f"{encoder}.")
    return plain.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")


def _check_tokenizer(folder: Path, vocabulary: int, field: str | None) -> None:
    held = next((names for names in _TOKENIZERS if all((folder / name).is_file() for name in names)), None)
    if held is None:
        wanted = ", ".join(" with ".join(names) for names in _TOKENIZERS)
        raise ModelSourceError(f"{folder} holds no tokenizer; needed is one of: {wanted}.", field=field)
    special: set[str] = set()
    for name in _OBJECTS:
        if (folder / name).exists():
            stated = read_json(folder / name, field=field)
            if "auto_map" in stated:
                raise ModelSourceError(
                    f"{folder}: {name} names code of its own (auto_map), which is never executed. Remove that line.",
                    field=field,
                )
            try:
                special |= _special_tokens(stated)
            except ValueError as error:
                raise ModelSourceError(f"{folder / name} is damaged: {clause(error)}.", field=field) from error
    try:
        contents = [read_limited(folder / name, _MOST_TOKENIZER) for name in held]
        tokens = _count_tokens(held[0], contents[0], special)
    except OSError as error:
        raise ModelSourceError(
            f"{folder}: its tokenizer cannot be read: {clause(error.strerror)}.", field=field
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelSourceError(
            f"{folder / held[0]} cannot be loaded as a tokenizer: {clause(error)}.", field=field
        ) from error
    if tokens > vocabulary:
        raise ModelSourceError(
            f"{folder}: its tokenizer has {tokens:,} tokens, its model only {vocabulary:,}.", field=field
        )


def _special_tokens(stated: Mapping[str, Any]) -> set[str]:
    """Return the special tokens that a tokenizer's settings name; ValueError where a setting is of another kind."""
    found = set()
    for name, value in stated.items():
        if name in _SPECIAL_TOKENS and value is not None:
            token = value.get("content") if isinstance(value, dict) else value
            if not isinstance(token, str):
                raise ValueError(f"{name} is {_short(value)}, no text")
            found.add(token)
        elif name == "tokenizer_class" and not isinstance(value, str | None):
            raise ValueError(f"{name} is {_short(value)}, no text")
        elif name in _SWITCHES and not isinstance(value, bool | None):
            raise ValueError(f"{name} is {_short(value)}, neither true nor false")
    return found


def _count_tokens(name: str, content: bytes, special: Collection[str]) -> int:
    """Return how many tokens a file of a tokenizer holds, as far as that can be known, with special ones it lacks."""
    match name:
        case "tokenizer.json":
            from tokenizers import Tokenizer

            try:
                tokenizer = Tokenizer.from_str(content.decode())
                lacking = [token for token in special if tokenizer.token_to_id(token) is None]
                return int(tokenizer.get_vocab_size(with_added_tokens=True)) + len(lacking)
            except Exception as error:  # the library raises nothing more precise
                raise ValueError(str(error)[:200]) from error
        case "vocab.txt":
            tokens = len(content.decode().splitlines())
        case "vocab.json":
            pieces = json.loads(content)
            if not isinstance(pieces, dict) or not all(type(number) is int for number in pieces.values()):
                raise ValueError("it holds no numbers by token")
            tokens = len(pieces)
        case _:
            tokens = len(content[:1])
    if not tokens:
        raise ValueError("it holds no tokens")
    return tokens


def _short(value: object) -> str:
    written = repr(value)
    return written if len(written) <= 60 else written[:59] + "…"


def _names(folder: Path) -> str:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return "nothing that can be listed"
    shown = ", ".join(names[:12]) or "nothing"
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown
