"""The confusion matrix: which class is taken for which."""

from runner.report.blocks import Figure, Row
from runner.report.figures.style import SURFACE, axis, figure, label, plot
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["MOST", "draw"]

MOST = 20
"""Classes that fit a matrix which can still be read."""


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw it; of many classes those with the most errors."""
    if results.main is None or not results.main[1].confusion:
        return None
    place, evaluation = results.main
    t, matrix = teller.t, evaluation.confusion
    shown = _worst(matrix)
    names = [_name(results, index) for index in shown]
    shares = [[matrix[i][j] / (sum(matrix[i]) or 1) for j in shown] for i in shown]
    texts = [
        [
            f"<b>{teller.language.count(matrix[i][j])}</b><br>{teller.language.percent(share)}"
            for j, share in zip(shown, row, strict=True)
        ]
        for i, row in zip(shown, shares, strict=True)
    ]
    few = len(shown) <= 6
    down, across = ([label(name, limit) for name in names] for limit in (18 if few else 12, 12))
    trace = {
        "type": "heatmap",
        "z": shares,
        "text": texts,
        "texttemplate": "%{text}" if few else "",
        "textfont": {"size": 15 if len(shown) < 4 else 12},
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "var(--heat-low)"], [1, "var(--heat-high)"]],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hovertemplate": "%{text}<extra></extra>",
    }
    places = list(range(len(shown)))
    drawn = plot(
        [trace],
        teller,
        xaxis=axis(t("Predicted"), ticks="", tickvals=places, ticktext=across, showgrid=False, side="bottom"),
        yaxis=axis(t("True"), ticks="", tickvals=places, ticktext=down, showgrid=False, autorange="reversed"),
        hoverlabel={"bgcolor": SURFACE},
    )
    rows = [
        Row(
            (
                teller.parameter(_name(results, i)),
                *(teller.told(f"{place}.confusion.{i}.{j}", matrix[i][j], "count") for j in shown),
            )
        )
        for i in shown
    ]
    caption = t("Rows are true classes: count, and share of the row. The diagonal is right.")
    if len(shown) < len(matrix):
        caption += " " + t("Of {classes:count} classes those with the most errors.", classes=len(matrix))
    columns = (t("True, as predicted"), *(teller.parameter(name) for name in names))
    return figure("confusion", t("Confusion matrix"), caption, drawn, columns, rows, 200 + 70 * min(len(shown), 6))


def _worst(matrix: tuple[tuple[int, ...], ...]) -> list[int]:
    """Return the classes to show, in the order of their ids."""
    count = len(matrix)
    if count <= MOST:
        return list(range(count))
    columns = [sum(row[j] for row in matrix) for j in range(count)]
    errors = [sum(matrix[i]) + columns[i] - 2 * matrix[i][i] for i in range(count)]
    return sorted(sorted(range(count), key=lambda i: -errors[i])[:MOST])


def _name(results: Results, index: int) -> str:
    return results.labels[index] if index < len(results.labels) else str(index)
