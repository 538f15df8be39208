"""`modelcat submit`, `worker` and `stop`: studies that wait in the queue, and how they are stopped.

Commands:
    submit: Put a study into the queue.
    worker: Run the queue, a study at a time.
    stop: Stop a study, wherever it runs.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.errors import InputError, UnknownStudyError, WorkError
from runner.cli import options
from runner.cli.output import narrator, print_json, print_line
from runner.cli.workspace import open_store, run_workspace, workspace_of
from runner.presentation.text import duration

if TYPE_CHECKING:
    from runner.store.records import StudyRecord, StudyState
    from runner.store.store import Store
    from runner.study.progress import Listener
    from runner.study.workspace import Workspace

__all__ = ["stop", "stop_and_wait", "submit", "worker"]

_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.25


@click.command(epilog="Example:  modelcat submit examples/quickstart.json --start")
@options.spec
@options.overrides
@click.option("--start", is_flag=True, help="Start a worker in the background, unless one is running.")
@options.storage
@options.json
def submit(spec: Path, overrides: tuple[str, ...], start: bool, storage: str | None, json: bool) -> None:
    """Put a study into the queue.

    Spec and data are checked as by validate. A study that stopped or failed goes back into the queue; a larger
    study.trials extends a finished one.
    """
    from catalog.spec import load
    from runner.study.background import start_worker
    from runner.study.inspection import inspect_data
    from runner.study.queue import submit as enqueue

    workspace, request = workspace_of(storage), load(spec, overrides)
    inspect_data(request, workspace.cache)
    record = enqueue(request, workspace)
    names = [queued.study for queued in open_store(storage).queue()]
    position = names.index(record.study) + 1 if record.study in names else None  # a worker has taken it already
    worker = start_worker(workspace) if start else None
    if json:
        state = record.effective_state(datetime.now(UTC))
        print_json({"study": record.study, "state": state, "position": position})
    else:
        _print_submitted(record, position, worker)


@click.command(epilog="Example:  modelcat worker --workers 2 --idle 10m")
@options.workers
@click.option(
    "--idle",
    metavar="DURATION",
    default="30s",
    show_default=True,
    help="End when nothing has been queued for so long: 30s, 10m, 2h, forever.",
)
@options.engine
@options.storage
@options.json
def worker(
    workers: str | None, idle: str, engine: str | None, address: str | None, storage: str | None, json: bool
) -> None:
    """Run the queue, a study at a time.

    Whatever happens to a study, the next one is run. One whose worker died is taken up again, study.max_retries times.
    Ctrl+C puts the running one back into the queue.
    """
    done = _run_queue(run_workspace(workspace_of(storage), workers, engine, address), _idle_seconds(idle))
    if json:
        print_json([{"study": record.study, "state": record.state} for record in done])
    else:
        _print_done(done)


@click.command(epilog="Example:  modelcat stop imdb-bert")
@options.study
@options.storage
@options.json
def stop(study: str, storage: str | None, json: bool) -> None:
    """Stop a study, wherever it runs.

    It is left as it is, and can be resumed; one that is still being prepared
    for the first time is not stored. Waits until it has stopped, a minute at
    most.
    """
    state = stop_and_wait(lambda: open_store(storage), workspace_of(storage), study)
    print_json({"study": study, "state": state}) if json else print_line(f"{study}: {state}")


def _print_submitted(record: "StudyRecord", position: int | None, worker: int | None) -> None:
    """Print the state of a study and what to do next; `worker` is the pid of one in the background."""
    position_text = f"number {position} in the queue" if position is not None else "taken from the queue already"
    print_line(f"{record.study}: {record.planned} trials, {position_text}")
    if worker is None:
        print_line("Next:\n  modelcat worker                 # run the queue here")
    else:
        print_line(f"process {worker} runs the queue in the background. Next:")
    print_line(f"  modelcat studies                # how it goes\n  modelcat stop {record.study}")


def _idle_seconds(text: str) -> float | None:
    """Return how many seconds a worker waits for a study; None for ``forever``.

    Raises:
        InputError: It is not a duration.
    """
    from catalog.study import parse_duration

    if text.strip().lower() == "forever":
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError(f"--idle {text!r}: {error}; or forever") from error


def _run_queue(workspace: "Workspace", idle: float | None) -> list["StudyRecord"]:
    """Run the studies of the queue; report progress on stderr, a line for each event, for a log."""
    from runner.narration import LinesNarrator
    from runner.store.url import redact
    from runner.study.background import trim_log
    from runner.study.queue import work

    console = narrator()
    end = "until it is stopped" if idle is None else f"until nothing has been queued for {duration(idle)}"
    narration = LinesNarrator(console)
    narration.note(f"worker {os.getpid()} runs the queue of {redact(workspace.storage)} {end}")

    def listen(record: "StudyRecord") -> "Listener":
        trim_log(workspace)
        listener = LinesNarrator(console, debug=workspace.debug)
        listener.note(f"from the queue: {record.study}")
        return listener

    return work(workspace, listen, idle=idle, tell=narration.note)


def _print_done(records: Sequence["StudyRecord"]) -> None:
    """Print the studies that were run."""
    for record in records:
        reason = f": {record.failure['message']}" if record.failure else ""
        print_line(f"{record.study}: {record.state}{reason}".replace("\n", " "))
    if not records:
        print_line("nothing was queued; modelcat submit SPEC queues a study")


def stop_and_wait(opened: Callable[[], "Store"], workspace: "Workspace", study: str) -> "StudyState":
    """Ask a study to stop, wait until it has, and return its state then.

    Args:
        opened: Opens the database.
        workspace: The workspace in which the study would be prepared, if the database does not hold it yet.
        study: Its name.

    Raises:
        UnknownStudyError: There is none of that name, and no process prepares one; the message names the nearest.
        WorkError: It still runs after a minute; the request remains.
    """
    from runner.study.preparation_marker import ask_to_stop

    deadline = time.monotonic() + _STOP_SECONDS
    try:
        return _stop_stored(opened(), study, deadline)
    except UnknownStudyError:
        if not (asked := ask_to_stop(workspace, study)):
            raise
    sys.stderr.write(f"asked {study} to stop; waiting for its preparation to end\n")
    while any(not owner.is_gone for owner in asked):
        if time.monotonic() > deadline:
            raise WorkError(
                f"study {study!r} is still prepared after {duration(_STOP_SECONDS)}: {asked[0]} has not answered"
            )
        time.sleep(_LOOK_SECONDS)
        with suppress(UnknownStudyError):  # it was stored just before it could have been stopped
            return _stop_stored(opened(), study, deadline)
    return "stopped"


def _stop_stored(store: "Store", study: str, deadline: float) -> "StudyState":
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
