"""The curves of a training: what to draw of its measurements, and their table."""

from collections.abc import Callable, Sequence

from runner.console.text import is_share
from runner.store.records import EpochRecord
from runner.tui.desk import Desk
from runner.tui.screens.trial.facts import Facts
from runner.tui.figures.table import Heading
from runner.tui.screens.trial.telling import metric_name
from runner.tui.widgets.chart import Axis, Drawing, Series

__all__ = ["kept_epoch", "loss_curve", "measurements", "metric_curve", "rate_curve"]

Reader = Callable[[EpochRecord], float | None]


def metric_curve(facts: Facts, desk: Desk) -> Drawing | None:
    """Return the study's metric over epochs, on validation and on what was trained on."""
    name = facts.study.metric
    return _curve(
        facts,
        desk,
        (lambda epoch: epoch.metrics.get(name), lambda epoch: epoch.train_metrics.get(name)),
        Axis(metric_name(name, desk, facts.study.class_scope), "percent" if is_share(name) else "number"),
    )


def loss_curve(facts: Facts, desk: Desk) -> Drawing | None:
    """Return training and validation loss over epochs."""
    return _curve(
        facts,
        desk,
        (lambda epoch: epoch.metrics.get("loss"), lambda epoch: epoch.train_loss),
        Axis(metric_name("loss", desk)),
    )


def rate_curve(facts: Facts, desk: Desk) -> Drawing | None:
    """Return the learning rate over epochs; None where there is none, or a single one."""
    points = _points(facts.epochs, lambda epoch: epoch.learning_rate)
    if len(points) < 2:
        return None
    series = Series(desk.t("Learning rate"), points, "line", desk.palette.series[2], desk.glyphs.series[2])
    return Drawing((series,), Axis(desk.t("Epoch")), Axis(desk.t("Learning rate")), legend=False)


def kept_epoch(facts: Facts) -> float | None:
    """Return the epoch whose weights were kept."""
    return facts.trial.speed.get("best_epoch")


def measurements(facts: Facts, desk: Desk) -> tuple[list[Heading], list[list[str]]]:
    """Return headings and rows of the table of measurements; the kept one is marked."""
    t, name, kept = desk.t, facts.study.metric, kept_epoch(facts)
    headings = [
        Heading(t("Epoch"), right=True),
        Heading(t("Train loss"), right=True),
        Heading(t("Loss"), right=True),
        Heading(metric_name(name, desk, facts.study.class_scope), right=True),
        Heading(t("Learning rate"), right=True),
        Heading(t("Time"), right=True),
    ]
    rows = []
    for epoch in facts.epochs:
        mark = f"{desk.glyphs.star} " if kept is not None and epoch.epoch == kept else ""
        rows.append(
            [
                f"{mark}{desk.language.number(epoch.epoch)}",
                desk.metric("loss", epoch.train_loss),
                desk.metric("loss", epoch.metrics.get("loss")),
                desk.metric(name, epoch.metrics.get(name)),
                desk.glyphs.dash if epoch.learning_rate is None else desk.language.number(epoch.learning_rate),
                desk.seconds(epoch.seconds),
            ]
        )
    return headings, rows


def _points(epochs: Sequence[EpochRecord], read: Reader) -> tuple[tuple[float, float], ...]:
    return tuple((epoch.epoch, value) for epoch in epochs if (value := read(epoch)) is not None)


def _curve(facts: Facts, desk: Desk, readers: tuple[Reader, Reader], axis: Axis) -> Drawing | None:
    """Return both lines and a mark at the kept epoch; None where fewer than two points make no line."""
    validation, train = (_points(facts.epochs, read) for read in readers)
    if max(len(validation), len(train)) < 2:
        return None
    palette, glyphs, t = desk.palette, desk.glyphs, desk.t
    series = [Series(t("Validation"), validation, "line", palette.series[0], glyphs.series[0])]
    if train:
        series.append(Series(t("Train"), train, "line", palette.series[1], glyphs.series[1]))
    kept = kept_epoch(facts)
    if mark := tuple(point for point in validation if point[0] == kept):
        series.append(Series(t("kept"), mark, "scatter", palette.accent, glyphs.star))
    return Drawing(tuple(series), Axis(t("Epoch"), low=0.0), axis)
