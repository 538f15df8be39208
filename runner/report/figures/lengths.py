"""Does the length of a text matter?"""

from typing import Any

from runner.report.blocks import Figure, Row, Told
from runner.report.figures.style import BLUE, GREEN, GREY, axis, figure, plot
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["draw"]


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw accuracy with its interval and mean confidence by length, and below the share that was cut."""
    if results.main is None or not results.main[1].lengths:
        return None
    place, evaluation = results.main
    t, buckets, count = teller.t, evaluation.lengths, teller.language.count
    units = {"tokens": t("Tokens"), "characters": t("Characters")}
    unit = units.get(buckets[0].unit, t("Words"))
    names = [f"{count(b.low)}–{count(b.high)}" for b in buckets]
    places = list(range(len(buckets)))
    accuracy, confidence, truncated = t("Accuracy"), t("Mean confidence"), t("Truncated")
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": accuracy,
            "x": places,
            "y": [b.accuracy for b in buckets],
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [b.accuracy_high - b.accuracy for b in buckets],
                "arrayminus": [b.accuracy - b.accuracy_low for b in buckets],
                "color": BLUE,
                "thickness": 2,
                "width": 6,
            },
            "marker": {"color": BLUE, "size": 9, "symbol": "circle"},
            "line": {"color": BLUE, "width": 2},
            "hovertemplate": f"{accuracy}: %{{y:.1%}}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": confidence,
            "x": places,
            "y": [b.confidence for b in buckets],
            "marker": {"color": GREEN, "size": 9, "symbol": "diamond-open", "line": {"width": 2}},
            "line": {"color": GREEN, "width": 2, "dash": "dot"},
            "hovertemplate": f"{confidence}: %{{y:.1%}}<extra></extra>",
        },
        {
            "type": "bar",
            "name": truncated,
            "x": places,
            "y": [b.truncated for b in buckets],
            "yaxis": "y2",
            "marker": {"color": GREY, "pattern": {"shape": "x", "solidity": 0.25}},
            "hovertemplate": f"{truncated}: %{{y:.1%}}<extra></extra>",
        },
    ]
    drawn = plot(
        traces,
        teller,
        xaxis=axis(unit, tickvals=places, ticktext=names, anchor="y2", showgrid=False),
        yaxis=axis(domain=[0.36, 1], tickformat=".0%", nticks=6),
        yaxis2=axis(truncated, domain=[0, 0.24], tickformat=".0%", range=[0, 1], nticks=3),
    )
    rows = [
        Row(
            (
                name,
                teller.told(f"{place}.lengths.{index}.rows", b.rows, "count"),
                Told(
                    f"{place}.lengths.{index}.accuracy",
                    b.accuracy,
                    teller.language.percent(b.accuracy),
                    b.accuracy_low,
                    b.accuracy_high,
                    teller.interval(b.accuracy_low, b.accuracy_high, "percent"),
                ),
                teller.told(f"{place}.lengths.{index}.confidence", b.confidence, "percent"),
                teller.told(f"{place}.lengths.{index}.truncated", b.truncated, "percent"),
            )
        )
        for index, (name, b) in enumerate(zip(names, buckets, strict=True))
    ]
    columns = (unit, t("Texts"), accuracy, confidence, truncated)
    caption = t("Buckets of about equal numbers of texts, with 95 % intervals; below, the share that was cut.")
    return figure("lengths", t("Performance by length"), caption, drawn, columns, rows, 380)
