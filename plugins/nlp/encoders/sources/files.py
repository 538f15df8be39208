"""Small files of a model folder, and how messages name the content of a folder."""

import json
from pathlib import Path
from typing import Any

from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited

__all__ = ["names_in", "read_json", "shortened"]

_MOST_JSON = 16 << 20


def read_json(path: Path, *, field: str | None = None) -> dict[str, Any]:
    """Read a JSON object from a file of at most 16 MiB.

    Raises:
        ModelSourceError: It is missing, too large, or not a JSON object.
    """
    try:
        value = json.loads(read_limited(path, _MOST_JSON), parse_constant=_refuse_constant)
    except FileNotFoundError as error:
        raise ModelSourceError(
            f"{path.parent} is not a model folder: it holds no {path.name}. It holds: {names_in(path.parent)}.",
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


def shortened(value: object) -> str:
    """Return how Python writes a value, in at most 60 characters."""
    written = repr(value)
    return written if len(written) <= 60 else written[:59] + "…"


def names_in(folder: Path) -> str:
    """List the first names in a folder."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return "nothing that can be listed"
    shown = ", ".join(names[:12]) or "nothing"
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown
