"""Finds the name that a user probably meant."""

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]


def nearest(given: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `given`, or None if none is similar."""
    folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(given.casefold()[:200], folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return a sentence for an error: the nearest name, else the available ones."""
    names = sorted(known)
    if (found := nearest(given, names)) is not None:
        return f"did you mean {found!r}?"
    return f"known: {', '.join(names)}" if names else "there is none"
