"""JSON that is safe where it stands: in a page's script element, and under the eyes of a person."""

import json
import unicodedata
from typing import Any

__all__ = ["island", "readable"]

_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def island(value: Any) -> str:
    """Return JSON for a script element: nothing in it can end the element or begin a comment.

    Raises:
        ValueError: A number in it is not finite.
    """
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_MARKUP)


def readable(value: Any) -> str:
    """Return indented JSON in which characters that hide or reorder text are escaped; it parses to `value`."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return "".join(c if c == "\n" or unicodedata.category(c) not in _HOSTILE else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return json.dumps(character, ensure_ascii=True)[1:-1] if ord(character) > 0x7F else f"\\u{ord(character):04x}"
