"""Shows text and numbers to people: foreign text made harmless, numbers with their units."""

import unicodedata
from collections.abc import Mapping
from typing import Any

__all__ = ["duration", "is_minimised", "is_share", "metric_value", "number", "params", "safe"]

#: Unicode categories that move a cursor, hide text or reorder it: controls, format characters (bidi overrides), halves
#: of surrogate pairs, private use, unassigned, and line or paragraph separators.
_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_AVERAGED = ("precision", "recall", "f1")
_SHARES = frozenset(
    {"accuracy", "confidence", "ece", *(f"{mean}{name}" for mean in ("", "macro_", "weighted_") for name in _AVERAGED)}
)
#: Metrics of which less is better, as far as names tell.
_MINIMISED = frozenset({"brier_score", "ece", "log_loss", "loss"})


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
        " " if c in "\n\t\r" else c if unicodedata.category(c) not in _HOSTILE else _escaped(c) for c in given
    )
    return shown if limit is None or len(shown) <= limit else shown[: limit - 1] + "…"


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def duration(seconds: float | None) -> str:
    """Return seconds for a person: ``0.8 s``, ``42 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def is_share(metric: str) -> bool:
    """Tell whether a metric is a share of one, told in per cent."""
    return metric in _SHARES


def is_minimised(metric: str) -> bool:
    """Return whether smaller values of a metric are better; of the study's own, its direction says so."""
    return metric in _MINIMISED


def metric_value(metric: str, value: float | None) -> str:
    """Return a metric with its unit: shares of one in per cent."""
    if value is None:
        return "–"
    return f"{value * 100:.1f} %" if is_share(metric) else f"{value:.4f}"


def number(value: Any) -> str:
    """Return a parameter's value, short and exact enough to be told apart."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return safe(value, 40)


def params(values: Mapping[str, Any]) -> str:
    """Return parameters on one line: ``learning_rate 2e-05, batch_size 32``."""
    return ", ".join(f"{safe(name, 40)} {number(value)}" for name, value in values.items())
