"""`modelcat compare`: models next to each other, and which differences chance can explain.

Commands:
    compare: Compare winners, trials and baselines.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line, print_table
from runner.cli.workspace import open_store, workspace_of
from runner.presentation.labels import NOTHING
from runner.presentation.metrics import difference_format, metric_phrase, metric_value

if TYPE_CHECKING:
    from catalog.contract import Comparison
    from catalog.metric import Metric
    from runner.study.model_comparison import ComparedModel, ModelComparison

__all__ = ["compare", "comparison_answer", "print_comparison"]


@click.command(epilog="Example:  modelcat compare imdb-bert imdb-bert:7 imdb-bert:baseline")
@click.argument("models", metavar="STUDY...", nargs=-1, required=True)
@options.storage
@options.json
def compare(models: tuple[str, ...], storage: str | None, json: bool) -> None:
    """Compare winners, trials and baselines.

    STUDY is its winner, STUDY:7 its trial 7, STUDY:given and STUDY:baseline what it was measured against. Winners are
    compared on test; with a trial among them all are compared on validation.
    """
    from runner.engine.single_tasks import asking
    from runner.study.model_comparison import compare_models

    place, store = workspace_of(storage), open_store(storage)
    with asking(debug=place.debug) as ask:
        found = compare_models(store, models, place.folder, ask)
    if json:
        of_class = {model.study: store.study(model.study).metrics_of_class for model in found.models}
        print_json(comparison_answer(found, of_class))
    else:
        print_comparison(found)


def comparison_answer(found: "ModelComparison", of_class: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the comparison as JSON; `of_class` is, by study, the class to which some of its metrics refer."""
    return {
        "split": found.split,
        "metric": found.metric,
        "models": [
            {
                "name": contender.name,
                "study": contender.study,
                "subject": contender.subject,
                "key": contender.key,
                "rows": contender.evaluation.rows,
                "metrics": dict(contender.evaluation.metrics),
                "positive": of_class[contender.study],
                "intervals": {name: list(ends) for name, ends in contender.evaluation.intervals.items()},
                "seconds_per_row": contender.seconds_per_row,
                "model_bytes": contender.evaluation.model_bytes,
                "pareto": place in found.front,
            }
            for place, contender in enumerate(found.models)
        ],
        "pairs": [
            {"first": found.models[one].name, "second": found.models[other].name, **asdict(comparison)}
            for (one, other), comparison in found.pairs.items()
        ],
        "notes": list(found.notes),
    }


def print_comparison(found: "ModelComparison") -> None:
    """Print the models, then each pair with the differences that chance can explain."""
    labels = [metric_phrase(contender.metric) for contender in found.models]
    shared = len(set(labels)) == 1  # else each value is followed by the name of its metric
    rows = [
        _model_row(found, place, contender, "" if shared else f" ({labels[place]})")
        for place, contender in enumerate(found.models)
    ]
    score = f"{labels[0] if shared else found.metric} on {found.split}"
    columns = ["model", score, "95 % interval", "rows/s", "MB", "front"]
    print_table(columns, rows, right=frozenset({score, "rows/s", "MB"}))
    if found.pairs:
        print_line()
    for (one, other), comparison in found.pairs.items():
        _print_pair(found.models[one], found.models[other], comparison)
    if found.front:
        print_line("\n● on the front: no other model here is both better and faster.")
    for note in found.notes:
        print_line(f"note: {note}")


def _print_pair(first: "ComparedModel", second: "ComparedModel", comparison: "Comparison") -> None:
    metric, low, high = first.metric, comparison.low, comparison.high
    points, difference, ends = difference_format(metric) == "points", comparison.difference, (low, high)
    if points and metric.maximize:
        lead = f"{_difference(metric, difference, '+')} points of {metric_phrase(metric)}"
    else:
        way = "higher" if (difference < 0) != metric.maximize else "lower"
        ends = ends if difference >= 0 else (-high, -low)
        unit = " points" if points else ""
        lead = f"{metric_phrase(metric)} {way} by {_difference(metric, abs(difference))}{unit}"
    interval = " to ".join(_difference(metric, end) for end in ends)
    verdict = "better" if low > 0 else "worse" if high < 0 else "chance can explain it"
    alone = _alone(comparison.only_first, comparison.only_second)
    print_line(f"{first.name} against {second.name}: {lead} (95 % interval {interval}): {verdict}{alone}")
    if comparison.p_value is not None:
        print_line(f"    McNemar's exact test: p = {comparison.p_value:.3g}")


def _difference(metric: "Metric", value: float, sign: str = "") -> str:
    match difference_format(metric):
        case "points":
            return f"{value * 100:{sign}.1f}"
        case "count":
            return f"{value:{sign},.0f}"
    return f"{value:{sign}.4f}" if abs(value) < 1000 else f"{value:{sign},.1f}"


def _model_row(found: "ModelComparison", place: int, contender: "ComparedModel", label: str) -> list[str]:
    judged = contender.evaluation
    interval = judged.intervals.get(found.metric)
    speed, size = contender.seconds_per_row, judged.model_bytes
    return [
        contender.name,
        metric_value(contender.metric, judged.metrics.get(found.metric)) + label,
        " to ".join(metric_value(contender.metric, end) for end in interval) if interval else NOTHING,
        f"{1 / speed:,.0f}" if speed else NOTHING,
        f"{size / 1e6:,.1f}" if size else NOTHING,
        "●" if place in found.front else "",
    ]


def _alone(only_first: int | None, only_second: int | None) -> str:
    if only_first is None or only_second is None:
        return ""
    return f"; right where the other is wrong: {only_first:,} against {only_second:,} examples"
