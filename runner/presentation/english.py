"""Statements in English without Babel: for the command line, logs, and the TUI's first screen."""

from catalog.statement import Statement, Value, tell
from runner.presentation.text import duration, number

__all__ = ["english"]


def english(statement: Statement) -> str:
    """Return a statement as a text."""
    return tell(statement, str, _shown)


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
            return number(float(value))
