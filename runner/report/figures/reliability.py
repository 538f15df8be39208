"""The reliability curve: how often a model is right when it says how sure it is."""

from collections.abc import Sequence
from typing import Any

from catalog.results import ConfidenceBin
from runner.presentation.labels import NOTHING
from runner.report.blocks import Figure, Row
from runner.report.figures.style import BLUE, GREY, ORANGE, axis, figure, plot
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["draw"]


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw accuracy against confidence on test, before the temperature (where that is known) and after."""
    if results.main is None:
        return None
    place, evaluation = results.main
    before = results.calibration.confidence_before if results.calibration else ()
    if place != "winner.test":
        before = ()  # it was measured on other examples
    after = evaluation.confidence
    if not any(_filled(after)):
        return None
    t = teller.t
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": t("perfect"),
            "x": [0, 1],
            "y": [0, 1],
            "line": {"color": GREY, "dash": "dash", "width": 1.5},
            "hoverinfo": "skip",
        }
    ]
    if before:
        traces.append(_trace(t("before"), before, ORANGE, "diamond-open", "dot"))
    traces.append(_trace(t("after") if before else t("model"), after, BLUE, "circle", "solid"))
    low = min(found.low for found in (*_filled(after), *_filled(before)))
    drawn = plot(
        traces,
        teller,
        xaxis=axis(t("Confidence"), tickformat=".0%", range=[low, 1.02], nticks=6),
        yaxis=axis(t("Share right"), tickformat=".0%", range=[0, 1.04], nticks=6),
    )
    rows = []
    for index in range(max(len(before), len(after))):
        found = (after[index] if index < len(after) else None, before[index] if index < len(before) else None)
        if not any(b and b.right + b.wrong for b in found):
            continue
        cells = [
            cell
            for name, b in (("after", found[0]), ("before", found[1]))
            for cell in _cells(teller, f"reliability.{name}.{index}", b)
        ]
        first = found[0] or found[1]
        assert first is not None, "an empty bin was passed over"
        span = f"{teller.language.percent(first.low, 0)} – {teller.language.percent(first.high, 0)}"
        rows.append(Row((span, *cells)))
    columns: tuple[str, ...] = (
        t("Bin"),
        t("Confidence"), t("Share right"), t("Texts"),
        t("Confidence before"), t("Share right before"), t("Texts before"),
    )  # fmt: skip
    if not before:
        rows, columns = [Row(row.cells[:4]) for row in rows], columns[:4]
    caption = t("On the dashed line a model is as often right as it says. Below it, it is too sure of itself.")
    return figure("reliability", t("Reliability"), caption, drawn, columns, rows, 340)


def _filled(bins: Sequence[ConfidenceBin]) -> list[ConfidenceBin]:
    return [found for found in bins if found.right + found.wrong]


def _cells(teller: Teller, of: str, found: ConfidenceBin | None) -> tuple[Any, Any, Any]:
    if found is None or not found.right + found.wrong:
        return NOTHING, NOTHING, NOTHING
    rows = found.right + found.wrong
    return (
        teller.maybe(f"{of}.confidence", found.confidence, "percent"),
        teller.told(f"{of}.right", found.right / rows, "percent"),
        teller.told(f"{of}.rows", rows, "count"),
    )


def _trace(name: str, bins: Sequence[ConfidenceBin], colour: str, symbol: str, dash: str) -> dict[str, Any]:
    filled = _filled(bins)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [found.confidence if found.confidence is not None else (found.low + found.high) / 2 for found in filled],
        "y": [found.right / (found.right + found.wrong) for found in filled],
        "marker": {"color": colour, "symbol": symbol, "size": 9, "line": {"width": 2, "color": colour}},
        "line": {"color": colour, "dash": dash, "width": 2},
        "hovertemplate": f"{name}: %{{x:.1%}} → %{{y:.1%}}<extra></extra>",
    }
