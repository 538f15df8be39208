"""Limits of the terminal size of a web browser."""

__all__ = ["LEAST_CELLS", "MOST_CELLS", "cells"]

LEAST_CELLS, MOST_CELLS = 20, 500
"""Most columns, or lines: 500 x 500 takes a second to lay out, and 20 MB."""


def cells(given: object, default: int) -> int:
    """Return a number of columns or lines that an app can show, for any request of a page.

    Args:
        given: The requested number; text, NaN and the like are invalid.
        default: The result if `given` is invalid.
    """
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given:  # noqa: PLR0124 -- NaN
        return default
    return int(min(max(given, LEAST_CELLS), MOST_CELLS))
