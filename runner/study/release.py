"""The end of a run: the lease is released whatever has happened, with a state and a message that say how it ended."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from catalog.environment import environment_fault, is_environmental
from catalog.errors import (
    EnvironmentFaultError,
    InputError,
    MissingLibraryError,
    ModelcatError,
    StoppedError,
    StoreError,
    StudyConflictError,
    UnreachableError,
    clause,
)
from runner.engine.interruption import is_urgent
from runner.presentation.text import duration
from runner.store.records import StudyRecord, StudyState
from runner.study.log import StudyLog
from runner.study.session import Session
from runner.study.task_loop import STOP_SECONDS
from runner.study.workspace import Workspace

__all__ = ["explain_faults", "release_on_exit"]


@contextmanager
def explain_faults(workspace: Workspace) -> Iterator[None]:
    """Turn a fault of the machine, if no study is stored that could record it, into an error that says what to do."""
    try:
        yield
    except ModelcatError:
        raise
    except Exception as error:
        if (fault := environment_fault(error, (workspace.folder, workspace.cache))) is None:
            raise
        raise fault from error


@contextmanager
def release_on_exit(session: Session, log: StudyLog, known: StudyRecord | None) -> Iterator[None]:
    """Release the lease at the end of the block, with a state that says how it ended; the log says it too.

    Args:
        session: The run.
        log: Its log, which is begun and closed here.
        known: The study as it was stored before this run; None if this run has made it.
    """
    log.begin()
    try:
        yield
    except BaseException as raised:
        error = _explained(raised, session)
        state = _state_after(error, session, known)
        changes: dict[str, Any] = {}
        if isinstance(error, ModelcatError) and not isinstance(error, StoppedError) and state != "finished":
            changes["failure"] = {"kind": error.kind, "message": error.message}
        _log_end(log, error, state)
        if is_urgent():
            raise  # the next run finds that this process is gone, and everything that was acknowledged
        if not isinstance(error, ModelcatError) or isinstance(error, StoppedError | StoreError | UnreachableError):
            # The process should end soon, or it has waited in vain.
            session.store.hurry(STOP_SECONDS if isinstance(error, StoppedError) else 0.0)
        # A lost lease: its new holder writes, not this process. A lost database: a lease that is not renewed ends too.
        with suppress(StudyConflictError, StoreError, UnreachableError):
            session.update(**changes)
            if state == "queued":
                session.store.put_back(session.study, session.lease, counted=isinstance(error, ModelcatError))
            else:
                session.store.release(session.study, session.lease, state)
        if error is raised:
            raise
        raise error from raised
    else:
        session.store.release(session.study, session.lease, "finished")
        log.write("finished", f"finished after {duration(session.seconds)} of work")
    finally:
        log.close()


def _explained(error: BaseException, session: Session) -> BaseException:
    """Return the error with advice about the study, if the machine is at fault for it."""
    if isinstance(error, ModelcatError) and not isinstance(error, EnvironmentFaultError):
        return error  # its message already says what to do
    fault = environment_fault(error, (session.folders.root, session.cache))
    if fault is None:
        return error
    if session.from_queue and not isinstance(fault, MissingLibraryError):
        after = f"`modelcat worker` goes on with the queue, in which study {session.study!r} is again"
    else:
        after = f"`modelcat resume {session.study}` goes on with the study"
    return type(fault)(f"{clause(fault.message)}, then {after}: nothing has failed, and nothing that was told is lost")


def _state_after(error: BaseException, session: Session, known: StudyRecord | None) -> StudyState:
    """Return the state of a study after a run that ended in an error: one that cannot even be prepared has failed."""
    if not session.prepared and known is not None and known.state == "finished":
        return "finished"  # it was to get more trials, and its earlier results are unchanged
    faulty = is_environmental(error)
    another_may = not isinstance(error, Exception) or (faulty and not isinstance(error, MissingLibraryError))
    if session.from_queue and another_may:
        return "queued"
    if faulty or not isinstance(error, ModelcatError) or isinstance(error, StoppedError):
        return "stopped"
    return "stopped" if session.prepared and isinstance(error, InputError) else "failed"


def _log_end(log: StudyLog, error: BaseException, state: StudyState) -> None:
    match error:
        case StoppedError():
            log.write("stopped", "stopped: somebody asked for it")
        case ModelcatError():
            log.write("failed" if state == "failed" else "stopped", f"{state}: {error.kind}: {error.message}")
        case Exception():
            log.write("failed", f"{state} by a defect: {type(error).__name__}: {error}")
            log.details(None, "".join(traceback.format_exception(error)))
        case _:
            log.write("stopped", "stopped: interrupted" if state == "stopped" else "interrupted, and back in the queue")
