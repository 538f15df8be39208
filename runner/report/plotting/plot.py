"""Lines, steps, points and surfaces over two axes."""

from typing import Any

from catalog.figures import Plot, Series, Surface
from runner.report.formatting import ReportFormatter
from runner.report.plotting.style import (
    BLUE,
    LOOKS,
    MUTED,
    SCALE,
    SIZES,
    Trace,
    error_bars,
    escaped,
    label,
    plotly_axis,
    title,
)

__all__ = ["plot"]


def plot(figure: Plot, formatter: ReportFormatter) -> tuple[list[Trace], dict[str, Any], int]:
    """Draw series over a surface, if there is one, and levels over both."""
    xs = [x for series in figure.series for x, _ in series.points]
    ys = [y for series in figure.series for _, y in series.points] + [level.value for level in figure.levels]
    ys += [end for series in figure.series for ends in series.intervals if ends is not None for end in ends]
    x, y = plotly_axis(figure.x, xs, formatter), plotly_axis(figure.y, ys, formatter)
    traces = [] if figure.surface is None else [_surface(figure.surface, formatter)]
    ends = [10**end for end in x["range"]] if x.get("type") == "log" else x["range"]
    traces += [_series(series, figure, ends[1], formatter) for series in figure.series if series.points]
    for level in figure.levels:
        look = LOOKS[level.role]
        name = label(level.name, formatter)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": list(ends),
                "y": [level.value] * 2,
                "showlegend": all(series.role != level.role for series in figure.series),  # its colour is there
                "line": {"color": look.colour, "dash": look.dash, "width": 1.5},
                "hovertemplate": f"{name}: {escaped(formatter.shown(level.value, figure.y.format))}<extra></extra>",
            }
        )
    return traces, {"xaxis": x, "yaxis": y}, 380 if figure.surface else 360


def _series(series: Series, figure: Plot, end: float, formatter: ReportFormatter) -> Trace:
    look, name = LOOKS[series.role], label(series.name, formatter)
    xs, ys = [x for x, _ in series.points], [y for _, y in series.points]
    bare = series.draw == "steps" or series.role == "reference"
    hovers = [_hover(series, index, figure, formatter) for index in range(len(xs))]
    trace: Trace = {
        "type": "scatter",
        "mode": "markers" if series.draw == "points" else "lines" if bare else "lines+markers",
        "name": name,
        "x": xs,
        "y": ys,
        "text": hovers,
        "hovertemplate": f"{name}: %{{text}}<extra></extra>",
        "cliponaxis": False,
    }
    if series.draw == "steps":  # the last step extends to the end of the axis
        trace |= {"x": [*xs, end], "y": [*ys, ys[-1]], "text": [*hovers, hovers[-1]]}
    if series.draw != "points":
        shape = "hv" if series.draw == "steps" else "linear"
        trace["line"] = {"color": look.colour, "dash": look.dash, "width": 2, "shape": shape}
    if not bare:
        size = SIZES.get(series.role, 10)
        trace["marker"] = {
            "symbol": look.symbol,
            "size": size,
            "color": look.colour,
            "line": {"width": 2, "color": look.colour},
        }
        if series.scores:
            trace["marker"] |= {"color": list(series.scores), "colorscale": SCALE, "cmin": 0, "cmax": 1}
            trace["marker"]["line"] = {"width": 1, "color": BLUE}
    if any(series.intervals):
        pairs = [ends or (y, y) for ends, y in zip(series.intervals, ys, strict=True)]
        trace["error_y"] = error_bars(ys, pairs, look.colour)
    return trace


def _hover(series: Series, index: int, figure: Plot, formatter: ReportFormatter) -> str:
    x, y = (
        label(axis.categories[round(value)], formatter, 40)
        if axis.categories and 0 <= round(value) < len(axis.categories)
        else escaped(formatter.shown(value, axis.format))
        for axis, value in zip((figure.x, figure.y), series.points[index], strict=True)
    )
    of = f"{label(series.labels[index], formatter, 80)} · " if series.labels else ""
    return f"{of}{x}" if series.role == "failed" else f"{of}{x} · {y}"


def _surface(surface: Surface, formatter: ReportFormatter) -> Trace:
    scale = surface.scale
    shown = [
        ["" if value is None else escaped(formatter.shown(value, scale.format)) for value in row]
        for row in surface.values
    ]
    return {
        "type": "heatmap",
        "x": list(surface.x),
        "y": list(surface.y),
        "z": [list(row) for row in surface.values],
        "text": shown,
        "colorscale": SCALE,
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
        "colorbar": {
            "title": {"text": title(scale, formatter)["text"], "side": "right", "font": {"size": 12, "color": MUTED}},
            "tickformat": ".1%" if scale.format == "percent" else "",
            "tickfont": {"size": 12, "color": MUTED},
            "thickness": 12,
        },
    }
