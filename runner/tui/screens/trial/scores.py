"""Scores of a judged model: bars for each class, and all metrics with their intervals."""

from collections.abc import Mapping

from catalog.metric_labels import evaluation_scope
from runner.console.text import is_share, safe
from runner.presentation.metrics import METRICS
from runner.tui.desk import Desk
from runner.tui.figures.bars import Bar
from runner.tui.screens.trial.telling import interval, metric_name, short_name
from runner.tui.screens.trial.view import View
from runner.tui.words import msgid

__all__ = ["MOST_CLASSES", "class_bars", "class_rows", "metric_bars", "metric_rows", "weakest"]

MOST_CLASSES = 12
"""Classes that get bars; of more, the weakest."""

_PARTS = (("precision", msgid("Precision")), ("recall", msgid("Recall")), ("f1", msgid("F1")))


def weakest(view: View) -> list[int]:
    """Return the classes to show, by id: all, or the weakest by F1 where there are many."""
    classes = view.evaluation.classes if view.evaluation else ()
    if len(classes) <= MOST_CLASSES:
        return list(range(len(classes)))
    return sorted(range(len(classes)), key=lambda place: (classes[place].f1, place))[:MOST_CLASSES]


def class_bars(view: View, desk: Desk) -> list[tuple[str, list[Bar]]]:
    """Return a group of bars for each of precision, recall and F1, a bar for each class."""
    if view.evaluation is None or not view.evaluation.classes:
        return []
    classes = view.evaluation.classes
    groups = []
    colours = desk.palette.series
    for name, label in _PARTS:
        bars = [
            Bar(
                safe(classes[index].label, 30),
                value := float(getattr(classes[index], name)),
                desk.language.percent(value),
                colours[index % len(colours)],
            )
            for index in weakest(view)
        ]
        groups.append((desk.t(label), bars))
    return groups


def class_rows(view: View, desk: Desk) -> list[list[str]]:
    """Return label, rows, predicted, precision, recall and F1 of each class."""
    classes = view.evaluation.classes if view.evaluation else ()
    count, percent = desk.language.count, desk.language.percent
    return [
        [
            safe(found.label, 30),
            count(found.rows),
            count(found.predicted),
            percent(found.precision),
            percent(found.recall),
            percent(found.f1),
        ]
        for found in (classes[index] for index in weakest(view))
    ]


def metric_bars(view: View, desk: Desk) -> list[Bar]:
    """Return a bar with its interval for each metric that is a share of one."""
    if view.evaluation is None:
        return []
    metrics, ends = view.evaluation.metrics, view.evaluation.intervals
    bars, scope = [], evaluation_scope(view.evaluation)
    for name in _ordered(metrics):
        if is_share(name) and name != "ece":
            low, high = ends.get(name, (None, None))
            shown = f"{desk.metric(name, metrics[name])} {interval(name, ends.get(name), desk)}".strip()
            bars.append(Bar(short_name(name, desk, scope), metrics[name], shown, None, low, high))
    return bars


def metric_rows(view: View, desk: Desk, *, shares: bool = True) -> list[tuple[str, str]]:
    """Return name and value with interval of each metric; without `shares` only of those that have no bar."""
    if view.evaluation is None:
        return []
    metrics, ends = view.evaluation.metrics, view.evaluation.intervals
    scope = evaluation_scope(view.evaluation)
    return [
        (
            metric_name(name, desk, scope),
            f"{desk.metric(name, metrics[name])} {interval(name, ends.get(name), desk)}".strip(),
        )
        for name in _ordered(metrics)
        if shares or not is_share(name) or name == "ece"
    ]


def _ordered(metrics: Mapping[str, float]) -> list[str]:
    """Return the names that there are, known ones first and in their order."""
    return [name for name in METRICS if name in metrics] + [name for name in metrics if name not in METRICS]
