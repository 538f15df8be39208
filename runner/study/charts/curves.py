"""Learning curves: a metric over the epochs of many trials, or of one trial on train and validation."""

from collections.abc import Mapping, Sequence

from catalog.figures import Axis, Empty, Figure, Plot, Role, Series, Text
from catalog.statement import Statement
from runner.presentation.metrics import metric_axis
from runner.store.records import EpochRecord
from runner.study.charts.chart import Chart, Option
from runner.study.charts.parts import figure_key, highlighted, trial_name
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["CURVES", "TRAINING", "curves_wanted"]

_MOST_CURVES = 8
"""How many curves a reader can distinguish, without the selected one."""
_MOST_RUNNING = 3


def curves_wanted(snapshot: StudySnapshot, selected: int | None) -> tuple[int, ...]:
    """Return the trials whose curves are drawn: the running ones, the best, the last pruned, and the selected one."""
    running = [number for number, trial in snapshot.trials.items() if trial.state == "running"]
    pruned = [number for number, trial in snapshot.trials.items() if trial.state == "pruned"]
    best = [] if snapshot.best is None else [snapshot.best]
    ranked = (*running[-_MOST_RUNNING:], *best, *(trial.number for trial in snapshot.ranked), *reversed(pruned))
    wanted = list(dict.fromkeys(ranked))[:_MOST_CURVES]
    return tuple(dict.fromkeys((*wanted, *([] if selected is None else [selected]))))


def curves(snapshot: StudySnapshot, selected: int | None, options: Mapping[str, str]) -> Figure:
    """Draw a metric on validation over the epochs of many trials, the selected one and the winner last."""
    metric, roles = options["metric"], highlighted(snapshot, selected, valued=False)
    order = [number for number in curves_wanted(snapshot, selected) if number not in roles] + list(roles)
    series = [
        Series(trial_name(number), points, "line", roles.get(number, snapshot.trials[number].state))
        for number in order
        if (points := _points(snapshot.epochs.get(f"trial/{number}", ()), metric))
    ]
    if not series:
        return Empty(CURVES.key, CURVES.label, _UNMEASURED)
    return Plot(
        CURVES.key, CURVES.label, Axis(Statement("Epoch"), "count", low=0.0), _axis(snapshot, metric), tuple(series)
    )


def training(snapshot: StudySnapshot, selected: int | None, options: Mapping[str, str]) -> Figure:
    """Draw a metric of the selected trial, else of the winner or the best so far, on train and on validation."""
    number = snapshot.best if selected is None else selected
    if number is None:
        return Empty(TRAINING.key, TRAINING.label, Statement("No trial has a value."))
    metric, epochs = options["metric"], snapshot.epochs.get(f"trial/{number}", ())
    found: tuple[tuple[Text, Role, tuple[tuple[float, float], ...]], ...] = (
        (Statement("Train"), "train", _points(epochs, metric, on_train=True)),
        (Statement("Validation"), "validation", _points(epochs, metric)),
    )
    series = tuple(Series(name, points, "line", role) for name, role, points in found if points)
    if not series:
        return Empty(TRAINING.key, TRAINING.label, _UNMEASURED)
    axis = _axis(snapshot, metric)
    title = Statement("{metric} over epochs", {"metric": axis.label})
    about = _TRAIN_CAPTIONS[metric == "loss"] if series[0].role == "train" else ()
    caption = (Statement("Trial {number:count}.", {"number": number}), *about)
    key = figure_key(TRAINING.key, metric)
    return Plot(key, title, _EPOCH, axis, series, caption=caption)


def _axis(snapshot: StudySnapshot, metric: str) -> Axis:
    return metric_axis(snapshot.record.metric_of(metric))


def _points(epochs: Sequence[EpochRecord], metric: str, *, on_train: bool = False) -> tuple[tuple[float, float], ...]:
    measured = [(epoch.epoch, _value(epoch, metric, on_train=on_train)) for epoch in epochs]
    return tuple((epoch, value) for epoch, value in measured if value is not None)


def _value(epoch: EpochRecord, metric: str, *, on_train: bool) -> float | None:
    if not on_train:
        return epoch.metrics.get(metric)
    return epoch.train_loss if metric == "loss" else epoch.train_metrics.get(metric)


def _metrics(snapshot: StudySnapshot) -> Mapping[str, Text]:
    """Return the metrics that were measured during trainings, the study's own first."""
    names = dict.fromkeys((snapshot.record.metric,))
    for epochs in snapshot.epochs.values():
        for epoch in epochs[-1:]:
            names |= dict.fromkeys(epoch.metrics)
    return {name: _axis(snapshot, name).label for name in names}


def _trained(snapshot: StudySnapshot) -> Mapping[str, Text]:
    """Return the metrics that were measured, first those that were also measured on train."""
    on_train = [
        name for epochs in snapshot.epochs.values() for epoch in epochs[-1:] for name in (*epoch.train_metrics, "loss")
    ]
    known = _metrics(snapshot)
    return {name: known[name] for name in dict.fromkeys((*on_train, *known)) if name in known}


_UNMEASURED = Statement("No measurement was recorded during the training.")
_TRAIN_CAPTIONS = {
    False: (
        Statement(
            "Train is measured during training, with dropout where a model has it, so it may lie below validation."
        ),
    ),
    True: (
        Statement(
            "Train is the mean since the last measurement; validation rising while train falls means over-fitting."
        ),
    ),
}
_METRIC = Statement("Metric")
_EPOCH = Axis(Statement("Epoch"), "count", low=0.0)
CURVES = Chart(
    "curves", Statement("Learning curves"), curves, (Option("metric", _METRIC, _metrics),), frozenset({"epochs"})
)
TRAINING = Chart(
    "training", Statement("Training"), training, (Option("metric", _METRIC, _trained),), frozenset({"epochs"})
)
