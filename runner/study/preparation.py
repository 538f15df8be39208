"""Prepares a study: a worker reads data and model, and the search space is settled by its findings."""

from collections.abc import Callable
from pathlib import Path

from catalog.contract import DataSummary
from catalog.errors import SpecError, StudyConflictError
from catalog.space import Range
from catalog.spec import Request
from runner.engine.engine import Engine
from runner.engine.messages import Done, Prepare
from runner.engine.single_tasks import run_alone
from runner.store.records import StudyRecord
from runner.study.inspection import check_metric
from runner.study.progress import Listener
from runner.study.session import Session, setup_of
from runner.study.space import from_json, to_json, widen
from runner.study.stored_study import data_fields, refuse_foreign, versions_of
from runner.study.task_calls import model_faults
from runner.study.task_loop import is_death, with_attempt_count

__all__ = ["prepare", "settle_space", "widened"]


def prepare(
    engine: Engine, request: Request, cache: Path, listener: Listener, check: Callable[[], None]
) -> DataSummary:
    """Have an idle worker read data and model; return what it found in the data.

    `check` is called at least once a second, and raises to end the preparation.

    Raises:
        ModelcatError: Data or model cannot be used.
    """
    listener.phase("preparing", 0)
    task, most = Prepare(setup_of(request, cache)), request.spec.study.max_retries
    attempt = 1
    while True:
        outcome = run_alone(engine, task, check=check)
        if isinstance(outcome, Done):
            check()
            data: DataSummary = outcome.value
            return data
        if not is_death(outcome.error) or attempt > most:
            break
        listener.retried("", outcome.error, outcome.details, f"{attempt} of {most}")
        attempt += 1
    error = with_attempt_count(outcome.error, attempt) if is_death(outcome.error) else outcome.error
    listener.failed("", error, outcome.details)
    raise error


def settle_space(session: Session, record: StudyRecord, data: DataSummary) -> dict[str, Range]:
    """Return the search space of a claimed study: the stored one, or else the request's, which is then stored.

    Raises:
        StudyConflictError: The study was made with other data, or its name is taken in Optuna's own tables.
        SpecError: The given configuration has no value for a field that is tuned.
    """
    if record.data:
        if record.data["fingerprint"] != data.fingerprint:
            raise StudyConflictError(
                f"study {record.study!r} was made with other data: its files have changed since; "
                "give the study another name"
            )
        return from_json(record.space)
    refuse_foreign(session.store, record.study)  # the study comes from the queue, and runs for the first time
    space = widened(session.request, data)
    session.update(space=to_json(space), **data_fields(session.request, data), versions=versions_of(record.key))
    return space


def widened(request: Request, data: DataSummary) -> dict[str, Range]:
    """Return the space, wide enough for the given configuration, which must have a value for each tuned field.

    Raises:
        SpecError: It has no value for a field.
        DataError: The metric is undefined on these data.
    """
    check_metric(request, data)
    with model_faults(request.model.key):
        given = request.model.tunable(request.config, data)
    for name in request.space:
        if name not in given:
            path = f"study.search_space.{name}"
            message = f"{path}: model_config has no value for it to start from; give model_config.{name} one"
            raise SpecError(message, field=path)
    return widen(request.space, given)
