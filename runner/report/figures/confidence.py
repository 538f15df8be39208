"""How sure the model is where it is right, and where it is wrong."""

from typing import Any

from runner.report.blocks import Figure, Row
from runner.report.figures.style import BLUE, RED, axis, figure, plot
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["draw"]


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw two histograms over each other, each with a scale of its own: errors are few."""
    if results.main is None or not results.main[1].confidence:
        return None
    place, evaluation = results.main
    t, bins = teller.t, evaluation.confidence
    filled = [index for index, found in enumerate(bins) if found.right + found.wrong]
    first = filled[0] if filled else 0
    shown = bins[first:]
    middles = [(found.low + found.high) / 2 for found in shown]
    widths = [found.high - found.low for found in shown]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": name,
            "x": middles,
            "width": widths,
            "y": values,
            "marker": {"color": colour, "pattern": {"shape": shape, "solidity": 0.35}, "line": {"width": 0}},
            "yaxis": y,
            "hovertemplate": f"{name}: %{{y}}<extra></extra>",
        }
        for name, values, colour, shape, y in (
            (t("right"), [found.right for found in shown], BLUE, "", "y"),
            (t("wrong"), [found.wrong for found in shown], RED, "/", "y2"),
        )
    ]
    drawn = plot(
        traces,
        teller,
        xaxis=axis(t("Confidence"), tickformat=".0%", range=[shown[0].low, 1.001], nticks=6, anchor="y2"),
        yaxis=axis(t("right"), domain=[0.54, 1], rangemode="tozero", nticks=4),
        yaxis2=axis(t("wrong"), domain=[0, 0.46], rangemode="tozero", nticks=4),
        bargap=0.05,
    )
    rows = [
        Row(
            (
                f"{teller.language.percent(found.low, 0)} – {teller.language.percent(found.high, 0)}",
                teller.told(f"{place}.confidence.{index}.right", found.right, "count"),
                teller.told(f"{place}.confidence.{index}.wrong", found.wrong, "count"),
            )
        )
        for index, found in enumerate(shown, start=first)
    ]
    columns = (t("Confidence"), t("right"), t("wrong"))
    caption = t("Right and wrong answers by confidence, on two scales. Confident errors stand on the lower right.")
    return figure("confidence", t("Confidence distribution"), caption, drawn, columns, rows, 340)
