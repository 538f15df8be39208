"""When each trial ran: bars over the time since the study's start."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.figures.scales import seconds_labels, seconds_ticks
from runner.tui.widgets.figure import Canvas

__all__ = ["Span", "timeline"]

_LEAST = 12
_SHORTEST, _LONGEST = 1e-6, 1e12


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time.

    Attributes:
        label: What took it; anybody's text, made safe.
        start: Seconds since the study's start.
        end: Seconds since the study's start; this moment where it still goes on.
        state: State of the trial, for sign and colour.
        note: A word or two after it, such as its score.
    """

    label: str
    start: float
    end: float
    state: str
    note: str = ""


def timeline(spans: Sequence[Span], canvas: Canvas) -> Content:
    """Draw a line for each span under an axis in seconds, minutes or hours.

    Args:
        spans: From top to bottom.
        canvas: Where to draw.
    """
    known = [
        replace(span, start=_clean(span.start), end=_clean(span.end))
        for span in spans
        if math.isfinite(span.start) and math.isfinite(span.end)
    ]
    if not known:
        return Content("")
    glyphs, palette = canvas.glyphs, canvas.palette
    label = min(max(width_of(flat(span.label, glyphs)) for span in known), max(4, canvas.width // 4))
    note = min(max(width_of(flat(span.note, glyphs)) for span in known), canvas.width // 4)
    room = canvas.width - label - 5 - (note + 2 if note else 0)
    if room < _LEAST and note:
        note, room = 0, canvas.width - label - 5
    room = max(1, room)
    longest = max(max(span.end, span.start) for span in known)
    axis = _axis(longest, room, canvas)
    lines = [Content.assemble(" " * (label + 4), line).truncate(canvas.width) for line in axis]
    for span in known:
        parts: list[str | Content | tuple[str, str]] = [
            (glyphs.states.get(span.state, " "), palette.state(span.state)),
            " ",
            fit(Content.styled(span.label, palette.text), label, glyphs),
            "  ",
            _stretch(span, longest, room, canvas),
        ]
        if note:
            parts += ["  ", fit(Content.styled(span.note, palette.muted), note, glyphs, right=True)]
        lines.append(Content.assemble(*parts).truncate(canvas.width))
    return Content("\n").join(lines)


def _clean(seconds: float) -> float:
    """Return a time that can be drawn: a clock that was set back, or nonsense, must not end the drawing."""
    return min(_LONGEST, seconds) if seconds > _SHORTEST else 0.0


def _stretch(span: Span, longest: float, room: int, canvas: Canvas) -> Content:
    glyphs, palette = canvas.glyphs, canvas.palette
    scale = room / longest if longest > 0 else 0.0
    low = max(0, min(room - 1, math.floor(span.start * scale)))
    high = max(low + 1, min(room, round(span.end * scale)))
    return Content.assemble(
        (glyphs.rest * low, palette.faint),
        (glyphs.bar * (high - low), palette.state(span.state)),
        (glyphs.rest * (room - high), palette.faint),
    )


def _axis(longest: float, room: int, canvas: Canvas) -> list[Content]:
    """Return the numbers and under them the ticks."""
    marks = seconds_ticks(0.0, longest, max(2, room // 12)) if longest > 0 else [0.0]
    signs, line = [" "] * (room + 1), ["-" if canvas.glyphs.ascii else "─"] * room
    free = 0
    for mark, text in zip(marks, seconds_labels(marks, canvas.language), strict=True):
        shown = flat(text, canvas.glyphs).replace("\u00a0", " ")
        at = min(room - 1, math.floor(mark / longest * room)) if longest > 0 else 0
        start = min(at, room - len(shown))
        if start >= free:
            signs[start : start + len(shown)] = shown
            line[at] = "+" if canvas.glyphs.ascii else "┬"
            free = start + len(shown) + 1
    return [
        Content.styled("".join(signs[:room]), canvas.palette.muted),
        Content.styled("".join(line), canvas.palette.faint),
    ]
