"""Changes a spec from the command line: ``--set study.trials=5``."""

import json
from typing import Any

from catalog import strict_json
from catalog.errors import Problem, SpecError

__all__ = ["apply_override"]


def apply_override(data: Any, override: str) -> Any:
    """Return a copy of `data` with one field set.

    The value is read as JSON if it is JSON (``3``, ``true``, ``[16, 32]``), else taken as text. Missing objects on the
    path are made.

    Raises:
        SpecError: There is no ``=``, or the path leads through something that is not an object.
    """
    path, equals, written = override.partition("=")
    parts = path.strip().split(".")
    if not equals or not all(parts):
        message = f"--set needs path.to.field=value, got {override!r}; for example --set study.trials=5"
        raise SpecError.of("--set", [Problem("", message)])
    return _with(data, parts, _value(path, written), path)


def _value(path: str, written: str) -> Any:
    try:
        json.loads(written)
    except (ValueError, RecursionError):
        return written
    parsed = strict_json.parse(written.encode(errors="surrogatepass"), "--set")
    if parsed.problems:
        problems = [Problem(".".join(filter(None, (path, p.path))), p.message) for p in parsed.problems]
        raise SpecError.of("--set", problems)
    return parsed.value


def _with(data: Any, parts: list[str], value: Any, path: str) -> Any:
    if not parts:
        return value
    if data is not None and not isinstance(data, dict):
        message = (
            f"--set cannot go through {type(data).__name__}: {'.'.join(path.split('.')[: -len(parts)])} is no object"
        )
        raise SpecError.of("--set", [Problem(path, message)])
    head, *rest = parts
    return {**(data or {}), head: _with((data or {}).get(head), rest, value, path)}
