"""The events of a running study as lines of English: the narration on stderr and the study's log use the same lines."""

from catalog.contract import EpochMetrics
from catalog.errors import ModelcatError
from catalog.metric import Metric
from runner.presentation.data import columns_line, read_line
from runner.presentation.english import english
from runner.presentation.labels import STATE_SIGNS
from runner.presentation.metrics import metric_phrase, metric_value
from runner.presentation.text import duration, params
from runner.store.records import TrialRecord
from runner.study.progress import Opened

__all__ = [
    "ended_line",
    "failed_line",
    "measured_line",
    "measurement",
    "named",
    "opened_lines",
    "phase_line",
    "retried_line",
    "started_line",
]

_PHASES = {
    "preparing": "preparing data and model",
    "baseline": "training the baseline",
    "search": "searching",
    "confirmation": "confirming on fresh seeds",
    "test": "judging on the test split",
    "insights": "looking closer",
}


def opened_lines(opened: Opened) -> list[str]:
    """Return the lines for the start of a study: its name, and what was found in the data."""
    data = opened.data
    rows = ", ".join(f"{count:,} {split}" for split, count in data.rows.items())
    tuned = metric_phrase(opened.metric)
    lines = [
        f"study {opened.study} ({opened.key}), {opened.planned} trials, tuned for {tuned} on validation",
        f"data {data.name}: {rows} rows",
        *(f"  {english(fact.name)}: {english(fact.text)}" for fact in opened.facts),
        *([f"  columns: {line}"] if (line := columns_line(data.columns)) is not None else []),
        *([f"  read: {read_line(data)}"] if data.counts else []),
        *(f"  note: {note}" for note in (*data.notes, *opened.notes)),
    ]
    made = [trial for trial in opened.trials if trial.state != "running"]
    if made:
        lines.append(f"going on: {len(made)} trials are finished already")
    return lines


def phase_line(name: str, trainings: int) -> str:
    """Return the line for the phase that begins."""
    return _PHASES.get(name, name) + (f" ({trainings} trainings)" if trainings > 1 else "")


def started_line(training: str, record: TrialRecord) -> str:
    """Return the line with the parameters of a trial."""
    return f"{named(training)} ({record.origin}): {params(record.params) or 'as given'}"


def measured_line(metric: Metric, training: str, metrics: EpochMetrics) -> str:
    """Return the line of a measurement, with the name of its training."""
    return f"{named(training)}, {measurement(metric, metrics)}"


def measurement(metric: Metric, metrics: EpochMetrics) -> str:
    """Return the text of a measurement."""
    loss = metrics.metrics.get("loss")
    shown = f"{metric_phrase(metric)} {metric_value(metric, metrics.metrics.get(metric.name))}"
    validation = f", validation loss {loss:.4f}" if loss is not None else ""
    return f"epoch {metrics.epoch:.4g}: {shown}, training loss {metrics.train_loss:.4f}{validation}"


def ended_line(metric: Metric, training: str, record: TrialRecord | None, value: float | None) -> str:
    """Return the line for how a training ended."""
    state = record.state if record is not None else "complete" if value is not None else "failed"
    took = f" in {duration(record.seconds)}" if record is not None and record.seconds is not None else ""
    result = f": {metric_phrase(metric)} {metric_value(metric, value)}" if value is not None else ""
    if record is not None and record.reused_from is not None:
        return f"{STATE_SIGNS[state]} {named(training)} {state}{result}, reused from trial {record.reused_from}"
    return f"{STATE_SIGNS[state]} {named(training)} {state}{result}{took}"


def failed_line(training: str, error: ModelcatError) -> str:
    """Return the line for why a training failed."""
    return f"{named(training)} failed: {error.kind}: {error.message}"


def retried_line(training: str, error: ModelcatError, attempt: str) -> str:
    """Return the line for why something is tried again."""
    return f"{named(training) or 'this'} is tried again ({attempt}): {error.kind}: {error.message}"


def named(training: str) -> str:
    """Return the name of a training as people read it: ``trial 7``."""
    return training.replace("/", " ")
