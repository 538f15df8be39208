"""The verdict at a glance: winner, given configuration and baseline, each a dot with its interval."""

from runner.report.blocks import Figure, Row, Told
from runner.report.figures.style import BLUE, GREY, ORANGE, axis, figure, label, plot
from runner.report.metrics import metric
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["draw"]

_LOOKS = {"winner": (BLUE, "circle"), "given": (ORANGE, "diamond"), "baseline": (GREY, "square")}


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw what was measured on test; on validation where test is not known."""
    t, name = teller.t, results.study.metric
    split = "test" if ("winner", "test") in results.evaluations else "validation"
    scores: list[tuple[str, Told]] = []
    for subject in _LOOKS:
        if evaluation := results.evaluations.get((subject, split)):
            told = teller.scored(f"{subject}.{split}", evaluation, name)
            if isinstance(told, Told):
                scores.append((subject, told))
    if not scores:
        return None
    shares = metric(name).kind == "percent"
    traces = [_trace(_called(subject, results, teller), subject, told, shares=shares) for subject, told in scores]
    drawn = plot(
        traces,
        teller,
        showlegend=False,
        xaxis=axis(
            label(teller.metric(name), 60),
            tickformat=".1%" if shares else "",
            nticks=5,
            tickangle=0,
            range=_range([told for _, told in scores], shares=shares),
        ),
        yaxis=axis(autorange="reversed", showgrid=False, tickfont={"size": 13}),
        height=70 + 44 * len(scores),
    )
    return figure(
        "verdict-scores",
        t("{metric} · {split}", metric=teller.metric(name), split=teller.split(split)),
        t("Dots are what was measured, bars 95 % intervals: where bars overlap widely, chance can explain a gap.")
        if any(told.interval for _, told in scores)
        else t("What was measured on the same examples; intervals were not computed."),
        drawn,
        ("", teller.metric(name)),
        [Row((_called(subject, results, teller), told)) for subject, told in scores],
        height=70 + 44 * len(scores),
    )


def _range(scores: list[Told], *, shares: bool) -> list[float]:
    """Return an axis wide enough that a tenth of a point does not look like a mile."""
    low = min(told.value if told.low is None else told.low for told in scores)
    high = max(told.value if told.high is None else told.high for told in scores)
    least = 0.06 if shares else 0.1
    spare = max(0.08 * (high - low), (least - (high - low)) / 2)
    return [low - spare, high + spare]


def _called(subject: str, results: Results, teller: Teller) -> str:
    if subject == "winner" and not results.tuned:
        return teller.t("Given (winner)")
    if subject == "winner" and results.number is not None:
        return teller.t("Trial {number:count} (winner)", number=results.number)
    return teller.t("Given") if subject == "given" else teller.subject(subject)


def _trace(name: str, subject: str, told: Told, *, shares: bool) -> dict[str, object]:
    colour, symbol = _LOOKS[subject]
    trace: dict[str, object] = {
        "type": "scatter",
        "name": name,
        "x": [told.value],
        "y": [name],
        "mode": "markers+text",
        "text": [told.shown],
        "textposition": "top center",
        "marker": {"color": colour, "symbol": symbol, "size": 13},
        "hovertemplate": "%{y}: %{x:.2%}<extra></extra>" if shares else "%{y}: %{x:.4f}<extra></extra>",
        "cliponaxis": False,
    }
    if told.low is not None and told.high is not None:
        trace["error_x"] = {
            "type": "data",
            "array": [told.high - told.value],
            "arrayminus": [told.value - told.low],
            "symmetric": False,
            "color": colour,
            "thickness": 2.5,
            "width": 7,
        }
    return trace
