"""Statements and labels in English without Babel: for the command line, logs, and the TUI's first screen."""

from typing import TYPE_CHECKING

from catalog.statement import Statement, Value, tell
from runner.presentation.text import duration

if TYPE_CHECKING:
    from catalog.metric_labels import ClassScope

__all__ = ["english", "english_label"]


def english(statement: Statement) -> str:
    """Return a statement as a text."""
    return tell(statement, str, _shown)


def english_label(name: str, scope: "ClassScope", *, width: int = 40) -> str:
    """Return what the command line and the log call a metric: ``F1 of fraud``, or its key: ``accuracy``."""
    from catalog.metric_labels import metric_label

    label = metric_label(name, scope, within=True, width=width)
    return name if label is None else english(label)


def _shown(value: Value, kind: str) -> str:
    """Return a value as its kind wants it; what rounds to zero has no sign (``z``, PEP 682)."""
    if not isinstance(value, int | float):
        return str(value)
    match kind:
        case "count":
            return f"{value:z,.0f}"
        case "percent":
            return f"{value * 100:z.1f} %"
        case "points":
            return f"{value * 100:z.1f}"
        case "seconds":
            return duration(value, "{:.2g}".format)
        case _:
            return f"{value:z.3g}"
