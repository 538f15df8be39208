"""Bars, histograms, matrices and intervals."""

from typing import Any

from catalog.figures import Axis, Bars, Histogram, Intervals, Matrix, Part
from runner.report.formatting import ReportFormatter
from runner.report.plotting.style import (
    FEW,
    INK,
    LOOKS,
    MUTED,
    SCALE,
    Trace,
    error_bars,
    escaped,
    label,
    plotly_axis,
    styled,
)

__all__ = ["bars", "histogram", "intervals", "matrix"]


def bars(figure: Bars, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw horizontal bars, one trace for each role."""
    ends = [end for bar in figure.bars for end in (bar.value, bar.low, bar.high) if end is not None]
    top, foot = max(0.0, *ends, 0.0), min(0.0, *ends, 0.0)
    axis = Axis(figure.axis.label, figure.axis.format, figure.axis.unit, better=figure.axis.better)
    across = plotly_axis(axis, ends, formatter, nticks=5)
    # the axis is longer than the longest bar, to leave room for its number
    across["range"] = [foot * 1.35, max(top, figure.axis.high or 0.0) * 1.35 or 1]
    traces = []
    for role in dict.fromkeys(bar.role for bar in figure.bars):
        mine = [(place, bar) for place, bar in enumerate(figure.bars) if bar.role == role]
        look = LOOKS[role]
        trace: Trace = {
            "type": "bar",
            "orientation": "h",
            "x": [bar.value for _, bar in mine],
            "y": [place for place, _ in mine],
            "text": [escaped(formatter.shown(bar.value, figure.axis.format)) for _, bar in mine],
            "customdata": [label(bar.note or "", formatter, 80) for _, bar in mine],
            "textposition": "outside",
            "cliponaxis": False,
            "showlegend": False,
            "marker": {"color": look.colour, "pattern": {"shape": look.pattern, "solidity": 0.3}},
            "hovertemplate": "%{text} %{customdata}<extra></extra>",
        }
        if any(bar.low is not None and bar.high is not None for _, bar in mine):
            values = [bar.value for _, bar in mine]
            pairs = [
                (v if b.low is None else b.low, v if b.high is None else b.high)
                for v, (_, b) in zip(values, mine, strict=True)
            ]
            trace["error_x"] = error_bars(values, pairs, INK)
            trace["textposition"] = "none"
        traces.append(trace)
    names = [label(bar.label, formatter) for bar in figure.bars]
    down = styled(tickvals=list(range(len(names))), ticktext=names, showgrid=False, autorange="reversed")
    return traces, {"xaxis": across, "yaxis": down, "bargap": 0.3}, 90 + 26 * len(names)


def histogram(figure: Histogram, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw stacked bars in proportion to their counts, with the sum of each bin."""
    filled = [each for each in figure.bins if sum(each.counts)]
    middles = [(each.low + each.high) / 2 for each in figure.bins]
    widths = [each.high - each.low for each in figure.bins]
    traces: list[Trace] = [
        {
            "type": "bar",
            "name": label(part.name, formatter),
            "x": middles,
            "width": widths,
            "y": [each.counts[index] for each in figure.bins],
            "marker": _part_marker(part),
            "hovertemplate": f"{label(part.name, formatter)}: %{{y}}<extra></extra>",
        }
        for index, part in enumerate(figure.parts)
    ]
    low = min((each.low for each in filled), default=0.0)
    high = max((each.high for each in filled), default=1.0)
    axis = Axis(figure.x.label, figure.x.format, figure.x.unit, low=low, high=high)
    totals = [sum(each.counts) for each in figure.bins]
    counts = [
        {"x": middle, "y": total, "text": formatter.shown(total, "count"), "showarrow": False, "yshift": 9,
         "font": {"size": 11, "color": MUTED}}
        for middle, total in zip(middles, totals, strict=True)
        if total
    ]  # fmt: skip
    x = plotly_axis(axis, (), formatter, nticks=6)
    heading = {"text": formatter.t("Count"), "font": {"size": 12, "color": MUTED}}
    y = styled(title=heading, nticks=5, range=[0, max(totals, default=1) * 1.12])
    settings = {"barmode": "stack", "bargap": 0.05, "annotations": counts, "legend_traceorder": "normal"}
    return traces, {"xaxis": x, "yaxis": y, **settings}, 340


def _part_marker(part: Part) -> dict[str, Any]:
    look = LOOKS[part.role]
    return {"color": look.colour, "pattern": {"shape": look.pattern, "solidity": 0.35}, "line": {"width": 0}}


def matrix(figure: Matrix, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw counts, shaded by their share of the row."""
    rows, columns = len(figure.counts), len(figure.across.categories)
    shares = [[cell / (sum(row) or 1) for cell in row] for row in figure.counts]
    strings = [
        [
            f"<b>{formatter.shown(cell, 'count')}</b><br>{formatter.shown(share, 'percent')}"
            for cell, share in zip(*pair, strict=True)
        ]
        for pair in zip(figure.counts, shares, strict=True)
    ]
    few = max(rows, columns) <= FEW
    trace = {
        "type": "heatmap",
        "z": shares,
        "text": strings,
        "texttemplate": "%{text}" if few else "",
        "textfont": {"size": 15 if max(rows, columns) < 4 else 12},
        "zmin": 0,
        "zmax": 1,
        "colorscale": SCALE,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hovertemplate": "%{text}<extra></extra>",
    }
    x, y = (plotly_axis(axis, (), formatter, ticks="", showgrid=False) for axis in (figure.across, figure.down))
    for axis, found, limit in ((x, figure.across, 12), (y, figure.down, 18 if few else 12)):
        axis["ticktext"] = [label(name, formatter, limit) for name in found.categories]
    y["range"] = list(reversed(y["range"]))
    return [trace], {"xaxis": x, "yaxis": y}, 200 + 70 * min(rows, FEW)


def intervals(figure: Intervals, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw points with intervals."""
    known = [(place, item, item.value) for place, item in enumerate(figure.items) if item.value is not None]
    ends = [end for _, item, value in known for end in (value, item.low, item.high) if end is not None]
    traces = []
    for place, item, value in known:
        look = LOOKS[item.role]
        shown = escaped(formatter.shown(value, figure.axis.format))
        trace: Trace = {
            "type": "scatter",
            "name": label(item.label, formatter),
            "x": [value],
            "y": [place],
            "mode": "markers+text",
            "text": [shown],
            "textposition": "top center",
            "marker": {"color": look.colour, "symbol": look.symbol, "size": 13},
            "hovertemplate": f"{label(item.label, formatter)}: {shown}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
        }
        if item.low is not None and item.high is not None:
            trace["error_x"] = error_bars([value], [(item.low, item.high)], look.colour)
        traces.append(trace)
    names = [label(item.label, formatter, 30) for item in figure.items]
    down = styled(tickvals=list(range(len(names))), ticktext=names, showgrid=False, range=[len(names) - 0.4, -0.7])
    across = plotly_axis(figure.axis, ends, formatter, nticks=5, tickangle=0)
    return traces, {"xaxis": across, "yaxis": down}, 90 + 44 * len(names)
