"""How much each tuned field decided."""

from runner.presentation.text import safe
from runner.report.blocks import Figure, Row
from runner.report.figures.style import BLUE, axis, figure, label, plot
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["draw"]


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw it, the most important on top."""
    found = results.importance
    if found is None or not found.shares:
        return None
    t = teller.t
    ranked = sorted(found.shares.items(), key=lambda item: item[1])
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [share for _, share in ranked],
        "y": list(range(len(ranked))),
        "text": [teller.language.percent(share) for _, share in ranked],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": BLUE},
        "hovertemplate": "%{text}<extra></extra>",
    }
    height = 60 + 34 * len(ranked)
    top = max(share for _, share in ranked)
    drawn = plot(
        [trace],
        teller,
        xaxis=axis(tickformat=".0%", range=[0, top * 1.35 or 1], nticks=5),
        yaxis=axis(tickvals=list(range(len(ranked))), ticktext=[label(name) for name, _ in ranked], showgrid=False),
        bargap=0.35,
    )
    rows = [
        Row((label_of, teller.told(f"importance.shares.{name}", share, "percent")))
        for name, share in reversed(ranked)
        for label_of in [teller.parameter(name)]
    ]
    caption = t(
        "Share of the differences between trials that each field explains ({method}, {trials:count} trials).",
        method=safe(found.method, 60),
        trials=found.trials,
    )
    return figure("importance", t("Parameter importance"), caption, drawn, (t("Field"), t("Share")), rows, height)
