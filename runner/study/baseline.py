"""The baseline: a simple model that every study trains once, to be beaten."""

from collections.abc import Mapping
from typing import Any

from catalog import registry
from catalog.contract import TrialResult
from catalog.errors import LostWorkerError, ModelcatError, StoppedError
from runner.engine.messages import Train
from runner.study.session import Session, finite

__all__ = ["train_baseline"]


def train_baseline(session: Session, known: Mapping[str, Any] | None) -> None:
    """Train the baseline that the study's plugin names, unless the store has it already.

    A baseline that fails costs the study its yardstick, not its trials: the reason is recorded and told.
    """
    key = session.request.plugin.baseline
    wanted = session.request.spec.study.trials > 1
    if key is None or not wanted or (known is not None and "failure" not in known):
        return
    session.listener.phase("baseline", 1)
    session.listener.started("baseline", None)
    value: float | None = None
    try:
        result: TrialResult = session.do(_task(session, key), "baseline")
        metrics = finite(result.metrics)
        session.judged("baseline", result.evaluation)
        value = metrics.get(session.request.metric)
        baseline = {
            "key": key,
            "validation": metrics,
            "seconds": result.seconds,
            "model_dir": session.folders.relative(result.model_dir) if result.model_dir else None,
            "predictions": session.folders.relative(result.predictions) if result.predictions else None,
        }
    except (LostWorkerError, StoppedError):
        raise
    except ModelcatError as error:
        baseline = {"key": key, "failure": {"kind": error.kind, "reason": error.message}}
    session.update(baseline=baseline)
    session.folders.settle("baseline")
    session.listener.ended("baseline", None, value)


def _task(session: Session, key: str) -> Train:
    try:
        registry.load(key)  # a missing plugin is told here, not as a failure of a worker
    except ModelcatError as error:
        session.listener.failed("baseline", error, "")
        raise
    return session.training("baseline", session.subject({}, key), session.request.spec.study.seed)
