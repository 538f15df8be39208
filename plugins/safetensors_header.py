"""The header of a safetensors file, read without any tensor.

Eight bytes give the length of a header in JSON, which gives type, shape and place of each tensor; these follow.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.files import open_regular

__all__ = ["Tensor", "read_header"]

_MOST_HEADER = 16 << 20
"""Bytes; that of a model with 48 layers has 100,000."""
_MOST_SIZES = 8
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """What is known about a tensor that was not read.

    Attributes:
        kind: Its number format as safetensors names it, such as ``F32``.
        shape: Its sizes.
    """

    kind: str
    shape: tuple[int, ...]


def read_header(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name.

    Raises:
        OSError: It is no regular file, or cannot be read.
        ValueError: It is no safetensors file, cut short, or longer than its header says.
    """
    with open_regular(path) as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= _MOST_HEADER:
            raise ValueError(f"its header would have {length:,} bytes, where 2 to {_MOST_HEADER:,} can be")
        header = file.read(length)
        if len(header) < length:
            raise ValueError("it ends within its header")
        size = file.seek(0, 2) - 8 - length
    try:
        stated = json.loads(header.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError("its header is not JSON") from error
    if not header.startswith(b"{") or not isinstance(stated, dict):
        raise ValueError("its header is no JSON object")
    metadata = stated.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("its metadata are not texts by name")
    tensors: dict[str, Tensor] = {}
    places: list[tuple[int, int]] = []
    for name, entry in stated.items():
        tensors[name], place = _entry(name, entry)
        places.append(place)
    end = 0
    for begin, after in sorted(places):
        if begin != end:
            raise ValueError("its tensors overlap, or leave gaps")
        end = after
    if end != size:
        raise ValueError(f"its tensors have {end:,} bytes by its header, and {size:,} by its length")
    return tensors


def _entry(name: str, entry: Any) -> tuple[Tensor, tuple[int, int]]:
    match entry:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [int(begin), int(end)], **rest} if (
            not rest
            and kind in _BITS
            and len(shape) <= _MOST_SIZES
            and all(type(size) is int and 0 <= size < 1 << 63 for size in shape)
            and type(begin) is type(end) is int
            and 0 <= begin <= end
            and math.prod(shape) * _BITS[kind] == 8 * (end - begin)
        ):
            return Tensor(kind, tuple(shape)), (begin, end)
    raise ValueError(f"its header describes the tensor {name[:80]!r} in a way that cannot be")
