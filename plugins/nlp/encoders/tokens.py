"""Token ids of a whole split as two flat arrays, made once for each content and then mapped from disk.

A file holds, in little-endian order: a line that names its form, the SHA-256 of all that follows, the counts of rows
and tokens (int64), the offsets (int64, rows + 1), the uncut lengths (int64, rows), the ids (int32). Flat arrays feed a
batch a hundred times faster than rows of lists.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from catalog.files import open_regular
from plugins.nlp.encoders.text_encoder import TextEncoder
from plugins.storage import write_file

__all__ = ["EncodedTokens", "cached_tokens", "encode", "flatten"]

_MAGIC = b"modelcat tokens 2\n"
_DIGEST = 32


@dataclass(frozen=True)
class EncodedTokens:
    """Rows of token ids, one after the other.

    Attributes:
        ids: int32, shape (tokens,), read-only.
        offsets: int64, shape (rows + 1,): row i is ``ids[offsets[i]:offsets[i + 1]]``.
        uncut: Tokens that each text had before it was cut to the greatest length, int64, shape (rows,).
    """

    ids: np.ndarray
    offsets: np.ndarray
    uncut: np.ndarray

    def __len__(self) -> int:
        return self.offsets.size - 1

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each row, int64, shape (rows,)."""
        return np.diff(self.offsets)

    def places(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where in `ids` the tokens of `rows` lie, one row after the other, and the place of each in its row."""
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1], dtype=np.int64) - np.repeat(ends - lengths, lengths)
        return np.repeat(self.offsets[rows], lengths) + within, within


def encode(texts: Sequence[str], encoder: TextEncoder) -> EncodedTokens:
    """Encode texts."""
    measured = [row for chunk in encoder.chunks(texts) for row in chunk]
    return flatten([ids for ids, _ in measured], [uncut for _, uncut in measured])


def flatten(rows: Sequence[np.ndarray], uncut: Sequence[int] | None = None) -> EncodedTokens:
    """Join rows of ids, each int32 of shape (tokens,); if `uncut` is None, none was cut."""
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([row.size for row in rows], out=offsets[1:])
    ids = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
    return EncodedTokens(ids, offsets, np.diff(offsets) if uncut is None else np.array(uncut, dtype=np.int64))


def cached_tokens(texts: Sequence[str], encoder: TextEncoder, cache: Path) -> EncodedTokens:
    """Return `encode`, mapped from a file in `cache`; the file is made if it is missing or damaged.

    The name of the file identifies its content: texts, tokenizer, length, truncation. If the file is lost, it is made
    again; if the disk is full, processes do not share the memory.
    """
    path = cache / "tokens" / f"{_name(texts, encoder)}.bin"
    if (known := _read(path, len(texts))) is not None:
        return known
    tokens = encode(texts, encoder)
    try:
        write_file(path, lambda temporary: _write(temporary, tokens))
    except OSError:
        return tokens
    return _read(path, len(texts)) or tokens


def _name(texts: Sequence[str], encoder: TextEncoder) -> str:
    digest = hashlib.sha256(f"{encoder.fingerprint} {len(texts)}\n".encode())
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return digest.hexdigest()


def _write(path: Path, tokens: EncodedTokens) -> None:
    counts = np.array([len(tokens), tokens.ids.size], dtype="<i8")
    lengths = np.concatenate([tokens.offsets, tokens.uncut]).astype("<i8")
    parts = [counts.tobytes(), lengths.tobytes(), tokens.ids.astype("<i4").tobytes()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    with path.open("wb") as file:
        file.writelines([_MAGIC, digest.digest(), *parts])


def _read(path: Path, rows: int) -> EncodedTokens | None:
    """Return the content of the file, or None if it is missing, cut short or changed."""
    try:
        with open_regular(path) as file:
            content = np.memmap(file, dtype=np.uint8, mode="r")
    except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
        return None
    start = len(_MAGIC) + _DIGEST
    body = content[start:]
    if bytes(content[: len(_MAGIC)]) != _MAGIC or body.size < 16 or bytes(body[:8].view("<i8") == rows) != b"\x01":
        return None
    if hashlib.sha256(body.data).digest() != bytes(content[len(_MAGIC) : start]):
        return None
    cut = 16 + 8 * (rows + 1)
    end = cut + 8 * rows
    return EncodedTokens(body[end:].view("<i4"), body[16:cut].view("<i8"), body[cut:end].view("<i8"))
