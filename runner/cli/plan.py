"""`modelcat plan`: what a study will cost.

Commands:
    plan: Look ahead before spending hours.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import narrator, print_json, print_line
from runner.cli.workspace import run_workspace, workspace_of
from runner.presentation.data import columns_line, facts_about, read_line
from runner.presentation.english import english
from runner.presentation.metrics import metric_phrase
from runner.presentation.text import duration, safe, size

if TYPE_CHECKING:
    from catalog.contract import Fact, Forecast
    from runner.study.cost import Cost
    from runner.study.planning import Plan

__all__ = ["plan", "plan_answer", "print_plan"]

_WIDTH = 1000
"""The most characters of a fact."""


@click.command(epilog="Example:  modelcat plan examples/quickstart.json --workers 2")
@options.spec
@options.overrides
@options.workers
@options.json
def plan(spec: Path, overrides: tuple[str, ...], workers: str | None, json: bool) -> None:
    """Look ahead before spending hours.

    Reads data and model, measures a short training that is thrown away, and tells what the study will cost and what
    to change first. Nothing is stored.
    """
    from catalog.spec import load
    from runner.study.planning import make_plan

    found = make_plan(load(spec, overrides), run_workspace(workspace_of(None), workers, "local"), narrator().print)
    print_json(plan_answer(found)) if json else print_plan(found)


def plan_answer(plan: "Plan") -> dict[str, Any]:
    """Return a plan as JSON: one flat object; values that could not be measured are null."""
    from runner.study.identity import study_name
    from runner.study.inspection import metrics_of_class

    forecast, cost, study = plan.forecast, plan.cost, plan.request.spec.study
    return {
        **plan.data.details,
        **(forecast.details if forecast else {}),
        "study": study_name(plan.request, "study"),
        "key": plan.request.model.key,
        "trials": study.trials,
        "workers": plan.workers,
        "rows": dict(plan.data.rows),
        "positive": metrics_of_class(plan.request, plan.data),
        "columns": None if plan.data.columns is None else dict(plan.data.columns),
        "notes": list(plan.data.notes),
        "seconds_per_epoch": forecast.seconds_per_epoch if forecast else None,
        "evaluation_seconds": forecast.evaluation_seconds if forecast else None,
        "probe_seconds": forecast.probe_seconds if forecast else None,
        "training_seconds": cost.training if cost else None,
        "search_seconds": cost.search if cost else None,
        "confirmation_seconds": cost.confirmation if cost else None,
        "baseline_seconds": cost.baseline if cost else None,
        "baseline_notes": _baseline_notes(plan),
        "baseline_failure": plan.baseline_failure,
        "test_seconds": cost.test if cost else None,
        "total_seconds": cost.total if cost else None,
        "peak_memory_bytes": forecast.peak_memory_bytes if forecast else None,
        "model_bytes": forecast.model_bytes if forecast else None,
        "disk_bytes": cost.disk_bytes if cost else None,
        "kept_bytes": cost.kept_bytes if cost else None,
        "free_bytes": plan.free_bytes,
        "advice": [english(advice) for advice in plan.advice],
    }


def print_plan(plan: "Plan") -> None:
    """Print a plan for a person."""
    from runner.cli.figure_tables import print_figures
    from runner.study.identity import study_name
    from runner.study.inspection import tuned_metric
    from runner.study.task_figures import checked_figures

    tuned = metric_phrase(tuned_metric(plan.request, plan.data))
    print_line(f"{study_name(plan.request, 'study')}: {plan.request.model.key}, tuned for {tuned}")
    for line in _data_lines(plan):
        print_line(line)
    if plan.forecast is None or plan.cost is None:
        print_line("\nThis model makes no forecast: what a training costs is known once one has run.")
        return
    for line in _fact_lines(plan.forecast.facts):
        print_line(line)
    figures = plan.forecast.figures
    print_figures(checked_figures(lambda: figures, plan.request.model.key))
    print_line()
    for line in _cost_lines(plan, plan.forecast, plan.cost):
        print_line(line)
    print_line("\nWhat to change first:" if plan.advice else "\nNothing here asks to be changed.")
    for advice in plan.advice:
        print_line(f"  → {english(advice)}")


def _data_lines(plan: "Plan") -> Iterator[str]:
    from catalog.contract.data import data_to_json

    data = plan.data
    yield f"  rows        {', '.join(f'{count:,} {split}' for split, count in data.rows.items())}"
    if data.counts:
        yield f"  read        {read_line(data)}"
    if (line := columns_line(data.columns)) is not None:
        yield f"  columns     {safe(line, 200)}"
    yield from _fact_lines(facts_about(plan.request.task, data_to_json(data)))
    for note in data.notes:
        yield f"              {note}"


def _fact_lines(facts: "Iterable[Fact]") -> Iterator[str]:
    for fact in facts:
        yield f"  {safe(english(fact.name), 40):10}  {safe(english(fact.text), _WIDTH)}"


def _cost_lines(plan: "Plan", forecast: "Forecast", cost: "Cost") -> Iterator[str]:
    study = plan.request.spec.study
    beside = f" in {plan.workers} processes" if plan.workers > 1 else ""
    yield f"  one training  {duration(cost.training)}, {duration(forecast.seconds_per_epoch)} an epoch"
    yield f"  search        {duration(cost.search)}: {study.trials:,} trials{beside}, pruning not counted"
    if cost.confirmation:
        yield f"  confirmation  {duration(cost.confirmation)}: best and given configuration again on fresh seeds"
    if plan.baseline is not None:
        yield f"  baseline      {duration(cost.baseline)}"
        for note in _baseline_notes(plan):
            yield f"                {safe(note)}"
    elif plan.baseline_failure is not None:
        yield f"  baseline      none: {safe(plan.baseline_failure)}"
    yield f"  test          {duration(cost.test)}"
    yield f"  in all        {duration(cost.total)}, estimated from {duration(forecast.probe_seconds)} of measuring"
    memory = size(forecast.peak_memory_bytes) if forecast.peak_memory_bytes is not None else "unknown"
    yield f"  memory        {memory} at most while measuring{', in each process' if plan.workers > 1 else ''}"
    yield (
        f"  disk          {size(cost.disk_bytes)} at most, {size(cost.kept_bytes)} kept; "
        f"{size(plan.free_bytes)} are free"
    )


def _baseline_notes(plan: "Plan") -> list[str]:
    """Return the baseline's notes on the data that the study's own model does not have."""
    return [] if plan.baseline is None else [n for n in plan.baseline.summary_notes if n not in plan.data.notes]
