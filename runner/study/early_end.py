"""Why a search ended before it made all its trials: as the store keeps it, and as every front end shows it.

It is stored as the insight `EARLY_END` as soon as the search has ended, and is read as `StudyRecord.early_end`.
"""

from collections.abc import Mapping
from typing import Any

from catalog.statement import Statement, Value

__all__ = ["CUT_NOTE", "early_end_clause", "early_end_sentence", "space_end", "time_limit_end"]

CUT_NOTE = "ended early: the time limit of the search was used up"
"""The note of a trial that was still running when the time limit was used up."""

_TIME_LIMIT, _SPACE = "time_limit", "space"
_MINUTE, _HOUR = 60, 3600


def time_limit_end(done: int, planned: int, limit: float) -> dict[str, Any]:
    """Return the stored value for a search that its time limit has ended.

    Args:
        done: Trials that were made, with pruned and failed ones.
        planned: Trials that were planned.
        limit: ``study.timeout`` in seconds.
    """
    return {"reason": _TIME_LIMIT, "done": done, "planned": planned, "limit_seconds": limit}


def space_end(done: int, planned: int) -> dict[str, Any]:
    """Return the stored value for a search whose space has no other configuration; arguments as in `time_limit_end`."""
    return {"reason": _SPACE, "done": done, "planned": planned}


def early_end_clause(found: Mapping[str, Any] | None) -> Statement | None:
    """Return why a search ended early, without a full stop; None if it did not, or if nothing readable is stored."""
    if found and found.get("reason") == _SPACE:
        done, planned = found.get("done"), found.get("planned")
        if not (isinstance(done, int) and isinstance(planned, int)):
            return None  # written by another version, in an unknown shape
        return Statement(
            "{done:count} of {planned:count} trials: the search space has no other configuration",
            {"done": done, "planned": planned},
        )
    if (limited := _values(found)) is None:
        return None
    return Statement("{done:count} of {planned:count} trials: the time limit of {limit} was used up", limited)


def early_end_sentence(found: Mapping[str, Any] | None) -> Statement | None:
    """Return the same as a whole sentence, for a verdict; a verdict itself says when a space is exhausted."""
    if (values := _values(found)) is None:
        return None
    return Statement("{done:count} of {planned:count} trials: the time limit of {limit} was used up.", values)


def _values(found: Mapping[str, Any] | None) -> dict[str, Value] | None:
    if not found or found.get("reason") != _TIME_LIMIT:
        return None
    done, planned, limit = (found.get(name) for name in ("done", "planned", "limit_seconds"))
    if not (isinstance(done, int) and isinstance(planned, int) and isinstance(limit, int | float)):
        return None  # written by another version, in an unknown shape
    return {"done": done, "planned": planned, "limit": _duration(limit)}


def _duration(seconds: float) -> Statement:
    """Return a limit as a person sets it: ``1 s``, ``90 min``, ``2 h``."""
    if seconds >= _HOUR and seconds % _HOUR == 0:
        return Statement("{hours:number} h", {"hours": int(seconds // _HOUR)})
    if seconds >= _MINUTE and seconds % _MINUTE == 0:
        return Statement("{minutes:number} min", {"minutes": int(seconds // _MINUTE)})
    return Statement("{seconds:number} s", {"seconds": int(seconds) if seconds == int(seconds) else seconds})
