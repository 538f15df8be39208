"""Why a search has no result to choose from: none of its trials completed."""

import re
from collections.abc import Mapping, Sequence

from catalog.errors import WorkError, clause
from runner.store.records import TrialRecord

__all__ = ["search_failure"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def search_failure(study: str, made: Sequence[TrialRecord], *, exhausted: bool) -> WorkError:
    """Return the error of a search without a complete trial; its kind is that of the failures if they share one.

    Args:
        study: Its name.
        made: Its trials, in order.
        exhausted: Whether there is no configuration left to try.
    """
    failures = {record.number: record.failure for record in made if record.failure is not None}
    kinds = {failure["kind"] for failure in failures.values()}
    again = f"mend the cause, `modelcat delete {study}` and run it again"
    if len(failures) == len(made) and len({_cause(one) for one in failures.values()}) == 1:
        first = next(iter(failures.values()))
        which = f"all {len(made)} trials failed for one reason" if len(made) > 1 else "the only trial failed"
        error = WorkError(f"{which}, {first['kind']}: {clause(first['reason'])}. To go on, {again}")
    else:
        more = "" if exhausted else ", or raise study.trials"
        error = WorkError(f"{_failed(failures, len(made))}. None came to its end: {again}{more}")
    if len(kinds) == 1:
        error.kind = kinds.pop()  # type: ignore[misc]  # only for this error: more precise than the kind of its class
    return error


def _cause(failure: Mapping[str, str]) -> tuple[str, str]:
    """Return what failures with one cause have in common: their numbers (bytes, lines, values) may differ."""
    return failure["kind"], _NUMBER.sub("0", failure["reason"])


def _failed(failures: Mapping[int, Mapping[str, str]], made: int) -> str:
    """Return a sentence on how many trials failed, and why the first of them did."""
    count = f"all {made}" if len(failures) == made else f"{len(failures)} of {made}"
    first = next((f"; trial {number}: {one['kind']}: {clause(one['reason'])}" for number, one in failures.items()), "")
    return f"{count} trials failed{first}"
