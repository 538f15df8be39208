"""Whether a folder holds a checkpoint that may be loaded; only files are looked at, nothing is executed."""

import json
from pathlib import Path
from typing import Any

from catalog.errors import ModelSourceError
from catalog.suggest import did_you_mean
from plugins.nlp.text_classification.bert.families import FAMILIES

__all__ = ["check", "read_json"]

_TOKENIZERS = (("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), ("sentencepiece.bpe.model",))
_WEIGHTS = "model.safetensors"
_INDEX = f"{_WEIGHTS}.index.json"
_MAX_JSON = 16 << 20


def check(folder: Path, *, field: str | None = None) -> str:
    """Make sure that `folder` holds config, safetensors and tokenizer of a known architecture.

    Args:
        folder: An existing folder.
        field: The spec field to blame, if one is.

    Returns:
        The `model_type`, a key of `FAMILIES`.

    Raises:
        ModelSourceError: Something is missing, damaged, unknown, or would have to run code of its own.
    """
    config = read_json(folder / "config.json", field=field)
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in FAMILIES:
        nearest = f" ({did_you_mean(kind, FAMILIES)})" if isinstance(kind, str) else ""
        raise ModelSourceError(
            f"{folder}: config.json has model_type {kind!r}{nearest}; this plugin trains {', '.join(FAMILIES)}.",
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
    _check_weights(folder, field)
    if not any(all((folder / name).is_file() for name in names) for names in _TOKENIZERS):
        wanted = ", ".join(" with ".join(names) for names in _TOKENIZERS)
        raise ModelSourceError(f"{folder} holds no tokenizer; needed is one of: {wanted}.", field=field)
    return kind


def read_json(path: Path, *, field: str | None = None) -> dict[str, Any]:
    """Read a JSON object from a file of at most 16 MiB.

    Raises:
        ModelSourceError: It is missing, too large, or not a JSON object.
    """
    try:
        if path.stat().st_size > _MAX_JSON:
            raise ModelSourceError(f"{path} is larger than 16 MiB: it is no model's {path.name}.", field=field)
        value = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ModelSourceError(
            f"{path.parent} is not a model folder: it holds no {path.name}. It holds: {_names(path.parent)}.",
            field=field,
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelSourceError(f"{path} is not readable JSON: {error}", field=field) from error
    if not isinstance(value, dict):
        raise ModelSourceError(f"{path} must hold a JSON object, but holds {type(value).__name__}.", field=field)
    return value


def _check_weights(folder: Path, field: str | None) -> None:
    if (folder / _WEIGHTS).is_file():
        return
    if (folder / _INDEX).is_file():
        _check_index(folder, field)
        return
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


def _check_index(folder: Path, field: str | None) -> None:
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


def _names(folder: Path) -> str:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return "nothing that can be listed"
    shown = ", ".join(names[:12]) or "nothing"
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown
