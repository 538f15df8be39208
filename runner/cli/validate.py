"""`modelcat validate`: what is found out about a spec without training anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.place import settings
from runner.presentation.data import columns_answer, columns_line, read_line, row_totals
from runner.presentation.english import english_label
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
    print_json(answer) if json else print_line("\n".join(_lines(answer, found)))


def _answer(request: "Request", data: "DataSummary | None") -> dict[str, Any]:
    """Return what was found as JSON."""
    from runner.study.identity import study_name
    from runner.study.space import to_json  # it imports Optuna, which those who only look at data need not pay for

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
            "rows": {**data.rows, **row_totals(data)},
            "labels": list(data.labels),
            "label_rows": {split: list(rows) for split, rows in data.label_rows.items()},
            "columns": columns_answer(data.columns),
            "positive": scope_of(data.labels, data.positive).positive,
            "notes": list(data.notes),
        },
    }


def _lines(answer: dict[str, Any], found: "DataSummary | None") -> list[str]:
    """Return what was found for a person."""
    data, space = answer["data"], answer["search_space"]
    scope = scope_of(data["labels"], data["positive"]) if data else ClassScope(answer["dataset"].get("positive"))
    positive = f"; positive class: {scope.positive}" if scope.positive is not None else ""
    splits = data["label_rows"] if data else ()
    rows = (
        ", ".join(f"{data['rows'][split]:,} {split}" for split in splits)
        + f" rows; {', '.join(data['labels'])}{positive}"
        if data
        else "on a hub: read when the study runs"
    )
    return [
        f"valid: {answer['key']}",
        f"  study   {answer['study']}: {answer['trials']} trials, tuned for {english_label(answer['metric'], scope)}",
        f"  space   {', '.join(f'{name} {_bounds(entry)}' for name, entry in space.items()) or 'nothing is tuned'}",
        f"  data    {rows}",
        *(f"  columns {line}" for line in [columns_line(found.columns) if found else None] if line),
        *([f"  read    {read_line(found)}"] if found and found.counts else []),
        *(f"          {note}" for note in (data["notes"] if data else ())),
    ]


def _bounds(entry: dict[str, Any]) -> str:
    if "choices" in entry:
        return " or ".join(map(number, entry["choices"]))
    logarithmic = " (log)" if entry.get("log") else ""
    return f"{number(entry['low'])} to {number(entry['high'])}{logarithmic}"
