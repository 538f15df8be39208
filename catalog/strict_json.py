"""Reads untrusted JSON: bounded in size and depth, nothing ambiguous, every problem reported with its place."""

import errno
import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import Problem, SpecError
from catalog.files import SpecialFileError, read_limited

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Parsed", "parse", "read"]

MAX_BYTES = 1 << 20
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Parsed:
    """The value that was read (with suspect numbers replaced by None), and its problems."""

    value: Any
    problems: tuple[Problem, ...]


class _Object(dict[str, Any]):
    """An object that remembers which of its keys occur twice."""

    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _NotFinite:
    """A number that JSON or a float cannot hold, as it was written."""

    written: str


def _to_object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        made.repeated = tuple(sorted(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))
    return made


def _to_float(written: str) -> float | _NotFinite:
    value = float(written)
    return value if math.isfinite(value) else _NotFinite(written)


def _to_int(written: str) -> int | _NotFinite:
    # Longer whole numbers fit no field and no database column, and cost quadratic time to read.
    return int(written) if len(written.lstrip("-")) <= 19 else _NotFinite(written[:19] + "...")


def read(path: Path) -> bytes:
    """Return the bytes of a regular file of at most 1 MiB.

    Raises:
        SpecError: The file is missing, is not a file, cannot be read or is too large.
    """
    try:
        if path.is_dir():
            raise SpecError.of(str(path), [Problem("", "this is a folder; give a JSON file")])
        if not path.exists():
            raise SpecError.of(str(path), [Problem("", "no such file")])
        return read_limited(path, MAX_BYTES)
    except (OSError, ValueError) as error:
        raise SpecError.of(str(path), [Problem("", _reason(error))]) from error


def _reason(error: OSError | ValueError) -> str:
    match error:
        case SpecialFileError(errno=errno.EFBIG):
            return f"larger than {MAX_BYTES:,} bytes (1 MiB), the most a spec may have"
        case SpecialFileError():
            return f"not a regular file ({error.strerror}); write the spec into a file"
        case _:
            return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def parse(data: bytes, source: str) -> Parsed:
    """Parse UTF-8 JSON; `source` names it in errors.

    Raises:
        SpecError: It is not JSON at all; the message names line and column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start:,} (line {line}); save it as UTF-8"
        raise SpecError.of(source, [Problem("", message)]) from error
    try:
        value = json.loads(
            text, object_pairs_hook=_to_object, parse_constant=_NotFinite, parse_float=_to_float, parse_int=_to_int
        )
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise SpecError.of(source, [Problem("", message)]) from error
    except RecursionError as error:
        raise SpecError.of(source, [Problem("", f"nested deeper than {MAX_DEPTH} levels")]) from error
    problems = tuple(_faults(value, "", 1))
    return (
        Parsed(_plain(value), problems)
        if not any(p.message.startswith("nested") for p in problems)
        else Parsed(None, problems)
    )


def _faults(value: Any, path: str, depth: int) -> Iterator[Problem]:
    """Yield what JSON allows or Python's reader accepts, but a spec does not."""
    if depth > MAX_DEPTH:
        yield Problem(path, f"nested deeper than {MAX_DEPTH} levels")
    elif isinstance(value, _NotFinite):
        yield Problem(path, f"{value.written} is not a number that a spec can hold; give a finite one")
    elif isinstance(value, str):
        if not value.isprintable() and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
            yield Problem(path, "holds a NUL or half of a surrogate pair, which is not text")
    elif isinstance(value, _Object):
        for key in value.repeated:
            yield Problem(_join(path, key), "given more than once; keep one")
        for key, inner in value.items():
            yield from _faults(key, _join(path, key), depth)
            yield from _faults(inner, _join(path, key), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _faults(inner, _join(path, str(index)), depth + 1)


def _plain(value: Any) -> Any:
    if isinstance(value, _NotFinite):
        return None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
