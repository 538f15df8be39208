"""What all figures share: colours by name, axes, and labels that cannot be markup."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from runner.presentation.text import safe
from runner.report.blocks import Figure, Row, Table
from runner.report.telling import Teller

__all__ = ["BLUE", "GREEN", "GREY", "INK", "ORANGE", "RED", "SURFACE", "axis", "figure", "label", "plot"]

# Names in the style sheet, which has a value of each for light and for dark (after Okabe and Ito, 2008).
BLUE, ORANGE, GREEN, RED = "var(--blue)", "var(--orange)", "var(--green)", "var(--red)"
GREY, INK, SURFACE = "var(--grey)", "var(--ink)", "var(--surface)"
_GRID, _MUTED = "var(--grid)", "var(--muted)"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"


def label(text: object, limit: int = 24) -> str:
    """Return foreign text fit for a figure: Plotly reads some HTML and entities in labels."""
    return safe(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def axis(title: str = "", **settings: Any) -> dict[str, Any]:
    """Return an axis in the house's style."""
    return {
        "title": {"text": title, "font": {"size": 12, "color": _MUTED}, "standoff": 10},
        "gridcolor": _GRID,
        "linecolor": _GRID,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"size": 12, "color": _MUTED},
        **settings,
    }


def plot(traces: Sequence[Mapping[str, Any]], teller: Teller, **settings: Any) -> dict[str, Any]:
    """Return what Plotly draws, checked by it; `settings` are of its layout."""
    layout = {
        "template": go.layout.Template(),
        "font": {"family": _FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 2},
        "separators": teller.language.separators,
        "dragmode": False,  # else a finger that scrolls the page zooms the figure
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": SURFACE, "bordercolor": _GRID, "font": {"color": INK, "size": 12}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        "showlegend": len([t for t in traces if t.get("showlegend", True)]) > 1,
        **settings,
    }
    drawn: dict[str, Any] = go.Figure(data=[dict(trace) for trace in traces], layout=layout).to_plotly_json()
    drawn["layout"].pop("template")
    return drawn


def figure(
    name: str,
    title: str,
    caption: str,
    drawn: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Row],
    height: int = 320,
) -> Figure:
    """Put a figure together; all columns of its table but the first hold numbers."""
    table = Table(title, tuple(columns), tuple(rows), frozenset(range(1, len(columns))))
    return Figure(name, title, caption, drawn, table, height)
