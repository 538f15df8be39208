"""What the first tab tells of the trial under the cursor."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from catalog.metric import LOSS
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.store.records import EpochRecord, TrialRecord
from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas, Draw
from runner.tui.figures.fitting import fit
from runner.tui.figures.sparkline import sparkline
from runner.tui.naming import difference, origin, shown_state, state
from runner.tui.screens.study.book import Book

__all__ = ["details"]

#: Widths from which two lists stand side by side, and of one of them at most; of a curve.
_TWO, _LIST, _CURVE = 56, 44, 24
#: Characters of a class name in the name of a metric.
_CLASS = 14
#: Lines below which none is left empty.
_LOW = 12
#: Lines of notes, and characters of each.
_MOST_NOTES, _LONGEST = 12, 400


def details(book: Book, trial: TrialRecord, curve: Sequence[EpochRecord], desk: Desk) -> Draw:
    """Return what draws a trial: how it ended, its parameters and metrics, its curves, its notes."""

    def draw(canvas: Canvas) -> Content:
        lines = [_title(book, trial, desk), *_failure(trial, desk)]
        lines += [Content("")] if canvas.height >= _LOW else []
        left = _pairs(desk, desk.t("Parameters"), {name: desk.value(value) for name, value in trial.params.items()})
        right = _pairs(desk, desk.t("Metrics"), _metrics(book, trial, desk))
        if canvas.width >= _TWO:
            lines += _side_by_side(left, right, min(_LIST, canvas.width // 2), desk)
        else:
            lines += [*left, Content(""), *right]
        lines += _curves(book, curve, desk)
        lines += _speed(trial, desk)
        lines += _notes(trial, desk)
        return Content("\n").join(_wrapped(lines, canvas.width))

    return draw


def _title(book: Book, trial: TrialRecord, desk: Desk) -> Content:
    palette, name = desk.palette, shown_state(trial, working=book.record.effective_state(desk.clock()) == "running")
    parts = [
        Content.styled(desk.t("Trial {number}", number=str(trial.number)), f"bold {palette.text}"),
        Content.styled(f"{desk.glyphs.states[name]} {state(desk, name)}", palette.state(name)),
        Content.styled(origin(desk, trial.origin), palette.muted),
    ]
    if trial.number == book.snapshot.best:
        told = desk.t("best") if book.snapshot.winner is None else f"{desk.glyphs.star} {desk.t('kept')}"
        parts.insert(1, Content.styled(told, f"bold {palette.accent}"))
    if trial.value is not None:
        metric = book.metric(book.record.metric)
        parts.append(Content(f"{desk.metric_label(metric, _CLASS)} {desk.metric(metric, trial.value)}"))
        given = book.snapshot.given
        if given is not None and given.value is not None and given.number != trial.number:
            change = difference(desk, metric, metric.gain(trial.value, given.value))
            parts.append(Content.styled(desk.t("{change} against the given", change=change), palette.muted))
    if trial.seconds is not None:
        parts.append(Content.styled(desk.seconds(trial.seconds), palette.muted))
    return Content("  ").join(parts)


def _failure(trial: TrialRecord, desk: Desk) -> list[Content]:
    if not trial.failure:
        return []
    kind, reason = trial.failure.get("kind", ""), trial.failure.get("reason", "")
    return [Content.styled(f"{safe(kind, 40)}: {safe(reason, 1000)}", desk.palette.bad)]


def _metrics(book: Book, trial: TrialRecord, desk: Desk) -> dict[str, str]:
    found = ((book.metric(name), value) for name, value in trial.metrics.items())
    return {desk.metric_label(metric, _CLASS): desk.metric(metric, value) for metric, value in found}


def _pairs(desk: Desk, title: str, values: Mapping[str, str]) -> list[Content]:
    """Return a list of names and values under a title; nothing of an empty one."""
    if not values:
        return []
    names = {name: safe(name, 30) for name in values}
    width = max(map(len, names.values()))
    return [
        Content.styled(title, f"bold {desk.palette.muted}"),
        *(Content.assemble((f"{names[name]:{width}}  ", desk.palette.muted), value) for name, value in values.items()),
    ]


def _side_by_side(left: Sequence[Content], right: Sequence[Content], width: int, desk: Desk) -> list[Content]:
    rows = max(len(left), len(right))
    first, second = ([*side, *[Content("")] * (rows - len(side))] for side in (left, right))
    if not any(line.plain for line in first):
        return second
    return [fit(one, width, desk.glyphs) + other for one, other in zip(first, second, strict=True)]


def _curves(book: Book, curve: Sequence[EpochRecord], desk: Desk) -> list[Content]:
    """Return a line for each of the study's metric and the losses, drawn over the epochs."""
    if not curve:
        return []
    shown = [book.metric(name) for name in dict.fromkeys((book.record.metric, LOSS.name))]
    rows = [
        (
            metric,
            desk.metric_label(metric, _CLASS),
            [value for epoch in curve if (value := epoch.metrics.get(metric.name)) is not None],
        )
        for metric in shown
    ]
    losses = [epoch.train_loss for epoch in curve if epoch.train_loss is not None]
    rows.append((LOSS, desk.t("training loss"), losses))
    drawn = [(metric, name, values) for metric, name, values in rows if values]
    if not drawn:
        return []
    width = max(len(name) for _, name, _ in drawn)
    over = msgid("Over one epoch") if curve[-1].epoch == 1 else msgid("Over {epochs:number} epochs")
    title = desk.t(over, epochs=curve[-1].epoch)
    lines = [Content(""), Content.styled(title, f"bold {desk.palette.muted}")]
    for metric, name, values in drawn:
        told = [desk.metric(metric, value) for value in values]
        ends = f"{told[0]} {desk.glyphs.arrow} {told[-1]}" if len(told) > 1 else told[0]
        line = sparkline(values, min(_CURVE, len(values)), desk.glyphs) if len(values) > 1 else ""
        lines.append(
            Content.assemble(
                (f"{name:{width}}  ", desk.palette.muted),
                (f"{line} " if line else "", desk.palette.accent),
                ends,
            )
        )
    return lines


def _speed(trial: TrialRecord, desk: Desk) -> list[Content]:
    known, count = trial.speed, desk.language.count
    parts = []
    if (rows := known.get("examples_per_second")) is not None:
        parts.append(desk.t("{rows} examples a second", rows=count(rows) if rows >= 10 else desk.language.number(rows)))
    if (tokens := known.get("tokens_per_second")) is not None:
        parts.append(desk.t("{tokens:count} tokens a second", tokens=tokens))
    if (epoch := known.get("best_epoch")) is not None:
        parts.append(desk.t("kept epoch {epoch:number}", epoch=epoch))
    return [Content(""), Content.styled(", ".join(parts), desk.palette.muted)] if parts else []


def _notes(trial: TrialRecord, desk: Desk) -> list[Content]:
    notes = [Content(f"{desk.glyphs.bullet} {safe(note, _LONGEST)}") for note in trial.notes[:_MOST_NOTES]]
    return [Content(""), *notes] if notes else []


def _wrapped(lines: Sequence[Content], width: int) -> list[Content]:
    """Break lines that are too wide."""
    return [part for line in lines for part in (line.wrap(width) if line.cell_length > width else [line])]
