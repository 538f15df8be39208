"""The baseline: a simple model that every study trains once and has to beat; `train` has none."""

from collections.abc import Mapping
from typing import Any

from catalog import registry
from catalog.contract import TrialResult
from catalog.errors import ModelcatError
from runner.engine.messages import Failed
from runner.study.session import Session, finite
from runner.study.task_loop import attempt_task

__all__ = ["train_baseline"]


def train_baseline(session: Session, known: Mapping[str, Any] | None) -> None:
    """Train the baseline that the study's plugin names, unless the store has it already.

    A baseline that fails costs the study its comparison, not its trials: the reason is recorded and reported.
    """
    key = session.request.baseline
    if key is None or (known is not None and "failure" not in known):
        return
    session.listener.phase("baseline", 1)
    session.listener.started("baseline", None)
    value: float | None = None
    outcome = _train(session, key)
    if isinstance(outcome, ModelcatError):
        baseline: dict[str, Any] = {"key": key, "failure": {"kind": outcome.kind, "reason": outcome.message}}
    else:
        metrics = finite(outcome.metrics)
        session.put_evaluation("baseline", outcome.evaluation)
        value = metrics.get(session.request.metric)
        baseline = {
            "key": key,
            "validation": metrics,
            "seconds": outcome.seconds,
            "model_dir": session.folders.relative(outcome.model_dir) if outcome.model_dir else None,
            "predictions": session.folders.relative(outcome.predictions) if outcome.predictions else None,
            **({"notes": list(outcome.notes)} if outcome.notes else {}),
        }
        for note in outcome.notes:
            session.listener.note(f"baseline: {note}")
    session.update(baseline=baseline)
    session.folders.settle("baseline")
    session.listener.ended("baseline", None, value)


def _train(session: Session, key: str) -> TrialResult | ModelcatError:
    try:
        registry.load(key)  # a missing plugin is an error here, not a failure of a worker
    except ModelcatError as error:
        session.listener.failed("baseline", error, "")
        return error
    task = session.training("baseline", session.setup({}, key), session.request.spec.study.seed)
    outcome = attempt_task(session, task, "baseline")
    if isinstance(outcome, Failed):
        return outcome.error
    result: TrialResult = outcome.value
    return result
