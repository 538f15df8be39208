"""Runs a study from its spec to its verdict; the only writer of its records.

A run is one state machine: find → prepare → claim → search → close → release. A new study is claimed after it is
prepared: nothing of it is stored before its data and model are known to be good. A stored one is claimed before it is
prepared, so that no other process prepares it at the same time.
"""

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from catalog.contract import DataSummary
from catalog.contract.data import data_to_json
from catalog.errors import StudyConflictError, UnknownStudyError, WorkError
from catalog.space import SearchSpace
from catalog.spec import Request
from runner.engine.engine import Engine
from runner.engine.interruption import check, held_back
from runner.presentation.data import facts_about
from runner.store.database_retry import DatabaseRetry
from runner.store.records import Lease, Mode, Owner, StudyRecord
from runner.store.store import Store
from runner.study.baseline import train_baseline
from runner.study.closing import close_study
from runner.study.confirmation import GIVEN
from runner.study.distinct import size_of
from runner.study.folders import StudyFolders
from runner.study.identity import ConfigIdentity, study_name
from runner.study.inspection import changed_data
from runner.study.log import StudyLog
from runner.study.preparation import prepare, settle_space, widened
from runner.study.preparation_marker import mark_preparation
from runner.study.progress import Listener, Opened, broadcast
from runner.study.release import explain_faults, release_on_exit
from runner.study.search import Search, restart_time_limit
from runner.study.session import LEASE_TTL, Session
from runner.study.space import fitting_recipes, to_json
from runner.study.stored_study import (
    check_same,
    data_fields,
    facts_of,
    find_study,
    refuse_foreign,
    refuse_shared_folder,
)
from runner.study.task_calls import model_faults
from runner.study.winner import SearchResult
from runner.study.workspace import Workspace, engine_for

__all__ = ["run_study"]


def run_study(
    request: Request,
    workspace: Workspace,
    listener: Listener,
    mode: Mode = "study",
    *,
    lease: Lease | None = None,
    takeover: bool = False,
) -> StudyRecord:
    """Run a study to its end, from where an earlier run stopped; return its record in the store.

    A finished study is returned as it is.

    Args:
        request: The spec.
        workspace: Where it runs and where it is stored.
        listener: Gets the events of the run, as the study's log does.
        mode: Whether it is a study or a single training.
        lease: Of a study that was claimed from the queue.
        takeover: Take the lease from another host, even if that host still seems to run the study.

    Raises:
        StudyConflictError: The study exists with another spec or other data, or another process runs it.
        StoppedError: It was asked to stop; the study is left stopped, or is not stored yet.
        EnvironmentFaultError: The machine is at fault; the study is left stopped, or in its queue.
        ModelcatError: Data, model or work failed; the study, if it is stored, is left resumable.
        KeyboardInterrupt: It was interrupted; the study is left stopped, or in its queue.
    """
    run = _Run(request, workspace, mode, study_name(request, mode))
    known = _find(run)
    if known is not None and _is_complete(known, request):
        if (changed := changed_data(known, request, workspace.cache)) is not None:
            listener.note(changed)
        return known
    log = StudyLog(workspace.folder_of(run.name), listener.note)
    listeners = broadcast(listener, log)
    with held_back(), explain_faults(workspace), ExitStack() as resources:
        engine = engine_for(workspace, request, listeners.note)
        data: DataSummary | None = None
        if known is None:
            resources.enter_context(engine)
            with mark_preparation(workspace, run.name) as marker:
                data = prepare(engine, request, workspace.cache, listeners, marker.check)
            space = widened(request, data)
        store = resources.enter_context(
            Store.open(workspace.storage, create=True, retry=DatabaseRetry(listeners.note, check))
        )
        if data is not None:
            known = _create(run, store, data, space)
            if known is not None and _is_complete(known, request):
                return known
        session = _claim(run, store, engine, listeners, lease=lease, takeover=takeover)
        with release_on_exit(session, log, known):
            if data is None:
                resources.enter_context(engine)
                data = prepare(engine, request, workspace.cache, listeners, session.heartbeat)
            result = _search(session, data)
            close_study(session, result)
        return store.study(run.name)


@dataclass(frozen=True, slots=True)
class _Run:
    """The arguments of a run; `name` is the study's name in the store."""

    request: Request
    workspace: Workspace
    mode: Mode
    name: str


def _find(run: _Run) -> StudyRecord | None:
    """Return the stored study of that name; None if the study is new.

    Raises:
        StudyConflictError: The stored study is another one, or another study has its folder.
        WorkError: It has nothing left to try: the error that ended it is raised again.
    """
    known = find_study(run.workspace.storage, run.name)
    if known is None:
        refuse_shared_folder(run.workspace.folder, run.name)
        return None
    check_same(known, run.request, run.mode)
    if known.is_fruitless and known.failure and (known.planned >= run.request.spec.study.trials or known.early_end):
        error = WorkError(known.failure["message"])
        error.kind = known.failure["kind"]  # type: ignore[misc]  # the kind that the search raised
        raise error
    return known


def _is_complete(known: StudyRecord, request: Request) -> bool:
    """Return whether a stored study has all that the request asks for."""
    return known.state == "finished" and known.planned >= request.spec.study.trials


def _create(run: _Run, store: Store, data: DataSummary, space: SearchSpace) -> StudyRecord | None:
    """Store a new study; if another process has made one of that name meanwhile, return that one."""
    try:
        refuse_foreign(store, run.name)
        known_fields = {**facts_of(run.request, run.mode), **data_fields(run.request, data)}
        store.create_study(run.name, **known_fields, space=to_json(space))
    except StudyConflictError:
        with suppress(UnknownStudyError):  # then a foreign study has the name
            known = store.study(run.name)
            check_same(known, run.request, run.mode)
            return known
        raise
    return None


def _claim(
    run: _Run, store: Store, engine: Engine, listener: Listener, *, lease: Lease | None, takeover: bool
) -> Session:
    """Take the lease of a stored study, unless a worker of the queue has taken it already."""
    from_queue = lease is not None
    lease = lease or store.begin(run.name, Owner.this_process(), LEASE_TTL, takeover=takeover)
    record = store.study(run.name)
    if from_queue and record.restarts:
        times = f"{record.restarts} of {record.max_restarts} times"
        listener.note(f"taken up again, {times}: whoever ran it had died, or met a fault of its machine")
    return Session(
        study=run.name,
        request=run.request,
        store=store,
        lease=lease,
        engine=engine,
        folders=StudyFolders(run.workspace.folder_of(run.name), lease.epoch),
        listener=listener,
        cache=run.workspace.cache,
        seconds_before=record.seconds,
        checkpoint_seconds=run.workspace.checkpoint_seconds,
        from_queue=from_queue,
    )


def _search(session: Session, data: DataSummary) -> SearchResult:
    """Train the baseline, then make the remaining trials."""
    record, request = session.store.study(session.study), session.request
    space = settle_space(session, record, data)
    session.prepared = True
    planned = request.spec.study.trials
    extended = record.winner is not None and planned > record.winner.get("planned", record.planned)
    if extended:
        with session.store.explained():
            restart_time_limit(session)
        _extend(session, planned)
    session.update(planned=planned, spec=request.as_json())
    _announce(session, data, space)
    # `train` has no comparison; a study with a winner was closed with its baseline as it is.
    if record.mode != "train" and (record.winner is None or extended):
        train_baseline(session, record.baseline)
    with model_faults(request.model.key):
        given = request.model.tunable(request.config, data)
        first = {name: given[name] for name in space if name in given}
        recipes = fitting_recipes(request.model.recipes(request.config), space, given, planned)
    identity = ConfigIdentity(request.model, data)
    with session.store.explained():
        search = Search(session, space, [first, *recipes], identity)
        session.listener.phase("search", search.left)
        search.run()
    return SearchResult(data, identity, search.exhausted)


def _extend(session: Session, planned: int) -> None:
    """Give a finished study more trials; confirmation trainings on fresh seeds are not repeated."""
    store, study, lease = session.store, session.study, session.lease
    trainings = store.confirmations(study)
    judged = [e for e in store.evaluations(study) if e.subject.startswith("confirm/") or e.subject == GIVEN]
    with session.transaction():
        store.extend(study, lease, planned)
        for training in trainings:
            store.put_confirmation(study, lease, training)
        for evaluation in judged:
            store.put_evaluation(study, lease, evaluation)


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
            key=request.model.key,
            metric=session.store.study(session.study).tuned,
            planned=request.spec.study.trials,
            data=data,
            facts=facts_about(request.task, data_to_json(data)),
            trials=tuple(session.store.trials(session.study)),
            notes=tuple(notes),
        )
    )


def _bounds(range_: Any) -> str:
    entry = to_json({"": range_})[""]
    return ", ".join(map(str, entry["choices"])) if "choices" in entry else f"{entry['low']:g} to {entry['high']:g}"
