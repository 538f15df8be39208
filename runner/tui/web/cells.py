"""How large the terminal of a web browser may be."""

__all__ = ["LEAST_CELLS", "MOST_CELLS", "cells"]

LEAST_CELLS, MOST_CELLS = 20, 500
"""Columns, or lines: 500 x 500 is laid out in a second, and takes 20 MB."""


def cells(given: object, default: int) -> int:
    """Return a number of columns or lines that an app can show, whatever a page has asked for.

    Args:
        given: A number; anything else, text or NaN too, is not one.
        default: Taken where it is none.
    """
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given:  # noqa: PLR0124 -- NaN
        return default
    return int(min(max(given, LEAST_CELLS), MOST_CELLS))
