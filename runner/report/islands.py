"""JSON that is safe in a page's script element, and JSON that is safe for a user to read."""

import json
from typing import Any

from runner.presentation.text import visible_json

__all__ = ["island", "readable"]

_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def island(value: Any) -> str:
    """Return JSON for a script element: no part of it can end the element or begin a comment.

    Raises:
        ValueError: A number in `value` is not finite.
    """
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_MARKUP)


def readable(value: Any) -> str:
    """Return indented JSON in which characters that hide or reorder text are escaped; it parses to `value`."""
    return visible_json(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
