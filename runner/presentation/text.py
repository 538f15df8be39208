"""Shows text and numbers to people: foreign text made harmless, numbers with their units."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from runner.presentation.labels import NOTHING

__all__ = [
    "HOSTILE",
    "duration",
    "escaped",
    "number",
    "params",
    "safe",
    "size",
    "visible_json",
    "well_formed",
]

HOSTILE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that move a cursor, hide text or reorder it: controls, format characters (bidi overrides), halves
of surrogate pairs, private use, unassigned, and line or paragraph separators."""
_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]")


def safe(text: object, limit: int | None = None) -> str:
    """Return text on one line in which every character shows itself: controls become visible escapes.

    Args:
        text: Anything from a spec, a data file, a database or an error.
        limit: Cut to that many characters, an ellipsis included.
    """
    given = str(text)
    if limit is not None:
        given = given[: limit * 2 + 2]
    shown = "".join(
        " " if c in "\n\t\r" else c if unicodedata.category(c) not in HOSTILE else escaped(c) for c in given
    )
    return shown if limit is None or len(shown) <= limit else shown[: limit - 1] + "…"


def escaped(character: str) -> str:
    r"""Return a character as its escape: ``\x1b``, ``\u202e`` or ``\U000e0001``."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible_json(text: str) -> str:
    r"""Return JSON in which every character can be seen: others are escaped, as ``\u202e``, which changes no value."""
    import json  # `modelcat list` does without it

    def shown(match: re.Match[str]) -> str:
        character = match[0]
        if unicodedata.category(character) not in HOSTILE:
            return character
        return json.dumps(character)[1:-1] if character > "\x7f" else f"\\u{ord(character):04x}"

    return _UNUSUAL.sub(shown, text)


def well_formed(text: str) -> str:
    """Return `text` with whole surrogate pairs joined and lone halves replaced by U+FFFD: no encoding holds these."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def duration(
    seconds: float | None,
    few: Callable[[float], str] = "{:.1f}".format,
    many: Callable[[int], str] = "{:,}".format,
    space: str = " ",
) -> str:
    """Return seconds for a person: ``0.8 s``, ``42 s``, ``3 min 20 s``, ``2 h 05 min``.

    Args:
        seconds: None is a dash.
        few: Writes a number of seconds below ten.
        many: Writes a number of hours.
        space: Stands between a number and its unit.
    """
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    if seconds < 10:
        return f"{few(seconds)}{space}s"
    if whole < 60:
        return f"{whole}{space}s"
    if whole < 3600:
        return f"{whole // 60}{space}min {whole % 60:02d}{space}s"
    return f"{many(whole // 3600)}{space}h {whole % 3600 // 60:02d}{space}min"


def size(count: float) -> str:
    """Return a number of bytes for a person: ``1.5 MB``, ``2.0 GB`` from 10^9 on."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def number(value: Any) -> str:
    """Return a parameter's value, short and exact enough to tell values apart."""
    if isinstance(value, float):
        return f"{value:z,.0f}" if 100 <= abs(value) < 1e7 else f"{value:z.3g}"
    return safe(value, 40)


def params(values: Mapping[str, Any]) -> str:
    """Return parameters on one line: ``learning_rate 2e-05, batch_size 32``."""
    return ", ".join(f"{safe(name, 40)} {number(value)}" for name, value in values.items())
