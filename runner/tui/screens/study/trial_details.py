"""The first tab's details of the trial under the cursor."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from catalog.metric import LOSS
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.store.records import EpochRecord, TrialRecord
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, Draw
from runner.tui.figures.fitting import fit
from runner.tui.figures.sparkline import sparkline
from runner.tui.labels import difference, origin, shown_state, state
from runner.tui.screens.study.study_data import StudyData

__all__ = ["details"]

#: Least width for two lists side by side, and most width of one list; most width of a curve.
_TWO, _LIST, _CURVE = 56, 44, 24
#: Most characters of a class name in the name of a metric.
_CLASS = 14
#: Fewest lines with blank lines between the parts.
_LOW = 12
#: Most lines of notes, and characters of each.
_MOST_NOTES, _LONGEST = 12, 400


def details(book: StudyData, trial: TrialRecord, curve: Sequence[EpochRecord], context: AppContext) -> Draw:
    """Return the drawing of a trial: how it ended, its parameters and metrics, its curves, its notes."""

    def draw(canvas: Canvas) -> Content:
        lines = [_title(book, trial, context), *_failure(trial, context)]
        lines += [Content("")] if canvas.height >= _LOW else []
        left = _pairs(
            context, context.t("Parameters"), {name: context.value(value) for name, value in trial.params.items()}
        )
        right = _pairs(context, context.t("Metrics"), _metrics(book, trial, context))
        if canvas.width >= _TWO:
            lines += _side_by_side(left, right, min(_LIST, canvas.width // 2), context)
        else:
            lines += [*left, Content(""), *right]
        lines += _curves(book, curve, context)
        lines += _speed(trial, context)
        lines += _notes(trial, context)
        return Content("\n").join(_wrapped(lines, canvas.width))

    return draw


def _title(book: StudyData, trial: TrialRecord, context: AppContext) -> Content:
    palette, name = (
        context.palette,
        shown_state(trial, working=book.record.effective_state(context.clock()) == "running"),
    )
    parts = [
        Content.styled(context.t("Trial {number}", number=str(trial.number)), f"bold {palette.text}"),
        Content.styled(f"{context.glyphs.states[name]} {state(context, name)}", palette.state(name)),
        Content.styled(origin(context, trial.origin), palette.muted),
    ]
    if trial.number == book.snapshot.best:
        shown = context.t("best") if book.snapshot.winner is None else f"{context.glyphs.star} {context.t('kept')}"
        parts.insert(1, Content.styled(shown, f"bold {palette.accent}"))
    if trial.value is not None:
        metric = book.metric(book.record.metric)
        parts.append(Content(f"{context.metric_label(metric, _CLASS)} {context.metric(metric, trial.value)}"))
        given = book.snapshot.given
        if given is not None and given.value is not None and given.number != trial.number:
            change = difference(context, metric, metric.gain(trial.value, given.value))
            parts.append(Content.styled(context.t("{change} against the given", change=change), palette.muted))
    if trial.seconds is not None:
        parts.append(Content.styled(context.seconds(trial.seconds), palette.muted))
    return Content("  ").join(parts)


def _failure(trial: TrialRecord, context: AppContext) -> list[Content]:
    if not trial.failure:
        return []
    kind, reason = trial.failure.get("kind", ""), trial.failure.get("reason", "")
    return [Content.styled(f"{safe(kind, 40)}: {safe(reason, 1000)}", context.palette.bad)]


def _metrics(book: StudyData, trial: TrialRecord, context: AppContext) -> dict[str, str]:
    found = ((book.metric(name), value) for name, value in trial.metrics.items())
    return {context.metric_label(metric, _CLASS): context.metric(metric, value) for metric, value in found}


def _pairs(context: AppContext, title: str, values: Mapping[str, str]) -> list[Content]:
    """Return a list of names and values under a title; nothing for an empty list."""
    if not values:
        return []
    names = {name: safe(name, 30) for name in values}
    width = max(map(len, names.values()))
    return [
        Content.styled(title, f"bold {context.palette.muted}"),
        *(
            Content.assemble((f"{names[name]:{width}}  ", context.palette.muted), value)
            for name, value in values.items()
        ),
    ]


def _side_by_side(left: Sequence[Content], right: Sequence[Content], width: int, context: AppContext) -> list[Content]:
    rows = max(len(left), len(right))
    first, second = ([*side, *[Content("")] * (rows - len(side))] for side in (left, right))
    if not any(line.plain for line in first):
        return second
    return [fit(one, width, context.glyphs) + other for one, other in zip(first, second, strict=True)]


def _curves(book: StudyData, curve: Sequence[EpochRecord], context: AppContext) -> list[Content]:
    """Return a sparkline for the study's metric and each loss, over the epochs."""
    if not curve:
        return []
    shown = [book.metric(name) for name in dict.fromkeys((book.record.metric, LOSS.name))]
    rows = [
        (
            metric,
            context.metric_label(metric, _CLASS),
            [value for epoch in curve if (value := epoch.metrics.get(metric.name)) is not None],
        )
        for metric in shown
    ]
    losses = [epoch.train_loss for epoch in curve if epoch.train_loss is not None]
    rows.append((LOSS, context.t("training loss"), losses))
    drawn = [(metric, name, values) for metric, name, values in rows if values]
    if not drawn:
        return []
    width = max(len(name) for _, name, _ in drawn)
    over = msgid("Over one epoch") if curve[-1].epoch == 1 else msgid("Over {epochs:number} epochs")
    title = context.t(over, epochs=curve[-1].epoch)
    lines = [Content(""), Content.styled(title, f"bold {context.palette.muted}")]
    for metric, name, values in drawn:
        labels = [context.metric(metric, value) for value in values]
        ends = f"{labels[0]} {context.glyphs.arrow} {labels[-1]}" if len(labels) > 1 else labels[0]
        line = sparkline(values, min(_CURVE, len(values)), context.glyphs) if len(values) > 1 else ""
        lines.append(
            Content.assemble(
                (f"{name:{width}}  ", context.palette.muted),
                (f"{line} " if line else "", context.palette.accent),
                ends,
            )
        )
    return lines


def _speed(trial: TrialRecord, context: AppContext) -> list[Content]:
    known, count = trial.speed, context.language.count
    parts = []
    if (rows := known.get("examples_per_second")) is not None:
        parts.append(
            context.t("{rows} examples a second", rows=count(rows) if rows >= 10 else context.language.number(rows))
        )
    if (tokens := known.get("tokens_per_second")) is not None:
        parts.append(context.t("{tokens:count} tokens a second", tokens=tokens))
    if (epoch := known.get("best_epoch")) is not None:
        parts.append(context.t("kept epoch {epoch:number}", epoch=epoch))
    return [Content(""), Content.styled(", ".join(parts), context.palette.muted)] if parts else []


def _notes(trial: TrialRecord, context: AppContext) -> list[Content]:
    notes = [Content(f"{context.glyphs.bullet} {safe(note, _LONGEST)}") for note in trial.notes[:_MOST_NOTES]]
    return [Content(""), *notes] if notes else []


def _wrapped(lines: Sequence[Content], width: int) -> list[Content]:
    """Wrap lines that are too wide."""
    return [part for line in lines for part in (line.wrap(width) if line.cell_length > width else [line])]
