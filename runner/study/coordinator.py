"""Runs a study from its spec to its verdict; the only writer of its records."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

from catalog import registry
from catalog.contract import DataSummary
from catalog.errors import InputError, ModelcatError, SpecError, StudyConflictError, UnknownStudyError
from catalog.space import Range
from catalog.spec import Request
from catalog.study import Confirm, Study
from runner.engine.interruption import held_back
from runner.engine.local import LocalEngine
from runner.engine.messages import Failed, Prepare, Subject
from runner.store.records import Mode, Owner, StudyRecord
from runner.store.store import Store
from runner.study.baseline import train_baseline
from runner.study.closing import close_study
from runner.study.folders import StudyFolders
from runner.study.names import default_name, differences
from runner.study.progress import Listener, Opened
from runner.study.search import Search
from runner.study.session import LEASE_TTL, Session
from runner.study.space import fitting_recipes, from_json, to_json, widen

__all__ = ["Place", "as_training", "run_study", "study_name"]

_LIBRARIES = ("modelcat", "torch", "transformers", "datasets", "optuna", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study runs and is kept.

    Attributes:
        storage: Database URL.
        folder: Holds a folder for every study: models, predictions, checkpoints.
        cache: What may be lost: tokens, vocabularies.
        workers: Processes that train.
        debug: Show what the workers print.
    """

    storage: str
    folder: Path
    cache: Path
    workers: int = 1
    debug: bool = False


def study_name(request: Request, mode: Mode) -> str:
    """Return the name under which the store keeps this request."""
    return request.spec.study.name or default_name(request, mode)


def as_training(request: Request, name: str | None = None) -> Request:
    """Return the request of one training as given: a study of one trial, nothing tuned, nothing confirmed.

    `name` is its name in the store; made from model, data and spec if left out.
    """
    study = Study(name=name, trials=1, pruner="none", seed=request.spec.study.seed, confirm=Confirm(top=0, seeds=1))
    metric = next(iter(request.plugin.metrics))
    return replace(
        request,
        spec=request.spec.model_copy(update={"study": study}),
        metric=metric,
        direction=request.plugin.metrics[metric],
        space={},
    )


def run_study(request: Request, place: Place, listener: Listener, mode: Mode = "study") -> StudyRecord:
    """Run a study to its end, going on where an earlier run stopped; return what the store now holds.

    A finished study is returned as it is. Nothing is written before data and model are known to be good.

    Raises:
        StudyConflictError: The study exists with another spec or other data, or somebody runs it.
        ModelcatError: Data, model or work failed; the study, once made, is left resumable.
        KeyboardInterrupt: It was interrupted; the study is left stopped.
    """
    name = study_name(request, mode)
    known = _find(place.storage, name)
    if known is not None:
        _check_same(known, request, mode)
        if known.state == "finished" and known.planned >= request.spec.study.trials:
            return known
    with held_back(), LocalEngine(place.workers, debug=place.debug) as engine:
        listener.phase("preparing", 0)
        prepared = engine.run(Prepare(Subject(request.plugin.key, _given(request), request.dataset, place.cache)))
        if isinstance(prepared, Failed):
            raise prepared.error
        data = cast("DataSummary", cast("Any", prepared).value)
        if known is not None and known.data["fingerprint"] != data.fingerprint:
            raise StudyConflictError(
                f"study {name!r} was made with other data: its files have changed since; give the study another name"
            )
        space = _widened(request, data) if known is None else from_json(known.space)
        store = Store.open(place.storage, create=True)
        if known is None:
            _refuse_foreign(store, name)
            _create(store, name, request, mode, space=to_json(space), data=data)
        lease = store.acquire(name, Owner.this_process(), LEASE_TTL)
        record = store.study(name)
        session = Session(
            study=name,
            request=request,
            store=store,
            lease=lease,
            engine=engine,
            folders=StudyFolders(place.folder / name, lease.epoch),
            listener=listener,
            cache=place.cache,
            seconds_before=record.seconds,
            debug=place.debug,
        )
        _run(session, record, data, space)
        return store.study(name)


def _run(session: Session, record: StudyRecord, data: DataSummary, space: Mapping[str, Any]) -> None:
    planned = session.request.spec.study.trials
    extended = record.winner is not None and planned > record.planned
    try:
        if extended:
            session.store.extend(session.study, session.lease, planned)
        else:
            session.update(state="running", failure=None, planned=planned)
        _announce(session, data, space)
        if record.winner is None or extended:  # else it was closed with the baseline as it is
            train_baseline(session, record.baseline)
        given = _tunable(session.request, data)
        first = {name: given[name] for name in space if name in given}
        recipes = fitting_recipes(
            session.request.plugin.recipes(session.request.config), space, given, session.request.spec.study.trials
        )
        with session.store.explained():
            search = Search(session, space, [first, *recipes], extended=extended)
            session.listener.phase("search", search.left)
            search.run()
        close_study(session)
    except StudyConflictError:
        raise  # the lease is lost: whoever has it now writes, not we
    except ModelcatError as error:
        session.update(failure={"kind": error.kind, "message": error.message})
        session.store.release(session.study, session.lease, "stopped" if isinstance(error, InputError) else "failed")
        raise
    except BaseException:
        session.update()
        session.store.release(session.study, session.lease, "stopped")
        raise
    session.store.release(session.study, session.lease, "finished")


def _announce(session: Session, data: DataSummary, space: Mapping[str, Any]) -> None:
    request = session.request
    notes = [
        f"{name} is tuned from {_bounds(space[name])}: wider than asked, to hold the given configuration"
        for name in space
        if name in request.space and space[name] != request.space[name]
    ]
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


def _find(storage: str, name: str) -> StudyRecord | None:
    if not Store.exists(storage):
        return None
    try:
        return Store.open(storage, create=True).study(name)  # a run may upgrade what an older modelcat made
    except UnknownStudyError:
        return None


def _check_same(known: StudyRecord, request: Request, mode: Mode) -> None:
    if known.mode != mode:
        raise StudyConflictError(
            f"{known.study!r} is a {'single training' if known.mode == 'train' else 'study'}; use another study.name",
            field="study.name",
        )
    changed = differences(known.spec, request.as_json())
    if request.spec.study.trials < known.planned:
        changed.append(
            f"study.trials: {known.planned} in the store, {request.spec.study.trials} here (it can only grow)"
        )
    if changed:
        lines = "\n".join(f"  {line}" for line in changed)
        raise StudyConflictError(
            f"study {known.study!r} exists with a different spec; give this one another study.name:\n{lines}",
            field=changed[0].partition(":")[0],
        )


def _widened(request: Request, data: DataSummary) -> dict[str, Range]:
    """Return the space, wide enough for the given configuration, which must have a value for all that is tuned."""
    given = _tunable(request, data)
    for name in request.space:
        if name not in given:
            path = f"study.search_space.{name}"
            message = f"{path}: model_config has no value for it to start from; give model_config.{name} one"
            raise SpecError(message, field=path)
    return widen(request.space, given)


def _refuse_foreign(store: Store, name: str) -> None:
    """Refuse a name that a study has which Optuna's tables hold and ours do not: it is somebody else's."""
    from optuna.study import get_all_study_names

    with store.explained():
        names = get_all_study_names(store.optuna_storage())
    if name in names:
        raise StudyConflictError(
            f"the database holds an Optuna study {name!r} that modelcat did not make; give this one another study.name",
            field="study.name",
        )


def _create(
    store: Store, name: str, request: Request, mode: Mode, *, space: Mapping[str, Any], data: DataSummary
) -> None:
    store.create_study(
        study=name,
        key=request.plugin.key,
        mode=mode,
        spec=request.as_json(),
        base=str(request.folder),
        space=space,
        data=asdict(data),
        metric=request.metric,
        direction=request.direction.value,
        planned=request.spec.study.trials,
        versions=_versions(request.plugin.key),
    )


def _given(request: Request) -> dict[str, Any]:
    return request.config.model_dump(mode="json", exclude_unset=True)


def _tunable(request: Request, data: DataSummary) -> dict[str, Any]:
    return dict(request.plugin.tunable(request.config, data))


def _versions(key: str) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:  # an optional one
            continue
    entry = next((entry for entry in registry.entries() if entry.key == key), None)
    if entry is not None:
        found[entry.distribution] = entry.version
    return found
