"""`modelcat plan`: what a study will cost, and what to change before it is run."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from catalog import registry
from catalog.contract import DataSummary
from catalog.results import Forecast
from catalog.spec import Request
from catalog.statement import Statement, english
from runner.console.output import narrator, print_line, print_table
from runner.console.text import duration, safe
from runner.engine.local import LocalEngine
from runner.engine.messages import Failed, MakeForecast, Prepare, Subject, Task
from runner.study.coordinator import Place, study_name
from runner.study.cost import Cost, cost_of
from runner.study.space import widen

__all__ = ["Plan", "make_plan", "plan_answer", "print_plan"]

PROBE_SECONDS = 20.0
"""Time for measuring: enough for a few steps of a large model on a CPU."""
_BASELINE_SHARE = 0.5
_QUANTILES = ("5", "25", "50", "75", "95", "100")
_SUSPECTS_SHOWN = 5
_TIGHT = 0.9
"""Share of the free disk above which a study is told to need room."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was found out.

    Attributes:
        request: The spec.
        data: What preparation found.
        forecast: Of the given configuration; None where the plugin makes none.
        baseline: The same for the baseline, where the study trains one that can tell.
        cost: Of the whole study; None without a forecast.
        workers: Processes that would train at the same time.
        free_bytes: Of the disk that the studies lie on.
    """

    request: Request
    data: DataSummary
    forecast: Forecast | None
    baseline: Forecast | None
    cost: Cost | None
    workers: int
    free_bytes: int

    @property
    def advice(self) -> list[Statement]:
        """What to change first."""
        advice = list(self.forecast.advice) if self.forecast else []
        if self.cost and self.cost.disk_bytes > _TIGHT * self.free_bytes:
            advice.append(
                Statement(
                    "The study needs about {need:count} MB of disk, and {free:count} MB are free: make room, or lower "
                    "study.confirm.top or study.confirm.seeds.",
                    {"need": self.cost.disk_bytes / 1e6, "free": self.free_bytes / 1e6},
                )
            )
        return advice


def make_plan(request: Request, place: Place, seconds: float = PROBE_SECONDS) -> Plan:
    """Prepare data and model, and measure a short training; nothing is written but the cache.

    Raises:
        ModelcatError: Data or model cannot be used, or not even the probe fits into memory.
    """
    subject = Subject(
        request.plugin.key,
        request.config.model_dump(mode="json", exclude_unset=True),
        request.dataset,
        place.cache,
    )
    console = narrator()
    # As many processes as would train, so that the measured one has as many threads.
    with LocalEngine(place.workers, debug=place.debug) as engine:
        console.print("reading data and model")
        data: DataSummary = _done(engine, Prepare(subject))
        console.print(f"measuring for about {duration(seconds)}")
        forecast: Forecast | None = _done(engine, MakeForecast(subject, seconds))
        key = request.plugin.baseline if request.spec.study.trials > 1 else None
        baseline: Forecast | None = None
        if key is not None and forecast is not None:
            registry.load(key)  # a missing plugin is told here, not as a failure of a worker
            rival = Subject(key, {}, request.dataset, place.cache)
            baseline = _done(engine, MakeForecast(rival, _BASELINE_SHARE * seconds))
    space = widen(request.space, request.plugin.tunable(request.config, data))
    cost = None if forecast is None else cost_of(request, space, data.rows, forecast, baseline, place.workers)
    return Plan(request, data, forecast, baseline, cost, place.workers, _free_bytes(place.folder))


def plan_answer(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON: one flat object; what could not be measured is null."""
    forecast, cost, study = plan.forecast, plan.cost, plan.request.spec.study
    return {
        "study": study_name(plan.request, "study"),
        "key": plan.request.plugin.key,
        "trials": study.trials,
        "workers": plan.workers,
        "rows": dict(plan.data.rows),
        "labels": list(plan.data.labels),
        "label_rows": {split: list(rows) for split, rows in plan.data.label_rows.items()},
        "language": plan.data.language,
        "mean_words": plan.data.mean_words,
        "notes": list(plan.data.notes),
        "length_unit": forecast.unit if forecast else None,
        "length_quantiles": dict(zip(_QUANTILES, forecast.length_quantiles, strict=True)) if forecast else None,
        "lengths": [asdict(length) for length in forecast.lengths] if forecast else None,
        "duplicates": {**_train_duplicates(forecast), **plan.data.duplicates},
        "suspected": forecast.suspected if forecast else None,
        "suspects": [asdict(suspect) for suspect in forecast.suspects] if forecast else None,
        "seconds_per_epoch": forecast.seconds_per_epoch if forecast else None,
        "evaluation_seconds": forecast.evaluation_seconds if forecast else None,
        "probe_seconds": forecast.probe_seconds if forecast else None,
        "training_seconds": cost.training if cost else None,
        "search_seconds": cost.search if cost else None,
        "confirmation_seconds": cost.confirmation if cost else None,
        "baseline_seconds": cost.baseline if cost else None,
        "test_seconds": cost.test if cost else None,
        "total_seconds": cost.total if cost else None,
        "peak_memory_bytes": forecast.peak_memory_bytes if forecast else None,
        "model_bytes": forecast.model_bytes if forecast else None,
        "disk_bytes": cost.disk_bytes if cost else None,
        "kept_bytes": cost.kept_bytes if cost else None,
        "free_bytes": plan.free_bytes,
        "advice": [english(advice) for advice in plan.advice],
    }


def print_plan(plan: Plan) -> None:
    """Print a plan for a person."""
    print_line(f"{study_name(plan.request, 'study')}: {plan.request.plugin.key}")
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


def _data_lines(data: DataSummary) -> Iterator[str]:
    yield f"  rows        {', '.join(f'{count:,} {split}' for split, count in data.rows.items())}"
    shares = zip(data.labels, data.label_rows.get("train", ()), strict=False)
    classes = [f"{safe(label, 40)} {count:,}" for label, count in shares]
    yield f"  classes     {', '.join(classes[:20]) or ', '.join(safe(label, 40) for label in data.labels[:20])}"
    for note in data.notes:
        yield f"              {note}"


def _found_lines(forecast: Forecast) -> Iterator[str]:
    names = ("5 %", "25 %", "half", "75 %", "95 %", "all")
    lengths = (f"{name} up to {length:,}" for name, length in zip(names, forecast.length_quantiles, strict=True))
    yield f"  {forecast.unit:10}  {', '.join(lengths)}"
    yield f"  repeated    {forecast.duplicates:,} texts occur in train more than once"
    yield f"  suspects    {forecast.suspected:,} labels are probably wrong, or their texts unusual"
    for suspect in forecast.suspects[:_SUSPECTS_SHOWN]:
        label, other = safe(suspect.label, 30), safe(suspect.suggested, 30)
        yield f"              row {suspect.row:,}: {label}, or {other}? {safe(suspect.text, 90)}"


def _cost_lines(plan: Plan, forecast: Forecast, cost: Cost) -> Iterator[str]:
    study = plan.request.spec.study
    beside = f" in {plan.workers} processes" if plan.workers > 1 else ""
    yield f"  one training  {duration(cost.training)}, {duration(forecast.seconds_per_epoch)} an epoch"
    yield f"  search        {duration(cost.search)}: {study.trials:,} trials{beside}, pruning not counted"
    if cost.confirmation:
        yield f"  confirmation  {duration(cost.confirmation)}: best and given configuration again on fresh seeds"
    if plan.baseline is not None:
        yield f"  baseline      {duration(cost.baseline)}"
    yield f"  test          {duration(cost.test)}"
    yield f"  in all        {duration(cost.total)}, estimated from {duration(forecast.probe_seconds)} of measuring"
    memory = _size(forecast.peak_memory_bytes) if forecast.peak_memory_bytes is not None else "unknown"
    yield f"  memory        {memory} at most while measuring{', in each process' if plan.workers > 1 else ''}"
    yield (
        f"  disk          {_size(cost.disk_bytes)} at most, {_size(cost.kept_bytes)} kept; "
        f"{_size(plan.free_bytes)} are free"
    )


def _train_duplicates(forecast: Forecast | None) -> Mapping[str, int]:
    return {} if forecast is None else {"train": forecast.duplicates}


def _done(engine: LocalEngine, task: Task) -> Any:
    event = engine.run(task)
    if isinstance(event, Failed):
        raise event.error
    return cast("Any", event).value


def _free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that `folder` lies on or will lie on."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
