"""Tables of studies and trials for people."""

from datetime import UTC, datetime

from catalog.metric_labels import english_label
from catalog.results import Evaluation
from catalog.statement import english
from runner.console.evaluation import print_evaluation
from runner.console.output import print_line, print_table
from runner.presentation.text import duration, metric_value, number, params, safe
from runner.store.records import EpochRecord, StudyRecord, TrialRecord
from runner.study.early_end import early_end_clause

__all__ = ["print_studies", "print_trial", "print_trials"]

_CLASS = 24
"""Characters of a class name in a heading."""
_MARKS = {
    "queued": "◌",
    "running": "●",
    "stopped": "■",
    "finished": "✓",
    "failed": "✗",
    "complete": "✓",
    "pruned": "✂",
    "interrupted": "■",
}


def print_studies(records: list[StudyRecord]) -> None:
    """Print the studies, the newest first."""
    if not records:
        print_line("No studies yet. Start one:  modelcat run examples/quickstart.json")
        return
    now = datetime.now(UTC)
    rows = []
    for record in records:
        state, made = record.effective_state(now), record.trials
        done = made.complete + made.pruned + made.failed
        rows.append(
            [
                f"{_MARKS[state]} {state}",
                record.study,
                record.key.rpartition("/")[2],
                metric_value(record.metric, record.best.value if record.best else None),
                english_label(record.metric, record.class_scope, width=_CLASS),
                f"{done}/{record.planned} ✂{made.pruned} ✗{made.failed}",
                duration(record.seconds),
                f"{record.updated:%Y-%m-%d %H:%M} UTC",
            ]
        )
    print_table(
        ["state", "study", "model", "best", "metric", "trials", "time", "updated"],
        rows,
        right=frozenset({"best", "time"}),
    )
    for record in records:
        if line := _remark(record):
            print_line(f"{record.study}: {line}")


def _remark(record: StudyRecord) -> str:
    """Return why a study failed, or why it has fewer trials than were planned; empty for others."""
    if record.state == "failed":
        return f"failed: {record.failure_clause}"
    ended = early_end_clause(record.early_end)
    return english(ended) if ended is not None else ""


def print_trials(record: StudyRecord, trials: list[TrialRecord]) -> None:
    """Print the trials of a study; a star marks the one that is kept, or the best so far."""
    if not trials:
        print_line(f"{record.study} has no trials yet.")
        return
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    working = record.effective_state(datetime.now(UTC)) == "running"
    rows = []
    for trial in trials:
        state = "interrupted" if trial.state == "running" and not working else trial.state
        star = " ★" if record.best and record.best.number == trial.number else ""
        star += f" = trial {trial.reused_from}" if trial.reused_from is not None else ""
        failure = f"{trial.failure['kind']}: {trial.failure['reason']}" if trial.failure else ""
        rows.append(
            [
                str(trial.number),
                f"{_MARKS[state]} {state}{star}",
                trial.origin,
                metric_value(record.metric, trial.value),
                duration(trial.seconds),
                *(number(trial.params[name]) if name in trial.params else "–" for name in names),
                safe(failure, 100),
            ]
        )
    failed = any(row[-1] for row in rows)
    metric = english_label(record.metric, record.class_scope, width=_CLASS)
    columns = ["trial", "state", "origin", metric, "time", *names, *(["failure"] if failed else [])]
    right = frozenset({"trial", metric, "time", *names})
    print_table(columns, [row if failed else row[:-1] for row in rows], right=right)


def print_trial(record: StudyRecord, trial: TrialRecord, history: list[EpochRecord], judged: Evaluation | None) -> None:
    """Print one trial: its epochs, and how its kept epoch was judged on validation."""
    scope = record.class_scope
    print_line(f"{record.study}, trial {trial.number} ({trial.origin}): {_MARKS[trial.state]} {trial.state}")
    print_line(f"  {params(trial.params) or 'nothing tuned'}")
    if trial.metrics and judged is None:
        print_line(
            "  "
            + ", ".join(
                f"{english_label(name, scope)} {metric_value(name, value)}" for name, value in trial.metrics.items()
            )
        )
    if trial.failure:
        print_line(f"  failure: {trial.failure['kind']}: {trial.failure['reason']}")
    for note in trial.notes:
        print_line(f"  note: {note}")
    if history:
        print_line()
        rows = [
            [
                f"{epoch.epoch:.4g}",
                f"{epoch.train_loss:.4f}" if epoch.train_loss is not None else "–",
                metric_value("loss", epoch.metrics.get("loss")),
                metric_value(record.metric, epoch.metrics.get(record.metric)),
                f"{epoch.learning_rate:.2e}" if epoch.learning_rate is not None else "–",
                duration(epoch.seconds),
            ]
            for epoch in history
        ]
        metric = english_label(record.metric, scope, width=_CLASS)
        columns = ["epoch", "training loss", "validation loss", metric, "learning rate", "time"]
        print_table(columns, rows, right=frozenset(columns))
    if judged is not None:
        print_line(f"\nOn {judged.rows:,} validation rows:")
        print_evaluation(judged)
