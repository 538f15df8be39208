"""The times at which several things ran: bars over the time since the start."""

import math
from itertools import starmap

from textual.content import Content

from catalog.figures import Span, Timeline
from runner.tui.figures.bars import MOST_ROWS
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import fit, width_of
from runner.tui.figures.roles import colour_of, mark_of
from runner.tui.figures.scales import tick_labels, ticks_of

__all__ = ["timeline"]

_LEAST = 12
_SHORTEST, _LONGEST = 1e-6, 1e12


def timeline(figure: Timeline, canvas: Canvas) -> list[Content]:
    """Return a line for each span below an axis in seconds, minutes or hours; the last spans if there are too many."""
    spans = figure.spans[-MOST_ROWS:]
    if not spans:
        return []
    glyphs, palette = canvas.glyphs, canvas.palette
    names = [canvas.text(span.name, 60) for span in spans]
    notes = ["" if span.note is None else canvas.text(span.note, 60) for span in spans]
    times = [_times(span, figure.now) for span in spans]
    label = min(max(map(width_of, names)), max(4, canvas.width // 4))
    note = min(max(map(width_of, notes)), canvas.width // 4)
    room = canvas.width - label - 5 - (note + 2 if note else 0)
    if room < _LEAST and note:
        note, room = 0, canvas.width - label - 5
    room = max(1, room)
    longest = max(starmap(max, times))
    lines = [Content.assemble(" " * (label + 4), line).truncate(canvas.width) for line in _axis(longest, room, canvas)]
    for span, name, said, (start, end) in zip(spans, names, notes, times, strict=True):
        colour = colour_of(span.role, canvas)
        scale = room / longest if longest > 0 else 0.0
        low = max(0, min(room - 1, math.floor(start * scale)))
        high = max(low + 1, min(room, round(end * scale)))
        parts: list[str | Content | tuple[str, str]] = [
            (mark_of(span.role, canvas), colour),
            " ",
            fit(Content.styled(name, palette.text), label, glyphs),
            "  ",
            (glyphs.rest * low, palette.faint),
            (glyphs.bar * (high - low), colour),
            (glyphs.rest * (room - high), palette.faint),
        ]
        if note:
            parts += ["  ", fit(Content.styled(said, palette.muted), note, glyphs, right=True)]
        lines.append(Content.assemble(*parts).truncate(canvas.width))
    return lines


def _times(span: Span, now: float) -> tuple[float, float]:
    """Return start and end in a drawable order: a clock that is set back does not stop the drawing."""
    start, end = (
        min(_LONGEST, time) if time > _SHORTEST else 0.0 for time in (span.start, now if span.end is None else span.end)
    )
    return start, max(start, end)


def _axis(longest: float, room: int, canvas: Canvas) -> list[Content]:
    """Return the numbers, and the ticks below them."""
    marks = ticks_of("seconds", 0.0, longest, max(2, room // 12)) if longest > 0 else []
    signs, line = [" "] * (room + 1), ["-" if canvas.glyphs.ascii else "─"] * room
    free = 0
    for mark, label in zip(marks, tick_labels("seconds", marks, canvas.language), strict=True):
        shown = canvas.text(label).replace("\u00a0", " ")
        at = min(room - 1, math.floor(mark / longest * room))
        start = min(at, room - len(shown))
        if start >= free:
            signs[start : start + len(shown)] = shown
            line[at] = "+" if canvas.glyphs.ascii else "┬"
            free = start + len(shown) + 1
    return [
        Content.styled("".join(signs[:room]), canvas.palette.muted),
        Content.styled("".join(line), canvas.palette.faint),
    ]
