"""Parallel coordinates and timelines."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.figures import Axis, ParallelCoordinates, Timeline
from runner.presentation.labels import msgid
from runner.report.formatting import ReportFormatter
from runner.report.plotting.style import LOOKS, MUTED, SIZES, Trace, escaped, label, plotly_axis, styled, title

__all__ = ["parallel", "timeline"]

_NAMES: Mapping[str, str] = {
    "complete": msgid("complete"),
    "pruned": msgid("pruned"),
    "failed": msgid("failed"),
    "running": msgid("running"),
    "other": msgid("interrupted"),
}
"""The names of the roles of a timeline's spans."""


def parallel(figure: ParallelCoordinates, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw each path by its shares of the axes: Plotly's own parallel coordinates have no gaps, no logarithmic axes."""
    spans = [_span(axis, [path.values[at] for path in figure.paths]) for at, axis in enumerate(figure.dimensions)]
    traces = []
    for path in figure.paths:
        look, strong = LOOKS[path.role], path.role in SIZES
        shares = [
            None if v is None else _share(axis, span, v)
            for axis, span, v in zip(figure.dimensions, spans, path.values, strict=True)
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": label(path.name, formatter),
                "x": list(range(len(shares))),
                "y": shares,
                "opacity": 1.0 if strong else 0.12 + 0.7 * path.score,
                "line": {"color": look.colour, "width": 3 if strong else 1.5},
                "marker": {"color": look.colour, "symbol": look.symbol, "size": 9 if strong else 4},
                "hovertemplate": f"{label(path.name, formatter)}<extra></extra>",
                "showlegend": False,
            }
        )
    notes = [
        {"x": at, "y": y, "text": text, "showarrow": False, "yshift": shift, "font": {"size": 11, "color": MUTED}}
        for at, (axis, span) in enumerate(zip(figure.dimensions, spans, strict=True))
        for y, shift, text in _marks(axis, span, formatter)
    ]
    places = list(range(len(figure.dimensions)))
    names = [title(axis, formatter)["text"] for axis in figure.dimensions]
    x = styled(tickvals=places, ticktext=names, side="top", range=[-0.4, len(places) - 0.6], griddash="solid")
    y = styled(visible=False, range=[-0.1, 1.1])
    return traces, {"xaxis": x, "yaxis": y, "annotations": notes}, 420


def _span(axis: Axis, values: Sequence[float | None]) -> tuple[float, float]:
    if axis.categories:
        return 0.0, max(1.0, len(axis.categories) - 1.0)
    known = [value for value in values if value is not None]
    low = min(known, default=0.0) if axis.low is None else axis.low
    return low, max(known, default=1.0) if axis.high is None else axis.high


def _share(axis: Axis, span: tuple[float, float], value: float) -> float | None:
    low, high = span
    if axis.scale == "log" and not axis.categories:
        if min(low, high, value) <= 0:
            return None
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low) if high > low else 0.5


def _marks(axis: Axis, span: tuple[float, float], formatter: ReportFormatter) -> list[tuple[float, int, str]]:
    """Return the labels along an axis: its categories, or its ends."""
    if axis.categories:
        places = [(_share(axis, span, float(at)) or 0.0, name) for at, name in enumerate(axis.categories)]
        return [(place, 9, label(name, formatter, 16)) for place, name in places]
    return [
        (y, shift, escaped(formatter.shown(end, axis.format)))
        for y, shift, end in zip((0.0, 1.0), (-10, 10), span, strict=True)
    ]


def timeline(figure: Timeline, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw spans from their start, one trace for each role."""
    traces: list[Trace] = []
    ends = [figure.now if span.end is None else span.end for span in figure.spans]
    for role in dict.fromkeys(span.role for span in figure.spans):
        mine = [(place, span) for place, span in enumerate(figure.spans) if span.role == role]
        look = LOOKS[role]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": formatter.t(_NAMES.get(role, role)),
                "base": [span.start for _, span in mine],
                "x": [ends[place] - span.start for place, span in mine],
                "y": [place for place, _ in mine],
                "width": 0.7,
                "text": [label(span.note or "", formatter, 40) for _, span in mine],
                "textposition": "none",
                "marker": {"color": look.colour, "pattern": {"shape": look.pattern, "solidity": 0.35}},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        )
    names = [label(span.name, formatter) for span in figure.spans]
    down = styled(tickvals=list(range(len(names))), ticktext=names, showgrid=False, autorange="reversed")
    axis = Axis("", "seconds", low=0.0, high=max([figure.now, *ends]) or 1.0)
    across = plotly_axis(axis, (), formatter, side="top") | {"title": {"text": ""}}
    settings = {"xaxis": across, "yaxis": down, "barmode": "overlay", "bargap": 0.3}
    settings["legend"] = {"orientation": "h", "x": 0, "y": -0.02, "yanchor": "top", "font": {"size": 12}}
    return traces, settings, 110 + max(16, min(26, 3000 // max(1, len(names)))) * len(names)
