"""Writes a spec of Python objects as JSON, which is then read like one that a person wrote."""

import json
import os
from collections.abc import Iterator, Mapping
from numbers import Integral, Real
from typing import Any

from catalog.errors import Problem, SpecError
from catalog.problems import shown
from catalog.strict_json import MAX_DEPTH

__all__ = ["spec_bytes"]


def spec_bytes(value: Any, source: str = "spec") -> bytes:
    """Return a spec of dicts, lists, strings, numbers, booleans and None as UTF-8 JSON.

    Tuples become lists, paths become strings, and numbers of other libraries, such as NumPy's, become plain numbers.

    Args:
        value: The spec.
        source: How errors name it.

    Raises:
        SpecError: It holds something that JSON does not have; the message lists every place.
    """
    problems: list[Problem] = []
    plain = _plain(value, "", 1, problems)
    if problems:
        raise SpecError.of(source, problems)
    # The reader of JSON refuses a number that is not finite and half of a surrogate pair, and names their place.
    return json.dumps(plain, allow_nan=True, ensure_ascii=True).encode()


def _plain(value: Any, path: str, depth: int, problems: list[Problem]) -> Any:
    if depth > MAX_DEPTH:
        problems.append(Problem(path, f"nested deeper than {MAX_DEPTH} levels"))
        return None
    plain: Any = None
    match value:
        case None | bool() | str():
            plain = value
        case Mapping():
            plain = dict(_items(value, path, depth, problems))
        case list() | tuple():
            plain = [_plain(one, _join(path, str(at)), depth + 1, problems) for at, one in enumerate(value)]
        case os.PathLike():
            plain = os.fspath(value)
        case Integral():
            plain = int(value)
        case Real():
            plain = float(value)
        case _ if type(value).__name__ == "bool":  # NumPy's bool, which Python does not count as a number
            plain = bool(value)
        case _:
            problems.append(Problem(path, f"{type(value).__name__} is nothing that JSON can hold; got {shown(value)}"))
    return plain


def _items(value: Mapping[Any, Any], path: str, depth: int, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(key, str):
            yield key, _plain(inner, _join(path, key), depth + 1, problems)
        else:
            problems.append(Problem(path, f"the name of a field is a string; got {shown(key)}"))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
