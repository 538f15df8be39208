"""Studies, trials and evaluations as JSON; the shapes are fixed, so that scripts can rely on them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation
from runner.store.files import path_inside
from runner.store.records import EpochRecord, StudyRecord, TrialRecord

__all__ = [
    "epoch_line",
    "evaluation_answer",
    "rows_per_second",
    "study_answer",
    "study_line",
    "trained_answer",
    "trial_answer",
    "trial_line",
]


def study_answer(record: StudyRecord, folder: Path) -> dict[str, Any]:
    """Return the answer of ``run`` and ``resume``; `folder` is the study's own."""
    best = record.best
    return {
        "study": record.study,
        "state": record.effective_state(datetime.now(UTC)),
        "positive": record.metrics_of_class,
        "trials": _counts(record),
        "best": None
        if best is None
        else {"number": best.number, "params": dict(best.params), "metrics": dict(best.metrics)},
        "verdict": _verdict(record.verdict),
        "test": None if record.test is None else dict(record.test),
        "baseline": _baseline(record.baseline),
        "model_dir": _model_dir(record, folder),
        "seconds": record.seconds,
        "early_end": dict(record.early_end) if record.early_end else None,
    }


def study_line(record: StudyRecord) -> dict[str, Any]:
    """Return a study as ``studies`` lists it."""
    best = record.best
    return {
        "study": record.study,
        "title": record.title,
        "key": record.key,
        "state": record.effective_state(datetime.now(UTC)),
        "metric": record.metric,
        "direction": record.direction,
        "positive": record.metrics_of_class,
        "best": None
        if best is None
        else {
            "number": best.number,
            "value": best.value,
            "metric": record.metric,
            "positive": record.metrics_of_class,
        },
        "baseline": None if (baseline := _baseline_value(record)) is None else {"value": baseline},
        "trials": _counts(record) | {"running": record.trials.running},
        "planned": record.planned,
        "seconds": record.seconds,
        "created": record.created.isoformat(),
        "updated": record.updated.isoformat(),
        "failure": dict(record.failure) if record.failure else None,
        "early_end": dict(record.early_end) if record.early_end else None,
    }


def _baseline_value(record: StudyRecord) -> float | None:
    """Return the baseline's value of the study's metric on validation; None if there is none."""
    measured = (record.baseline or {}).get("validation")
    value = measured.get(record.metric) if isinstance(measured, Mapping) else None
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)


def trial_line(record: TrialRecord, positive: str | None) -> dict[str, Any]:
    """Return a trial as ``trials`` lists it; `positive` is the class to which some of its metrics refer."""
    return {
        "number": record.number,
        "state": record.state,
        "origin": record.origin,
        "params": dict(record.params),
        "value": record.value,
        "metrics": dict(record.metrics),
        "positive": positive,
        "seconds": record.seconds,
        "started": record.started.isoformat() if record.started else None,
        "finished": record.finished.isoformat() if record.finished else None,
        "failure": dict(record.failure) if record.failure else None,
        "reused_from": record.reused_from,
    }


def trial_answer(
    record: TrialRecord, history: list[EpochRecord], judged: Evaluation | None, positive: str | None
) -> dict[str, Any]:
    """Return one trial with all its details; `judged` is the evaluation of its kept epoch on validation."""
    return trial_line(record, positive) | {
        "speed": dict(record.speed),
        "notes": list(record.notes),
        "history": [_epoch(epoch) for epoch in history],
        "evaluation": None if judged is None else evaluation_answer(judged, positive),
    }


def trained_answer(record: StudyRecord, trial: TrialRecord, history: list[EpochRecord], folder: Path) -> dict[str, Any]:
    """Return the answer of ``train``; its seconds are those of the training loop."""
    return {
        "metrics": dict(trial.metrics),
        "positive": record.metrics_of_class,
        "test": None if record.test is None else dict(record.test),
        "history": [_epoch(epoch) for epoch in history],
        "model_dir": _model_dir(record, folder),
        "seconds": trial.speed.get("training_seconds"),
        "tokens_per_second": trial.speed.get("tokens_per_second"),
        "examples_per_second": trial.speed.get("examples_per_second"),
    }


def evaluation_answer(evaluation: Evaluation, positive: str | None) -> dict[str, Any]:
    """Return an evaluation as JSON, without its file of predictions; `positive` as for `trial_line`."""
    return {
        **evaluation.details,
        "positive": positive,
        "rows": evaluation.rows,
        "metrics": dict(evaluation.metrics),
        "intervals": {name: list(interval) for name, interval in evaluation.intervals.items()},
        "seconds": evaluation.seconds,
        "rows_per_second": rows_per_second(evaluation),
    }


def rows_per_second(evaluation: Evaluation) -> float | None:
    """Return how many rows per second were predicted; None if it was not measured."""
    return evaluation.rows / evaluation.seconds if evaluation.seconds > 0 else None


def _counts(record: StudyRecord) -> dict[str, int]:
    return {"complete": record.trials.complete, "pruned": record.trials.pruned, "failed": record.trials.failed}


def _verdict(verdict: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the verdict without the parts that its sentence is made of."""
    if verdict is None:
        return None
    return {name: value for name, value in verdict.items() if name != "statements"}


def _baseline(baseline: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the baseline with its test metrics first, as in the winner."""
    if baseline is None:
        return None
    shown = {"key": baseline["key"], **(baseline.get("test") or {})}
    return shown | {name: baseline[name] for name in ("validation", "seconds", "failure", "notes") if name in baseline}


def _model_dir(record: StudyRecord, folder: Path) -> str | None:
    if record.model_dir is None:
        return None
    return str(path_inside(folder, record.model_dir).absolute())


def epoch_line(epoch: EpochRecord) -> dict[str, Any]:
    """Return a measurement with all its details."""
    return _epoch(epoch) | {"progress": epoch.progress, "train_metrics": dict(epoch.train_metrics)}


def _epoch(epoch: EpochRecord) -> dict[str, Any]:
    return {
        "epoch": epoch.epoch,
        "train_loss": epoch.train_loss,
        "metrics": dict(epoch.metrics),
        "learning_rate": epoch.learning_rate,
        "seconds": epoch.seconds,
    }
