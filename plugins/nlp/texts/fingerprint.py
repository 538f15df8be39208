"""One hash that changes with any text, label, name or order of a data set."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from plugins.nlp.texts.split import TextSplit

__all__ = ["fingerprint"]

_ROWS = 1024


def fingerprint(splits: Mapping[str, TextSplit], names: Sequence[str]) -> str:
    """Return the SHA-256 (hex) over class names and all splits: texts with their lengths, labels, order.

    Args:
        splits: By name.
        names: Of the classes; none if the labels are numbers.
    """
    digest = hashlib.sha256()
    _add(digest, names)
    for split, data in splits.items():
        _add(digest, [split])
        kind = "<i8" if data.labels.dtype.kind == "i" else "<f8"
        digest.update(np.ascontiguousarray(data.labels, dtype=kind).tobytes())
        for start in range(0, len(data.texts), _ROWS):
            _add(digest, data.texts[start : start + _ROWS])
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", texts: Sequence[str]) -> None:
    """Add lengths first, so that ("ab", "c") and ("a", "bc") differ."""
    digest.update(np.array([len(texts), *map(len, texts)], dtype="<i8").tobytes())
    digest.update("".join(texts).encode())
