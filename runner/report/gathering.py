"""Reads the `Results` of a study from the store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from catalog import registry
from catalog.contract.capabilities import CountsRules, FindsChanges
from catalog.contract.diagnosis import Diagnosis
from catalog.errors import InputError, ModelcatError
from catalog.schema import parameters_of
from catalog.statement import Statement, from_json
from runner.presentation.data import facts_about
from runner.report.results import Calibration, Flips, Results
from runner.store.evaluation_records import evaluation_of
from runner.store.records import StudyRecord
from runner.store.store import Store
from runner.study.charts import read_snapshot
from runner.study.task_figures import data_figures, main_subject, task_figures

__all__ = ["gather"]

Kind = TypeVar("Kind")


def gather(store: Store, study: str, diagnoses: Sequence[Diagnosis] | None = None) -> Results:
    """Return all that is known about a study.

    Args:
        store: The store that holds the study.
        study: Name of the study.
        diagnoses: What the rules of its task found; None if no rules were applied.

    Raises:
        UnknownStudyError: There is no study of that name; the message names the nearest.
        InputError: No trial of the study is complete.
    """
    snapshot = read_snapshot(store, study)
    record = snapshot.record
    if not any(trial.state == "complete" for trial in snapshot.trials.values()):
        if record.is_fruitless:
            raise InputError(
                f"study {study!r} has no complete trial, so there is nothing to report: {record.failure_clause}"
            )
        raise InputError(
            f"study {study!r} has no complete trial yet ({_states(record)}): there is nothing to report; "
            f"modelcat resume {study} goes on with it"
        )
    model, task = _installed(registry.load, record.key), _installed(registry.load_task, record.key)
    main, insights, unreadable = main_subject(snapshot), snapshot.insights, set[str]()
    failures = {name: found["failure"] for name, found in insights.items() if "failure" in found}

    def insight(name: str, kind: type[Kind]) -> Kind | None:
        if name not in insights or name in failures:
            return None
        try:
            return TypeAdapter(kind).validate_python(insights[name])
        except ValidationError:  # of another version: its section says so
            unreadable.add(name)
            return None

    flips = {name: insight(f"flips/{name}", Flips) for name in ("given", "baseline")}
    return Results(
        snapshot=snapshot,
        state=record.effective_state(snapshot.now),
        confirmations=tuple(store.confirmations(study)),
        evaluations={(e.subject, e.split): evaluation_of(e) for e in snapshot.evaluations},
        task=task.summary if task else None,
        facts=facts_about(task, record.data) if task else (),
        data_figures=data_figures(record),
        figures=() if main is None else task_figures(snapshot, *main),
        verdict=_statements(record.verdict),
        calibration=insight("calibration", Calibration),
        flips={name: found for name, found in flips.items() if found is not None},
        diagnoses=tuple(diagnoses or ()),
        diagnosed=diagnoses is not None,
        model=model,
        card=model.card() if model else None,
        parameters=tuple(parameters_of(model)) if model else (),
        compares=task is None or isinstance(task, FindsChanges),
        rules=task.rule_count if isinstance(task, CountsRules) else None,
        made=snapshot.now,
        unreadable=frozenset(unreadable),
        failures={name: str(failure.get("reason", "")) for name, failure in failures.items()},
    )


def _states(record: StudyRecord) -> str:
    counts = record.trials
    return f"{counts.running} running, {counts.pruned} pruned, {counts.failed} failed"


def _statements(verdict: Mapping[str, Any] | None) -> tuple[Statement, ...]:
    """Return the sentences of a verdict that can be translated; none if any of them is malformed."""
    try:
        return tuple(from_json(stored) for stored in (verdict or {}).get("statements") or ())
    except (ValueError, AttributeError):
        return ()


def _installed(load: Callable[[str], Kind], key: str) -> Kind | None:
    """Return a task or a model; None if it is not installed here: a study may outlive its plugin."""
    try:
        return load(key)
    except ModelcatError:
        return None
