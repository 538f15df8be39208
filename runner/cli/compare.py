"""`modelcat compare`: models next to each other, and which differences chance can explain."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line, print_table
from runner.cli.place import open_store, place_of
from runner.presentation.english import english_label
from runner.presentation.labels import NOTHING
from runner.presentation.text import metric_value

if TYPE_CHECKING:
    from runner.study.model_comparison import ComparedModel, ModelComparison

__all__ = ["compare", "contest_answer", "print_contest"]

_SHARES = frozenset({"accuracy", "f1", "macro_f1"})


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

    place = place_of(storage)
    with asking(debug=place.debug) as ask:
        found = compare_models(open_store(storage), models, place.folder, ask)
    print_json(contest_answer(found)) if json else print_contest(found)


def contest_answer(found: "ModelComparison") -> dict[str, Any]:
    """Return the comparison as JSON."""
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
                "positive": contender.scope.positive,
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


def print_contest(found: "ModelComparison") -> None:
    """Print the models, then each pair with what chance can explain."""
    labels = [english_label(found.metric, contender.scope) for contender in found.models]
    shared = len(set(labels)) == 1  # else each value is followed by the class that it is of
    rows = [
        _model_row(found, place, contender, "" if shared else f" ({labels[place]})")
        for place, contender in enumerate(found.models)
    ]
    score = f"{labels[0] if shared else found.metric} on {found.split}"
    columns = ["model", score, "95 % interval", "log loss", "texts/s", "MB", "front"]
    print_table(columns, rows, right=frozenset({score, "log loss", "texts/s", "MB"}))
    if found.pairs:
        print_line()
    for (one, other), comparison in found.pairs.items():
        names = f"{found.models[one].name} against {found.models[other].name}"
        scale, unit = (100, " points") if comparison.metric in _SHARES else (1, "")
        low, high = comparison.low, comparison.high
        digits = 1 if scale == 100 else 4
        label = english_label(comparison.metric, found.models[one].scope)
        lead = f"{comparison.difference * scale:+.{digits}f}{unit} of {label}"
        ends = f"95 % interval {low * scale:.{digits}f} to {high * scale:.{digits}f}"
        verdict = "better" if low > 0 else "worse" if high < 0 else "chance can explain it"
        print_line(f"{names}: {lead} ({ends}): {verdict}{_mcnemar(comparison.only_first, comparison.only_second)}")
        if comparison.p_value is not None:
            print_line(f"    McNemar's exact test: p = {comparison.p_value:.3g}")
    if found.front:
        print_line("\n● on the front: no other model here is both better and faster.")
    for note in found.notes:
        print_line(f"note: {note}")


def _model_row(found: "ModelComparison", place: int, contender: "ComparedModel", label: str) -> list[str]:
    judged = contender.evaluation
    low, high = judged.intervals.get(found.metric, (None, None))
    speed, size = contender.seconds_per_row, judged.model_bytes
    return [
        contender.name,
        metric_value(found.metric, judged.metrics.get(found.metric)) + label,
        f"{metric_value(found.metric, low)} to {metric_value(found.metric, high)}" if low is not None else NOTHING,
        metric_value("log_loss", judged.metrics.get("log_loss")),
        f"{1 / speed:,.0f}" if speed else NOTHING,
        f"{size / 1e6:,.1f}" if size else NOTHING,
        "●" if place in found.front else "",
    ]


def _mcnemar(only_first: int | None, only_second: int | None) -> str:
    if only_first is None or only_second is None:
        return ""
    return f"; right where the other is wrong: {only_first:,} against {only_second:,} texts"
