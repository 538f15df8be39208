"""`modelcat validate`: checks a spec without training anything.

Commands:
    validate: Check a spec and its data.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.workspace import settings
from runner.presentation.data import columns_line, facts_about, read_line, row_totals
from runner.presentation.english import english
from runner.presentation.metrics import metric_phrase
from runner.presentation.text import number

if TYPE_CHECKING:
    from catalog.contract import DataSummary
    from catalog.spec import Request

__all__ = ["validate"]


@click.command(epilog="Example:  modelcat validate examples/quickstart.json --set study.trials=5")
@options.spec
@options.overrides
@options.json
def validate(spec: Path, overrides: tuple[str, ...], json: bool) -> None:
    """Check a spec and its data.

    Data is read where it lies on this machine. Nothing is trained, nothing is written.
    """
    from catalog.spec import load
    from runner.study.inspection import inspect_data

    request = load(spec, overrides)
    found = inspect_data(request, settings().cache)
    answer = _answer(request, found)
    print_json(answer) if json else print_line("\n".join(_lines(request, answer, found)))


def _answer(request: "Request", data: "DataSummary | None") -> dict[str, Any]:
    """Return the findings as JSON."""
    from runner.study.identity import study_name
    from runner.study.inspection import metrics_of_class
    from runner.study.space import to_json  # imports Optuna, which is not needed if only the data are checked

    return {
        "valid": True,
        "key": request.model.key,
        "study": study_name(request, "study"),
        "trials": request.spec.study.trials,
        "metric": request.metric,
        "direction": request.direction.value,
        "search_space": to_json(request.space),
        "model_config": request.config.model_dump(mode="json"),
        "dataset": request.dataset.model_dump(mode="json", exclude_none=True),
        "data": None
        if data is None
        else {
            **data.details,
            "rows": {**data.rows, **row_totals(data)},
            "columns": None if data.columns is None else dict(data.columns),
            "positive": metrics_of_class(request, data),
            "notes": list(data.notes),
        },
    }


def _lines(request: "Request", answer: dict[str, Any], found: "DataSummary | None") -> list[str]:
    """Return the findings as lines for a person."""
    from catalog.contract.data import data_to_json
    from runner.study.inspection import tuned_metric

    space, tuned = answer["search_space"], metric_phrase(tuned_metric(request, found))
    lines = [
        f"valid: {answer['key']}",
        f"  study   {answer['study']}: {answer['trials']} trials, tuned for {tuned}",
        f"  space   {', '.join(f'{name} {_bounds(entry)}' for name, entry in space.items()) or 'nothing is tuned'}",
    ]
    if found is None:
        return [*lines, "  data    on a hub: read when the study runs"]
    facts = facts_about(request.task, data_to_json(found))
    return [
        *lines,
        f"  data    {', '.join(f'{count:,} {split}' for split, count in found.rows.items())} rows",
        *(f"          {english(fact.name)}: {english(fact.text)}" for fact in facts),
        *(f"  columns {line}" for line in [columns_line(found.columns)] if line),
        *([f"  read    {read_line(found)}"] if found.counts else []),
        *(f"          {note}" for note in found.notes),
    ]


def _bounds(entry: dict[str, Any]) -> str:
    if "choices" in entry:
        return " or ".join(map(number, entry["choices"]))
    logarithmic = " (log)" if entry.get("log") else ""
    return f"{number(entry['low'])} to {number(entry['high'])}{logarithmic}"
