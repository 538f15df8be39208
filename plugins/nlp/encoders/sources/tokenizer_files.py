"""Whether a folder holds a tokenizer that can be loaded, and has no more tokens than the model."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from plugins.nlp.encoders.sources.files import read_json, shortened

__all__ = ["check_tokenizer"]

_TOKENIZERS = (("tokenizer.json",), ("vocab.txt",), ("vocab.json", "merges.txt"), ("sentencepiece.bpe.model",))
_OBJECTS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
_SPECIAL_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_SWITCHES = ("do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_prefix_space", "trim_offsets")
_MOST_TOKENIZER = 64 << 20
"""Bytes; that of the 250,000 pieces of XLM-R has 17 MB."""


def check_tokenizer(folder: Path, vocabulary: int, field: str | None) -> None:
    """Check the tokenizer of `folder`, whose model has `vocabulary` tokens.

    Raises:
        ModelSourceError: It is missing, damaged, too large, or names code of its own.
    """
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
    """Return the special tokens that a tokenizer's settings name; ValueError if a setting is of another kind."""
    found = set()
    for name, value in stated.items():
        if name in _SPECIAL_TOKENS and value is not None:
            token = value.get("content") if isinstance(value, dict) else value
            if not isinstance(token, str):
                raise ValueError(f"{name} is {shortened(value)}, no text")
            found.add(token)
        elif name == "tokenizer_class" and not isinstance(value, str | None):
            raise ValueError(f"{name} is {shortened(value)}, no text")
        elif name in _SWITCHES and not isinstance(value, bool | None):
            raise ValueError(f"{name} is {shortened(value)}, neither true nor false")
    return found


def _count_tokens(name: str, content: bytes, special: Collection[str]) -> int:
    """Return how many tokens a file of a tokenizer holds, as far as known, including special tokens that it lacks."""
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
