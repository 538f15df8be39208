"""`modelcat studies`, `trials` and `trial`: what is in the store.

Commands:
    studies: List the studies in the store.
    trials: List the trials of a study.
    trial: Show one trial, epoch by epoch, and its evaluation; --csv prints the epochs alone.
"""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from catalog.metric import LOSS
from runner.cli import options
from runner.cli.output import print_csv, print_json, print_line, print_note, print_table
from runner.cli.workspace import find_store, open_store
from runner.presentation.english import english
from runner.presentation.labels import NOTHING, STATE_SIGNS
from runner.presentation.metrics import metric_phrase, metric_value
from runner.presentation.text import duration, number, params, safe

if TYPE_CHECKING:
    from catalog.contract import Evaluation
    from runner.store.records import EpochRecord, StudyRecord, TrialRecord

__all__ = ["print_trials", "studies", "trial", "trials"]

_NAME = 24
"""The most characters of a name within the metric's, in a heading."""


@click.command(epilog="Example:  modelcat studies --json")
@options.storage
@options.csv
@options.json
def studies(storage: str | None, csv: bool, json: bool) -> None:
    """List the studies in the store."""
    from runner.presentation.study_tables import studies_table
    from runner.store.json_output import study_line

    store = find_store(storage)
    records = store.studies() if store else []
    for record in records:
        if record.damage is not None:
            print_note(record.damage)
    if json:
        print_json([study_line(record) for record in records])
    elif csv:
        print_csv(studies_table(map(study_line, records)))
    else:
        _print_studies(records)


@click.command(epilog="Example:  modelcat trials imdb-bert")
@options.study
@options.storage
@options.csv
@options.json
def trials(study: str, storage: str | None, csv: bool, json: bool) -> None:
    """List the trials of a study."""
    from runner.presentation.study_tables import trials_table
    from runner.store.json_output import trial_line

    store = find_store(storage)
    if store is None:
        print_json([]) if json else sys.stderr.write("No database yet: nothing has been run here.\n")
        return
    record, found = store.study(study), store.trials(study)
    lines = [trial_line(trial, record.metrics_of_class) for trial in found]
    if json:
        print_json(lines)
    elif csv:
        print_csv(trials_table(lines, tuple(record.space)))
    else:
        print_trials(record, found)


@click.command(epilog="Example:  modelcat trial imdb-bert 7")
@options.study
@click.argument("number", metavar="N", type=click.IntRange(0))
@options.storage
@options.csv
@options.json
def trial(study: str, number: int, storage: str | None, csv: bool, json: bool) -> None:
    """Show one trial, epoch by epoch, and its evaluation; --csv prints the epochs alone."""
    from runner.presentation.study_tables import epochs_table
    from runner.store.evaluation_records import evaluation_in
    from runner.store.json_output import epoch_line, trial_answer
    from runner.study.task_calls import completed_evaluation

    store = open_store(storage)
    record = store.study(study)
    found, history = store.trial(study, number), store.epochs(study, f"trial/{number}")
    judged = evaluation_in(store.evaluations(study), f"trial/{number}", "validation")
    if judged is not None:
        judged = completed_evaluation(record.key, judged, record.data)
    if json:
        print_json(trial_answer(found, history, judged, record.metrics_of_class))
    elif csv:
        print_csv(epochs_table(map(epoch_line, history), found.speed.get("best_epoch")))
    else:
        _print_trial(record, found, history, judged)


def _print_studies(records: list["StudyRecord"]) -> None:
    """Print the studies, newest first."""
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
                f"{STATE_SIGNS[state]} {state}",
                record.study,
                record.key.rpartition("/")[2],
                metric_value(record.tuned, record.best.value if record.best else None),
                metric_phrase(record.tuned, _NAME),
                f"{done}/{record.planned} ✂{made.pruned} ✗{made.failed}",
                duration(record.seconds),
                f"{record.updated:%Y-%m-%d %H:%M} UTC",
            ]
        )
    columns = ["state", "study", "model", "best", "metric", "trials", "time", "updated"]
    print_table(columns, rows, right=frozenset({"best", "time"}))
    for record in records:
        if line := _remark(record):
            print_line(f"{record.study}: {line}")


def _remark(record: "StudyRecord") -> str:
    """Return why a study failed, or why it has fewer trials than were planned; empty for others."""
    from runner.study.early_end import early_end_clause

    if record.state == "failed":
        return f"failed: {record.failure_clause}"
    ended = early_end_clause(record.early_end)
    return english(ended) if ended is not None else ""


def print_trials(record: "StudyRecord", trials: list["TrialRecord"]) -> None:
    """Print the trials of a study; a star marks the kept one, or the best so far."""
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
                f"{STATE_SIGNS[state]} {state}{star}",
                trial.origin,
                metric_value(record.tuned, trial.value),
                duration(trial.seconds),
                *(number(trial.params[name]) if name in trial.params else NOTHING for name in names),
                safe(failure, 100),
            ]
        )
    failed = any(row[-1] for row in rows)
    metric = metric_phrase(record.tuned, _NAME)
    columns = ["trial", "state", "origin", metric, "time", *names, *(["failure"] if failed else [])]
    right = frozenset({"trial", metric, "time", *names})
    print_table(columns, [row if failed else row[:-1] for row in rows], right=right)


def _print_trial(
    record: "StudyRecord", trial: "TrialRecord", history: list["EpochRecord"], judged: "Evaluation | None"
) -> None:
    """Print one trial: its epochs, and the evaluation of its kept epoch on validation."""
    from runner.cli.metric_tables import print_evaluation
    from runner.study.summary import named_values

    print_line(f"{record.study}, trial {trial.number} ({trial.origin}): {STATE_SIGNS[trial.state]} {trial.state}")
    print_line(f"  {params(trial.params) or 'nothing tuned'}")
    if trial.metrics and judged is None:
        print_line(f"  {named_values(record, trial.metrics)}")
    if trial.failure:
        print_line(f"  failure: {trial.failure['kind']}: {trial.failure['reason']}")
    for note in trial.notes:
        print_line(f"  note: {note}")
    if history:
        print_line()
        rows = [
            [
                f"{epoch.epoch:.4g}",
                metric_value(LOSS, epoch.train_loss),
                metric_value(LOSS, epoch.metrics.get("loss")),
                metric_value(record.tuned, epoch.metrics.get(record.metric)),
                f"{epoch.learning_rate:.2e}" if epoch.learning_rate is not None else NOTHING,
                duration(epoch.seconds),
            ]
            for epoch in history
        ]
        metric = metric_phrase(record.tuned, _NAME)
        columns = ["epoch", "training loss", "validation loss", metric, "learning rate", "time"]
        print_table(columns, rows, right=frozenset(columns), all_columns=False)
    if judged is not None:
        print_line(f"\nOn {judged.rows:,} validation rows:")
        print_evaluation(record, judged)
