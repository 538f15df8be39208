"""The queue: any process puts studies into it, and workers run them one after the other."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from catalog.environment import environment_fault, is_environmental
from catalog.errors import (
    InputError,
    MissingLibraryError,
    ModelcatError,
    StoppedError,
    StoreError,
    StudyConflictError,
    UnknownStudyError,
    UnreachableError,
    WorkError,
)
from catalog.spec import Request
from runner.engine.interruption import check, held_back, is_urgent
from runner.store.database_retry import DatabaseRetry
from runner.store.records import Lease, Mode, Owner, StudyRecord
from runner.store.requests import refuse_to_queue
from runner.store.store import Store
from runner.study.identity import study_name
from runner.study.log import StudyLog
from runner.study.progress import Listener
from runner.study.session import LEASE_TTL
from runner.study.stored_study import (
    check_same,
    facts_of,
    find_study,
    refuse_foreign,
    refuse_shared_folder,
    stored_request,
)
from runner.study.workers import WorkerRegistration
from runner.study.workspace import Workspace

__all__ = ["check_submittable", "submit", "work"]

#: Seconds between two reads of an empty queue.
_LOOK_SECONDS = 0.5


def submit(request: Request, workspace: Workspace, mode: Mode = "study") -> StudyRecord:
    """Put a study into the queue, and make the database if there is none; return the study's record in the store.

    A study of the same spec that stopped or failed goes back into the queue; a larger ``study.trials`` extends a
    finished one. Data and model are not checked before a worker prepares them.

    Raises:
        StudyConflictError: The study exists with another spec, is queued already, is running, or has nothing left to
            do.
        StoreError: The database cannot be used.
    """
    name = study_name(request, mode)
    known = find_study(workspace.storage, name)
    with Store.open(workspace.storage, create=True) as store:
        if known is None:
            refuse_foreign(store, name)
            refuse_shared_folder(workspace.folder, name)
            store.enqueue(name, **facts_of(request, mode))
        else:
            check_same(known, request, mode)
            store.requeue(name, planned=request.spec.study.trials)
        return store.study(name)


def check_submittable(store: Store, request: Request, mode: Mode = "study") -> None:
    """Check, without writing anything, that `submit` would put a study into the queue.

    Raises:
        StudyConflictError: As `submit` raises it.
    """
    name = study_name(request, mode)
    try:
        known = store.study(name)
    except UnknownStudyError:
        refuse_foreign(store, name)
        return
    check_same(known, request, mode)
    if known.lease is not None and known.lease.held_by_living(datetime.now(UTC)):
        raise StudyConflictError(f"study {name!r} is being run by {known.lease.owner}", field="study.name")
    refuse_to_queue(known, request.spec.study.trials)


def work(
    workspace: Workspace,
    listen: Callable[[StudyRecord], Listener],
    *,
    idle: float | None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[StudyRecord]:
    """Run the studies of the queue, one at a time, whatever happens to each; return them as they were left.

    Any number of workers on any number of machines may do so at once: each study runs in one of them. A study whose
    worker has died, and which was not asked to stop, is taken up again, at most `study.max_retries` times.

    Args:
        workspace: Of the queue.
        listen: Returns the listener for a study that is about to run.
        idle: Seconds with an empty queue after which to end; None: never.
        tell: Takes a line about the queue itself, such as that it waits for its database.

    Raises:
        StoreError: The database cannot be used.
        EnvironmentFaultError: The machine is at fault; the study that met the fault is back in the queue.
        KeyboardInterrupt: It was interrupted; the running study is back in the queue, where the others still wait.
    """
    done: list[StudyRecord] = []
    registration = WorkerRegistration(workspace)
    with held_back(), Store.open(workspace.storage, create=True, retry=DatabaseRetry(tell, check)) as store:
        registration.register()
        try:
            since = time.monotonic()
            while True:
                check()
                # Read first: a claim takes the database's write lock, which running studies need.
                taken = _take(store) if store.has_work() else None
                if taken is not None:
                    done.append(_run(store, workspace, *taken, listen))
                    since = time.monotonic()
                elif (
                    idle is not None
                    and time.monotonic() - since >= idle
                    and registration.deregister(lambda: not store.has_work())
                ):
                    return done
                else:
                    time.sleep(_LOOK_SECONDS)
        finally:
            with suppress(StoreError, UnreachableError):  # a process that has ended counts as removed from the list
                registration.deregister()


def _take(store: Store) -> tuple[StudyRecord, Lease | None] | None:
    """Claim the next study; None if there is none, or if the server was lost: the next read then waits for it."""
    try:
        return store.claim(Owner.this_process(), LEASE_TTL)
    except UnreachableError:
        return None


def _run(
    store: Store,
    workspace: Workspace,
    record: StudyRecord,
    lease: Lease | None,
    listen: Callable[[StudyRecord], Listener],
) -> StudyRecord:
    """Run one study; return how it was left. A study without a lease has failed before it could run."""
    from runner.study.coordinator import run_study  # imports Optuna, which a process that only submits does not need

    listener = listen(record)
    if lease is None:
        failure = record.failure or {}
        kind, message = failure.get("kind", ""), failure.get("message", "")
        listener.note(f"{kind}: {message}")
        with suppress(InputError):  # no folder can have its name
            _log_failure(workspace, record.study, kind, message)
        return record
    try:
        request, mode = stored_request(workspace, record.study)
        return run_study(request, workspace, listener, mode, lease=lease)
    except StoppedError as error:
        listener.note(error.message)
    except KeyboardInterrupt:
        if not is_urgent():
            with suppress(StudyConflictError, StoreError, UnreachableError):  # usually it was given back already
                store.put_back(record.study, lease, counted=False)
        raise
    except Exception as error:  # noqa: BLE001 -- a defect that one study meets must not end the worker of the others
        reported = _as_modelcat_error(workspace, error)
        listener.note(f"{reported.kind}: {reported.message}")
        _release_unstarted(store, workspace, record.study, lease, reported)
        if _affects_all_studies(reported):
            raise reported from (error.__cause__ if reported is error else error)
    try:
        return store.study(record.study)
    except UnknownStudyError:  # it was deleted as soon as it no longer ran
        return replace(record, state="stopped", lease=None)


def _as_modelcat_error(workspace: Workspace, error: Exception) -> ModelcatError:
    """Return an error as one that has a kind and a message for users."""
    if isinstance(error, ModelcatError):
        return error
    fault = environment_fault(error, (workspace.folder, workspace.cache))
    return fault or WorkError(f"unexpected {type(error).__name__}: {error}")


def _affects_all_studies(error: ModelcatError) -> bool:
    """Return whether an error affects all studies of the queue: a fault of the machine, but not a missing library."""
    return is_environmental(error) and not isinstance(error, MissingLibraryError)


def _release_unstarted(store: Store, workspace: Workspace, study: str, lease: Lease, error: ModelcatError) -> None:
    """Release the lease of a study that could not even begin; a run that began has done so already."""
    if _affects_all_studies(error):
        with suppress(StudyConflictError, StoreError, UnreachableError):
            store.put_back(study, lease, counted=True)
        return
    # The lease is lost, no folder can have the study's name, or its log cannot be written.
    with suppress(StudyConflictError, InputError, OSError):
        store.update_study(study, lease, failure={"kind": error.kind, "message": error.message})
        store.release(study, lease, "failed")
        _log_failure(workspace, study, error.kind, error.message)


def _log_failure(workspace: Workspace, study: str, kind: str, message: str) -> None:
    log = StudyLog(workspace.folder_of(study), lambda _: None)
    log.begin()
    log.write("failed", f"failed: {kind}: {message}")
    log.close()
