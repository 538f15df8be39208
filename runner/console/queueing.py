"""Submits to the queue, runs it with narration on stderr, and stops what runs."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from catalog.errors import InputError, UnknownStudyError, WorkError
from catalog.study import parse_duration
from runner.console.narration import LinesNarrator
from runner.console.output import narrator, print_line
from runner.presentation.text import duration
from runner.store.records import StudyRecord, StudyState
from runner.store.store import Store
from runner.store.url import redact
from runner.study.background import trim_log
from runner.study.place import Place
from runner.study.preparation_marker import ask_to_stop
from runner.study.progress import Listener
from runner.study.queue import work

__all__ = [
    "done_answer",
    "idle_seconds",
    "position_of",
    "print_done",
    "print_submitted",
    "run_queue",
    "stop_and_wait",
    "submitted_answer",
]

_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.25


def position_of(store: Store, study: str) -> int | None:
    """Return which place a study has in the queue, from 1; None where a worker has taken it already."""
    names = [record.study for record in store.queue()]
    return names.index(study) + 1 if study in names else None


def submitted_answer(record: StudyRecord, position: int | None) -> dict[str, Any]:
    """Return the JSON of ``submit``."""
    return {"study": record.study, "state": record.effective_state(datetime.now(UTC)), "position": position}


def print_submitted(record: StudyRecord, position: int | None, worker: int | None) -> None:
    """Say where a study stands and what to do next; `worker` is the pid of one in the background."""
    place = f"number {position} in the queue" if position is not None else "taken from the queue already"
    print_line(f"{record.study}: {record.planned} trials, {place}")
    if worker is None:
        print_line("Next:\n  modelcat worker                 # run the queue here")
    else:
        print_line(f"process {worker} runs the queue in the background. Next:")
    print_line(f"  modelcat studies                # how it goes\n  modelcat stop {record.study}")


def idle_seconds(text: str) -> float | None:
    """Return how long a worker waits for something to do, in seconds; None for ``forever``.

    Raises:
        InputError: It is no duration.
    """
    if text.strip().lower() == "forever":
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError(f"--idle {text!r}: {error}; or forever") from error


def run_queue(place: Place, idle: float | None) -> list[StudyRecord]:
    """Run what is in the queue; tell on stderr how it goes, a line an event, since nobody may be looking."""
    console = narrator()
    end = "until it is stopped" if idle is None else f"until nothing has been queued for {duration(idle)}"
    narration = LinesNarrator(console)
    narration.note(f"worker {os.getpid()} runs the queue of {redact(place.storage)} {end}")

    def listen(record: StudyRecord) -> Listener:
        trim_log(place)
        listener = LinesNarrator(console, debug=place.debug)
        listener.note(f"from the queue: {record.study}")
        return listener

    return work(place, listen, idle=idle, tell=narration.note)


def done_answer(records: Sequence[StudyRecord]) -> list[dict[str, Any]]:
    """Return the JSON of ``worker``: what was run, in this order."""
    return [{"study": record.study, "state": record.state} for record in records]


def print_done(records: Sequence[StudyRecord]) -> None:
    """Print what was run."""
    for record in records:
        reason = f": {record.failure['message']}" if record.failure else ""
        print_line(f"{record.study}: {record.state}{reason}".replace("\n", " "))
    if not records:
        print_line("nothing was queued; modelcat submit SPEC queues a study")


def stop_and_wait(opened: Callable[[], Store], place: Place, study: str) -> StudyState:
    """Ask a study to stop, wait until it has, and return its state then.

    Args:
        opened: Opens the database.
        place: Where the study would be prepared, if the database does not hold it yet.
        study: Its name.

    Raises:
        UnknownStudyError: There is none of that name, and nobody prepares one; the nearest is told.
        WorkError: It still runs after a minute; the request stands.
    """
    deadline = time.monotonic() + _STOP_SECONDS
    try:
        return _stop_stored(opened(), study, deadline)
    except UnknownStudyError:
        if not (asked := ask_to_stop(place, study)):
            raise
    sys.stderr.write(f"asked {study} to stop; waiting for its preparation to end\n")
    while any(not owner.is_gone for owner in asked):
        if time.monotonic() > deadline:
            raise WorkError(
                f"study {study!r} is still prepared after {duration(_STOP_SECONDS)}: {asked[0]} has not answered"
            )
        time.sleep(_LOOK_SECONDS)
        with suppress(UnknownStudyError):  # it was stored just before it would have stopped
            return _stop_stored(opened(), study, deadline)
    return "stopped"


def _stop_stored(store: Store, study: str, deadline: float) -> StudyState:
    state = store.request_stop(study)
    if state == "running":
        sys.stderr.write(f"asked {study} to stop; waiting for its trainings to end\n")
    while state == "running" and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        record = store.study(study)
        state = record.effective_state(datetime.now(UTC))
    if state != "running":
        return state
    lease = store.study(study).lease
    who = f"{lease.owner}, which runs it," if lease else "whoever runs it"
    until = f", and counts as gone from {lease.expires:%H:%M:%S} UTC on unless it is heard of" if lease else ""
    raise WorkError(
        f"study {study!r} still runs after {duration(_STOP_SECONDS)}: {who} has not answered{until}. The request stands"
    )
