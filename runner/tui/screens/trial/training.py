"""The curves of a training, and the table of its measurements."""

from catalog.figures import Axis, Figure, Plot, Series
from catalog.metric import LOSS
from catalog.statement import Statement
from runner.presentation.labels import filled_columns
from runner.study.charts.curves import TRAINING
from runner.study.charts.snapshot import StudySnapshot
from runner.tui.context import AppContext
from runner.tui.figures.table import Heading
from runner.tui.screens.trial.labels import metric_name
from runner.tui.screens.trial.trial_facts import TrialFacts

__all__ = ["curves_of", "kept_epoch", "measurements"]


def curves_of(facts: TrialFacts) -> tuple[Figure | None, Figure | None, Figure | None]:
    """Return the study's metric, the loss and the learning rate over epochs; None for fewer than two points."""
    number = facts.trial.number
    snapshot = StudySnapshot(facts.study, {number: facts.trial}, epochs={f"trial/{number}": facts.epochs})
    known = TRAINING.options[0].values(snapshot) if len(facts.epochs) > 1 else {}
    metric, loss = (
        TRAINING.figure(snapshot, number, {"metric": name}) if name in known else None
        for name in (facts.study.metric, "loss")
    )
    return metric, loss if facts.study.metric != "loss" else None, _rate(facts)


def _rate(facts: TrialFacts) -> Figure | None:
    rates = tuple((epoch.epoch, epoch.learning_rate) for epoch in facts.epochs if epoch.learning_rate is not None)
    if len(rates) < 2:
        return None
    title, epochs = Statement("Learning rate"), Axis(Statement("Epoch"), "count", low=0.0)
    return Plot("learning-rate", "", epochs, Axis(title), (Series(title, rates, "line"),))


def kept_epoch(facts: TrialFacts) -> float | None:
    """Return the epoch whose weights were kept."""
    return facts.trial.speed.get("best_epoch")


def measurements(facts: TrialFacts, context: AppContext) -> tuple[list[Heading], list[list[str]]]:
    """Return headings and rows of the table of measurements, without empty columns; the kept epoch is marked."""
    t, metric, kept = context.t, facts.study.tuned, kept_epoch(facts)
    headings = [
        Heading(t("Epoch"), right=True),
        Heading(t("Train loss"), right=True),
        Heading(t("Loss"), right=True),
        Heading(metric_name(metric, context), right=True),
        Heading(t("Learning rate"), right=True),
        Heading(t("Time"), right=True),
    ]
    rows = []
    for epoch in facts.epochs:
        mark = f"{context.glyphs.bullet} " if kept is not None and epoch.epoch == kept else ""
        rows.append(
            [
                f"{mark}{context.language.number(epoch.epoch)}",
                context.metric(LOSS, epoch.train_loss),
                context.metric(LOSS, epoch.metrics.get(LOSS.name)),
                context.metric(metric, epoch.metrics.get(metric.name)),
                context.glyphs.dash if epoch.learning_rate is None else context.language.number(epoch.learning_rate),
                context.seconds(epoch.seconds),
            ]
        )
    if not rows:
        return headings, rows
    places = filled_columns(rows, (context.glyphs.dash,))
    return [headings[at] for at in places], [[row[at] for at in places] for row in rows]
