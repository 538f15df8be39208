"""Runs a study from its spec to its verdict; the only writer of its records."""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from catalog.contract import DataSummary
from catalog.environment import environment_fault, is_environmental
from catalog.errors import (
    EnvironmentFaultError,
    InputError,
    MissingLibraryError,
    ModelcatError,
    StoppedError,
    StoreError,
    StudyConflictError,
    UnknownStudyError,
    UnreachableError,
    WorkError,
    clause,
)
from catalog.space import SearchSpace
from catalog.spec import Request
from runner.engine.engine import Engine
from runner.engine.interruption import check, held_back, is_urgent
from runner.engine.messages import Failed, Prepare, Subject
from runner.presentation.text import duration
from runner.store.patience import Patience
from runner.store.records import Lease, Mode, Owner, StudyRecord, StudyState
from runner.store.store import Store
from runner.study.baseline import train_baseline
from runner.study.closing import Ended, close_study
from runner.study.confirmation import GIVEN
from runner.study.distinct import size_of
from runner.study.driving import STOP_SECONDS, is_death
from runner.study.engines import engine_for
from runner.study.folders import StudyFolders
from runner.study.identity import Identity
from runner.study.inspection import changed_data
from runner.study.log import StudyLog
from runner.study.names import study_name
from runner.study.opening import check_same, facts_of, find_study, refuse_foreign, refuse_shared_folder, versions_of
from runner.study.place import Place
from runner.study.preparation import Preparation, preparing
from runner.study.preparing import tunable, widened
from runner.study.progress import Listener, Opened, Tee
from runner.study.search import Search, restart_time_limit
from runner.study.session import LEASE_TTL, Session
from runner.study.space import fitting_recipes, from_json, to_json

__all__ = ["run_study"]


def run_study(
    request: Request,
    place: Place,
    listener: Listener,
    mode: Mode = "study",
    *,
    lease: Lease | None = None,
    takeover: bool = False,
) -> StudyRecord:
    """Run a study to its end, going on where an earlier run stopped; return what the store now holds.

    A finished study is returned as it is. Of a new one nothing is written before data and model are known to be good;
    a known one is taken first, so that nobody else prepares it meanwhile.

    Args:
        request: The spec.
        place: Where it runs and is kept.
        listener: Is told how it goes, as the study's log is.
        mode: Whether it is a study or a single training.
        lease: Of a study that was claimed from the queue.
        takeover: Take it from another host, though that seems to run it still.

    Raises:
        StudyConflictError: The study exists with another spec or other data, or somebody runs it.
        StoppedError: Somebody asked that it stop; the study is left stopped, or is not there yet.
        EnvironmentFaultError: The machine is at fault; the study is left stopped, or in its queue.
        ModelcatError: Data, model or work failed; the study, once made, is left resumable.
        KeyboardInterrupt: It was interrupted; the study is left stopped, or in its queue.
    """
    name = study_name(request, mode)
    known = find_study(place.storage, name)
    if known is not None:
        if _is_done(known, request, mode):
            if (changed := changed_data(known, request, place.cache)) is not None:
                listener.note(changed)
            return known
        _refuse_fruitless(known, request)
    else:
        refuse_shared_folder(place.folder, name)
    log = StudyLog(place.folder_of(name), listener.note)
    told = Tee((listener, log))
    with held_back(), _faults_told(place), ExitStack() as stack:
        engine = engine_for(place, request, told.note)
        prepared, is_new = None, known is None
        if is_new:
            preparation = stack.enter_context(preparing(place, name))
            stack.enter_context(engine)
            told.phase("preparing", 0)
            prepared = _first_look(engine, request, place.cache, told, preparation)
            preparation.is_halted()
        patience = Patience(told.note, check)
        store = stack.enter_context(Store.open(place.storage, create=True, patience=patience))
        if prepared is not None and (known := _create(store, name, request, mode, prepared)) is not None:
            if _is_done(known, request, mode):
                return known
            prepared = None  # its data and its space are those that it was made with
        from_queue = lease is not None
        lease = lease or store.begin(name, Owner.this_process(), LEASE_TTL, takeover=takeover)
        record = store.study(name)
        if from_queue and record.restarts:
            times = f"{record.restarts} of {record.max_restarts} times"
            told.note(f"taken up again, {times}: whoever ran it had died, or met a fault of its machine")
        session = Session(
            study=name,
            request=request,
            store=store,
            lease=lease,
            engine=engine,
            folders=StudyFolders(place.folder_of(name), lease.epoch),
            listener=told,
            cache=place.cache,
            seconds_before=record.seconds,
            checkpoint_seconds=place.checkpoint_seconds,
            from_queue=from_queue,
        )
        with _left(session, log, known), nullcontext() if is_new else engine:
            _run(session, record, prepared or _prepare(session, record))
        return store.study(name)


def _is_done(known: StudyRecord, request: Request, mode: Mode) -> bool:
    """Tell whether a stored study has all that is asked for; StudyConflictError where it is another one."""
    check_same(known, request, mode)
    return known.state == "finished" and known.planned >= request.spec.study.trials


def _refuse_fruitless(known: StudyRecord, request: Request) -> None:
    """Raise the error again that ended a study of which nothing is left to be tried, before anything is prepared."""
    if known.is_fruitless and known.failure and (known.planned >= request.spec.study.trials or known.early_end):
        error = WorkError(known.failure["message"])
        error.kind = known.failure["kind"]  # type: ignore[misc]  # as the search raised it
        raise error


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What preparation found in the data, and the search space, wide enough to hold the given configuration."""

    data: DataSummary
    space: SearchSpace


def _first_look(
    engine: Engine, request: Request, cache: Path, listener: Listener, preparation: Preparation
) -> _Prepared:
    """Prepare a study that is not there yet."""
    given = request.config.model_dump(mode="json", exclude_unset=True)
    task = Prepare(Subject(request.plugin.key, given, request.dataset, cache))
    for attempt in range(request.spec.study.max_retries + 1):
        outcome = engine.run(task, halted=preparation.is_halted)
        if not isinstance(outcome, Failed):
            break
        if not is_death(outcome.error) or attempt == request.spec.study.max_retries:
            raise outcome.error
        listener.retried("", outcome.error, outcome.details, f"{attempt + 1} of {request.spec.study.max_retries}")
    data = cast("DataSummary", cast("Any", outcome).value)
    return _Prepared(data, widened(request, data))


def _create(store: Store, name: str, request: Request, mode: Mode, prepared: _Prepared) -> StudyRecord | None:
    """Make the study; return the one that somebody else has made of that name while this one was prepared, if any."""
    try:
        refuse_foreign(store, name)
        store.create_study(name, **facts_of(request, mode), space=to_json(prepared.space), data=asdict(prepared.data))
    except StudyConflictError:
        with suppress(UnknownStudyError):  # then it is a foreign one that is in the way
            return store.study(name)
        raise
    return None


def _prepare(session: Session, record: StudyRecord) -> _Prepared:
    """Prepare a study whose lease is held: one that goes on, or one that comes from the queue for the first time."""
    session.listener.phase("preparing", 0)
    data: DataSummary = session.do(Prepare(session.subject()))
    if record.data:
        if record.data["fingerprint"] != data.fingerprint:
            raise StudyConflictError(
                f"study {record.study!r} was made with other data: its files have changed since; "
                "give the study another name"
            )
        return _Prepared(data, from_json(record.space))
    refuse_foreign(session.store, record.study)
    space = widened(session.request, data)
    session.update(space=to_json(space), data=asdict(data), versions=versions_of(record.key))
    return _Prepared(data, space)


def _run(session: Session, record: StudyRecord, prepared: _Prepared) -> None:
    session.prepared = True
    planned, space = session.request.spec.study.trials, prepared.space
    extended = record.winner is not None and planned > record.winner.get("planned", record.planned)
    if extended:
        with session.store.explained():
            restart_time_limit(session)
        _extend(session, planned)
    session.update(planned=planned, spec=session.request.as_json())
    _announce(session, prepared.data, space)
    if record.winner is None or extended:  # else it was closed with the baseline as it is
        train_baseline(session, record.baseline)
    given = tunable(session.request, prepared.data)
    first = {name: given[name] for name in space if name in given}
    recipes = fitting_recipes(
        session.request.plugin.recipes(session.request.config), space, given, session.request.spec.study.trials
    )
    with session.store.explained():
        identity = Identity(session.request.plugin, prepared.data)
        search = Search(session, space, [first, *recipes], identity)
        session.listener.phase("search", search.left)
        search.run()
    close_study(session, Ended(prepared.data, identity, search.exhausted))


def _extend(session: Session, planned: int) -> None:
    """Give a finished study more trials; what was trained on fresh seeds is not trained again."""
    store, study, lease = session.store, session.study, session.lease
    trainings = store.confirmations(study)
    judged = [e for e in store.evaluations(study) if e.subject.startswith("confirm/") or e.subject == GIVEN]
    with session.together():
        store.extend(study, lease, planned)
        for training in trainings:
            store.put_confirmation(study, lease, training)
        for evaluation in judged:
            store.put_evaluation(study, lease, evaluation)


@contextmanager
def _left(session: Session, log: StudyLog, known: StudyRecord | None) -> Iterator[None]:
    """Give the lease back whatever happens inside the block, with a state that says what did; the log says it too."""
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
            raise  # whoever comes next finds this process gone, and all that was acknowledged
        if not isinstance(error, ModelcatError) or isinstance(error, StoppedError | StoreError | UnreachableError):
            # To end soon is what is wanted, or waiting was in vain.
            session.store.hurry(STOP_SECONDS if isinstance(error, StoppedError) else 0.0)
        # A lost lease: whoever has it now writes, not we. A lost database: a lease that nobody lives to renew ends too.
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


@contextmanager
def _faults_told(place: Place) -> Iterator[None]:
    """Turn what the machine is at fault for, before there is a study, into an error that says what to do."""
    try:
        yield
    except ModelcatError:
        raise
    except Exception as error:
        if (fault := environment_fault(error, (place.folder, place.cache))) is None:
            raise
        raise fault from error


def _explained(error: BaseException, session: Session) -> BaseException:
    """Return an error with what to do about the study, where the machine is at fault for it."""
    if isinstance(error, ModelcatError) and not isinstance(error, EnvironmentFaultError):
        return error  # it says itself what to do
    fault = environment_fault(error, (session.folders.root, session.cache))
    if fault is None:
        return error
    if session.from_queue and not isinstance(fault, MissingLibraryError):
        after = f"`modelcat worker` goes on with the queue, in which study {session.study!r} is again"
    else:
        after = f"`modelcat resume {session.study}` goes on with the study"
    return type(fault)(f"{clause(fault.message)}, then {after}: nothing has failed, and nothing that was told is lost")


def _state_after(error: BaseException, session: Session, known: StudyRecord | None) -> StudyState:
    """Say how a run that ended in an error leaves its study: what cannot even be prepared has failed."""
    if not session.prepared and known is not None and known.state == "finished":
        return "finished"  # more trials were wanted, and nothing of what there is was touched
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


def _announce(session: Session, data: DataSummary, space: Mapping[str, Any]) -> None:
    request = session.request
    notes = [
        f"{name} is tuned from {_bounds(space[name])}: wider than asked, to hold the given configuration"
        for name in space
        if name in request.space and space[name] != request.space[name]
    ]
    size = size_of(space)
    if size is not None and size < request.spec.study.trials:
        notes.append(f"the search space has {size:,} configurations, fewer than trials are planned")
    session.listener.opened(
        Opened(
            study=session.study,
            key=request.plugin.key,
            metric=request.metric,
            direction=request.direction,
            planned=request.spec.study.trials,
            data=data,
            trials=tuple(session.store.trials(session.study)),
            notes=tuple(notes),
        )
    )


def _bounds(range_: Any) -> str:
    entry = to_json({"": range_})[""]
    return ", ".join(map(str, entry["choices"])) if "choices" in entry else f"{entry['low']:g} to {entry['high']:g}"
