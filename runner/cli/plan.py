"""`modelcat plan`: what a study will cost."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import narrator, print_json, print_line, print_table
from runner.cli.place import place_of, working_place
from runner.presentation.data import columns_answer, columns_line, read_line
from runner.presentation.english import english, english_label
from runner.presentation.text import duration, safe, size

if TYPE_CHECKING:
    from catalog.contract import DataSummary, Forecast
    from runner.study.cost import Cost
    from runner.study.planning import Plan

__all__ = ["plan", "plan_answer", "print_plan"]

_QUANTILES = ("5", "25", "50", "75", "95", "100")
_SUSPECTS_SHOWN = 5


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

    found = make_plan(load(spec, overrides), working_place(place_of(None), workers, "local"), narrator().print)
    print_json(plan_answer(found)) if json else print_plan(found)


def plan_answer(plan: "Plan") -> dict[str, Any]:
    """Return a plan as JSON: one flat object; what could not be measured is null."""
    from runner.study.identity import study_name

    forecast, cost, study = plan.forecast, plan.cost, plan.request.spec.study
    return {
        "study": study_name(plan.request, "study"),
        "key": plan.request.model.key,
        "trials": study.trials,
        "workers": plan.workers,
        "rows": dict(plan.data.rows),
        "labels": list(plan.data.labels),
        "positive": _scope(plan.data).positive,
        "label_rows": {split: list(rows) for split, rows in plan.data.label_rows.items()},
        "language": plan.data.language,
        "mean_words": plan.data.mean_words,
        "columns": columns_answer(plan.data.columns),
        "notes": list(plan.data.notes),
        "length_unit": forecast.unit if forecast else None,
        "length_quantiles": dict(zip(_QUANTILES, forecast.length_quantiles, strict=True)) if forecast else None,
        "lengths": [asdict(length) for length in forecast.lengths] if forecast else None,
        "duplicates": {**({"train": forecast.duplicates} if forecast else {}), **plan.data.duplicates},
        "suspected": forecast.suspected if forecast else None,
        "suspects": [asdict(suspect) for suspect in forecast.suspects] if forecast else None,
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
    from runner.study.identity import study_name

    tuned = english_label(plan.request.metric, _scope(plan.data))
    print_line(f"{study_name(plan.request, 'study')}: {plan.request.model.key}, tuned for {tuned}")
    for line in _data_lines(plan.data):
        print_line(line)
    if plan.forecast is None or plan.cost is None:
        print_line("\nThis model makes no forecast: what a training costs is known once one has run.")
        return
    for line in _found_lines(plan.forecast):
        print_line(line)
    if plan.forecast.lengths:
        print_line()
        print_table(
            ["max_seq_length", "texts cut", "time per epoch (estimate)"],
            [
                [str(one.max_length), f"{one.truncated * 100:.1f} %", duration(one.seconds_per_epoch)]
                for one in plan.forecast.lengths
            ],
            right=frozenset({"max_seq_length", "texts cut", "time per epoch (estimate)"}),
        )
    print_line()
    for line in _cost_lines(plan, plan.forecast, plan.cost):
        print_line(line)
    print_line("\nWhat to change first:" if plan.advice else "\nNothing here asks to be changed.")
    for advice in plan.advice:
        print_line(f"  → {english(advice)}")


def _scope(data: "DataSummary") -> "ClassScope":

    return scope_of(data.labels, data.positive)


def _data_lines(data: "DataSummary") -> Iterator[str]:
    yield f"  rows        {', '.join(f'{count:,} {split}' for split, count in data.rows.items())}"
    if data.counts:
        yield f"  read        {read_line(data)}"
    if (line := columns_line(data.columns)) is not None:
        yield f"  columns     {safe(line, 200)}"
    shares = zip(data.labels, data.label_rows.get("train", ()), strict=False)
    classes = [f"{safe(label, 40)} {count:,}" for label, count in shares]
    yield f"  classes     {', '.join(classes[:20]) or ', '.join(safe(label, 40) for label in data.labels[:20])}"
    if (positive := _scope(data).positive) is not None:
        yield f"  positive    {safe(positive, 40)}: the class that precision, recall, F1 and ROC AUC are of"
    for note in data.notes:
        yield f"              {note}"


def _found_lines(forecast: "Forecast") -> Iterator[str]:
    names = ("5 %", "25 %", "half", "75 %", "95 %", "all")
    lengths = (f"{name} up to {length:,}" for name, length in zip(names, forecast.length_quantiles, strict=True))
    yield f"  {forecast.unit:10}  {', '.join(lengths)}"
    yield f"  repeated    {forecast.duplicates:,} texts occur in train more than once"
    yield f"  suspects    {forecast.suspected:,} labels are probably wrong, or their texts unusual"
    for suspect in forecast.suspects[:_SUSPECTS_SHOWN]:
        label, other = safe(suspect.label, 30), safe(suspect.suggested, 30)
        yield f"              row {suspect.row:,}: {label}, or {other}? {safe(suspect.text, 90)}"


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
    """Return what the baseline says about the data and the study's own model does not."""
    return [] if plan.baseline is None else [n for n in plan.baseline.summary_notes if n not in plan.data.notes]
