"""The content of a checkpoint, and how it is written to files and read back."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from catalog.files import open_regular, read_limited

__all__ = ["DamagedError", "TrainingCheckpoint", "read", "write_into"]

_FORMAT = 1
_MANIFEST, _STATE, _TENSORS = "manifest.json", "state.json", ".safetensors"
_MOST_JSON = 64 << 20
_CHUNK = 8 << 20
"""Bytes that are hashed and written at a time: meanwhile the training continues."""
_TYPES = {"f4": "F32", "f8": "F64", "i4": "I32", "i8": "I64", "u1": "U8", "u4": "U32", "b1": "BOOL"}
"""numpy's names for kinds of numbers, and those of safetensors."""


class DamagedError(Exception):
    """A checkpoint differs from what was written; the message says how."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingCheckpoint:
    """The state of a training after a step.

    Attributes:
        step: The steps that are done.
        identity: What a training must have to resume from it: data, configuration, versions.
        state: Numbers, names and lists of them: anything that JSON can hold.
        tensors: By file and name.
    """

    step: int
    identity: Mapping[str, str]
    state: Mapping[str, Any]
    tensors: Mapping[str, Mapping[str, np.ndarray]]


def write_into(folder: Path, checkpoint: TrainingCheckpoint) -> None:
    """Write the files of a checkpoint into an empty folder, last the manifest with the SHA-256 of each."""
    state = {"step": checkpoint.step, "identity": dict(checkpoint.identity), "state": dict(checkpoint.state)}
    files = {_STATE: _write(folder / _STATE, [_json(state)])}
    for name, tensors in checkpoint.tensors.items():
        files[name + _TENSORS] = _write(folder / (name + _TENSORS), _encoded(tensors))
    _write(folder / _MANIFEST, [_json({"format": _FORMAT, "files": files})])


def read(folder: Path) -> TrainingCheckpoint:
    """Read a checkpoint, and check each file against the manifest.

    Raises:
        DamagedError: A file is missing, cut short or changed, or the checkpoint is of a newer format.
        OSError: It cannot be read.
    """
    manifest = _parsed(folder / _MANIFEST, _limited(folder / _MANIFEST))
    files = manifest.get("files")
    if manifest.get("format") != _FORMAT or not isinstance(files, dict) or _STATE not in files:
        raise DamagedError(f"its {_MANIFEST} is of format {manifest.get('format')!r}, not {_FORMAT}")
    contents = {name: _checked(folder, name, digest) for name, digest in files.items()}
    record = _parsed(folder / _STATE, contents.pop(_STATE))
    try:
        tensors = {name.removesuffix(_TENSORS): load(content) for name, content in contents.items()}
        return TrainingCheckpoint(int(record["step"]), dict(record["identity"]), dict(record["state"]), tensors)
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise DamagedError(f"its content is not that of a checkpoint ({type(error).__name__}: {error})") from error


def _checked(folder: Path, name: str, digest: object) -> bytes:
    """Return the content of a file, after a check that it is what was written."""
    if Path(name).name != name or not (name == _STATE or name.endswith(_TENSORS)):
        raise DamagedError(f"its {_MANIFEST} names a file {name!r}")
    try:
        with open_regular(folder / name) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise DamagedError(f"its {name} is missing") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise DamagedError(f"its {name} is not what was written")
    return content


def _limited(path: Path) -> bytes:
    try:
        return read_limited(path, _MOST_JSON)
    except FileNotFoundError as error:
        raise DamagedError(f"its {path.name} is missing") from error


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"its {path.name} is not readable") from error
    if not isinstance(value, dict):
        raise DamagedError(f"its {path.name} is not readable")
    return value


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _encoded(tensors: Mapping[str, np.ndarray]) -> Iterator[memoryview | bytes]:
    """Yield a file in the format of safetensors, piece by piece: the library's own writer holds the interpreter.

    Eight bytes give the length of a header in JSON, which gives type, shape and place of each tensor; these follow.
    """
    header, end = {}, 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.nbytes
        kind = _TYPES[tensor.dtype.str[1:]]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [begin, end]}
    header_bytes = _json(header)
    header_bytes += b" " * (-len(header_bytes) % 8)  # aligns the numbers, which processors read faster
    yield len(header_bytes).to_bytes(8, "little") + header_bytes
    for tensor in tensors.values():
        yield np.ascontiguousarray(tensor).reshape(-1).view(np.uint8).data


def _write(path: Path, pieces: Iterable[memoryview | bytes]) -> str:
    """Write a new file and return the SHA-256 (hex) of what was meant to be in it."""
    digest = hashlib.sha256()
    with path.open("xb", buffering=0) as file:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                part = left[:_CHUNK]
                digest.update(part)
                while part:
                    part = part[file.write(part) :]
                left = left[_CHUNK:]
    return digest.hexdigest()
