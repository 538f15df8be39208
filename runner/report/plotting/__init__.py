"""Figures drawn by Plotly: one renderer for each kind, independent of any topic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.figures import Bars, Figure, Histogram, Intervals, Matrix, ParallelCoordinates, Plot, Timeline
from runner.report.formatting import ReportFormatter
from runner.report.plotting.bars import bars, histogram, intervals, matrix
from runner.report.plotting.lines import parallel, timeline
from runner.report.plotting.plot import plot
from runner.report.plotting.style import FONT, GRID, INK, SURFACE, Trace

__all__ = ["PlotlyDrawing", "drawing_of"]


@dataclass(frozen=True, slots=True)
class PlotlyDrawing:
    """A drawing for Plotly: ``{"data", "layout"}``, and its height in pixels."""

    plot: Mapping[str, Any]
    height: int


_RENDERERS: Mapping[type, Callable[[Any, ReportFormatter], tuple[list[Trace], dict[str, Any], int]]] = {
    Plot: plot,
    Bars: bars,
    Histogram: histogram,
    Matrix: matrix,
    Intervals: intervals,
    ParallelCoordinates: parallel,
    Timeline: timeline,
}
"""The renderer of each kind: returns traces, layout settings and height; none for tables, strings and empty figures."""


def drawing_of(figure: Figure, formatter: ReportFormatter) -> PlotlyDrawing | None:
    """Return the drawing of a figure, validated by Plotly; None for a table, a text and an empty figure."""
    renderer = _RENDERERS.get(type(figure))
    if renderer is None:
        return None
    traces, settings, height = renderer(figure, formatter)
    return PlotlyDrawing(_plotted(traces, formatter, {**settings, "height": height}), height)


def _plotted(traces: Sequence[Trace], formatter: ReportFormatter, settings: Mapping[str, Any]) -> dict[str, Any]:
    import plotly.graph_objects as go

    layout = {
        "template": go.layout.Template(),
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 2},
        "separators": formatter.language.separators,
        "dragmode": False,  # otherwise a finger that scrolls the page zooms the figure
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": SURFACE, "bordercolor": GRID, "font": {"color": INK, "size": 12}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        "showlegend": sum(trace.get("showlegend", True) for trace in traces) > 1,
        **settings,
    }
    drawn: dict[str, Any] = go.Figure(data=list(traces), layout=layout).to_plotly_json()
    drawn["layout"].pop("template")
    return drawn
