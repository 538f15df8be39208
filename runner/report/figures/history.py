"""The search: each trial's value, and the best so far."""

from typing import Any

from runner.presentation.labels import NOTHING, ORIGINS, STATES
from runner.report.blocks import Figure, Row
from runner.report.figures.style import BLUE, GREEN, ORANGE, RED, axis, figure, label, plot
from runner.report.metrics import metric
from runner.report.results import Results
from runner.report.telling import Teller
from runner.store.records import TrialRecord

__all__ = ["draw", "shown_state"]

_MOST_TICKS, _LEAST = 10, 0.04
_LOOKS = {"given": ("diamond", ORANGE), "recipe": ("square", GREEN), "search": ("circle", BLUE)}


def shown_state(trial: TrialRecord, results: Results) -> str:
    """Return the state of a trial as a text to translate: a study that does not run trains none."""
    if trial.state == "running" and results.state != "running":
        return STATES["interrupted"]
    return STATES[trial.state]


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw it; None where there is a single trial, which makes no history."""
    if len(results.trials) < 2:
        return None
    t, name = teller.t, results.study.metric
    shares = metric(name).kind == "percent"
    best = _best_so_far(results)
    traces = [*_dots(results, teller, shares=shares), _line(best, teller, shares=shares), *_kept(results, teller)]
    failed = [trial.number for trial in results.trials if trial.state == "failed"]
    first, last = results.trials[0].number, results.trials[-1].number
    drawn = plot(
        traces,
        teller,
        xaxis=axis(t("Trial"), tickformat="d", range=[first - 0.5, last + 0.5], tick0=0, dtick=_step(last - first + 1)),
        yaxis=axis(
            t("{metric} on validation", metric=label(teller.metric(name), 60)),
            tickformat=".1%" if shares else "",
            range=_span([trial.value for trial in results.trials if trial.value is not None], shares=shares),
        ),
        annotations=[
            {
                "x": number,
                "y": 0.02,
                "yref": "paper",
                "text": "×",
                "showarrow": False,
                "font": {"size": 18, "color": RED},
            }
            for number in failed
        ],
    )
    rows = []
    for trial in results.trials:
        place, kind = f"trials.{trial.number}", metric(name).kind
        held = best.get(trial.number)
        rows.append(
            Row(
                (
                    str(trial.number),
                    t(ORIGINS[trial.origin]),
                    t(shown_state(trial, results)),
                    teller.maybe(f"{place}.value", trial.value, kind),
                    NOTHING if held is None else teller.told(f"{place}.best_so_far", held, kind),
                )
            )
        )
    columns = (t("Trial"), t("Origin"), t("State"), teller.metric(name), t("Best so far"))
    caption = t("Shapes tell where a trial came from; hollow ones were pruned, × marks failed ones at the bottom.")
    return figure("history", t("Optimisation history"), caption, drawn, columns, rows, 360)


def _step(trials: int) -> int:
    """Return the distance between ticks: 1, 2 or 5 times a power of ten, so that there are ten of them at most."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power * _MOST_TICKS >= trials:
                return step * power
        power *= 10


def _span(values: list[float], *, shares: bool) -> list[float] | None:
    """Return an axis on which equal values are equal, and a tenth of a point is no mile; shares stay within 0 to 1."""
    if not values:
        return None
    low, high = min(values), max(values)
    least = _LEAST if shares else _LEAST * max(abs(low), abs(high), 1e-3)
    spare = max(0.08 * (high - low), (least - (high - low)) / 2)
    low, high = low - spare, high + spare
    if not shares:
        return [low, high]
    low, high = max(0.0, low - max(0.0, high - 1)), min(1.0, high + max(0.0, -low))  # what is cut off one side
    return [low, high]


def _dots(results: Results, teller: Teller, *, shares: bool) -> list[dict[str, Any]]:
    traces = []
    style = ".2%" if shares else ".4f"
    for origin, (symbol, colour) in _LOOKS.items():
        for state, suffix in (("complete", ""), ("pruned", "-open")):
            found = [x for x in results.trials if (x.origin, x.state) == (origin, state) and x.value is not None]
            if found:
                name = (
                    teller.t(ORIGINS[origin])
                    if state == "complete"
                    else f"{teller.t(ORIGINS[origin])}, {teller.t(STATES[state])}"
                )
                traces.append(
                    {
                        "type": "scatter",
                        "mode": "markers",
                        "name": name,
                        "x": [trial.number for trial in found],
                        "y": [trial.value for trial in found],
                        "cliponaxis": False,
                        "marker": {
                            "symbol": symbol + suffix,
                            "color": colour,
                            "size": 11,
                            "line": {"width": 2, "color": colour},
                        },
                        "hovertemplate": f"{teller.t('Trial')} %{{x}}: %{{y:{style}}}<extra></extra>",
                    }
                )
    return traces


def _kept(results: Results, teller: Teller) -> list[dict[str, Any]]:
    """Return a star around the trial whose configuration is kept."""
    found = next((trial for trial in results.trials if results.confirmed and trial.number == results.number), None)
    if found is None or found.value is None:
        return []
    marker = {"symbol": "star-open", "color": GREEN, "size": 19, "line": {"width": 2, "color": GREEN}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": teller.t("kept"),
            "x": [found.number],
            "y": [found.value],
            "cliponaxis": False,
            "marker": marker,
            "hoverinfo": "skip",
        }
    ]


def _line(best: dict[int, float], teller: Teller, *, shares: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": teller.t("best so far"),
        "x": list(best),
        "y": list(best.values()),
        "line": {"shape": "hv", "color": BLUE, "width": 2, "dash": "dot"},
        "hovertemplate": f"%{{y:{'.2%' if shares else '.4f'}}}<extra></extra>",
    }


def _best_so_far(results: Results) -> dict[int, float]:
    """Return the best complete value up to each trial, by number, from the first complete one on."""
    better = max if results.study.direction == "maximize" else min
    found: dict[int, float] = {}
    held: float | None = None
    for trial in results.trials:
        held = _better(better, held, trial)
        if held is not None:
            found[trial.number] = held
    return found


def _better(better: Any, held: float | None, trial: TrialRecord) -> float | None:
    if trial.state != "complete" or trial.value is None:
        return held
    return trial.value if held is None else float(better(held, trial.value))
