"""Prints evaluations: metrics with the names and in the order of the study's task, and the figures of the task."""

from typing import TYPE_CHECKING

from runner.cli.figure_tables import print_figures
from runner.cli.output import print_line, print_table
from runner.presentation.labels import NOTHING
from runner.presentation.metrics import metric_phrase, metric_value

if TYPE_CHECKING:
    from catalog.contract import Evaluation
    from runner.store.records import StudyRecord

__all__ = ["print_evaluation"]


def print_evaluation(record: "StudyRecord", evaluation: "Evaluation") -> None:
    """Print metrics with their intervals, and the tables and matrices that the task makes of an evaluation."""
    from runner.study.summary import ordered_metrics
    from runner.study.task_figures import evaluation_figures

    print_line()
    rows = []
    for name in ordered_metrics(record, evaluation.metrics):
        metric, interval = record.metric_of(name), evaluation.intervals.get(name)
        ends = " to ".join(metric_value(metric, end) for end in interval) if interval else NOTHING
        rows.append([metric_phrase(metric), metric_value(metric, evaluation.metrics[name]), ends])
    columns = ["metric", "value", "95 % interval"]
    print_table(columns, rows, right=frozenset(columns[1:]), all_columns=False)
    print_figures(evaluation_figures(record.key, evaluation, record.data, {}))
