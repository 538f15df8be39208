"""What `validate` finds out about a spec without training anything."""

from pathlib import Path
from typing import Any

from catalog.contract import DataSummary
from catalog.dataset import HubDataset
from catalog.metric_labels import ClassScope, english_label, scope_of
from catalog.spec import Request
from runner.console.text import number
from runner.study.names import study_name
from runner.study.space import to_json

__all__ = ["inspect_data", "validation_answer", "validation_lines"]


def inspect_data(request: Request, cache: Path) -> DataSummary | None:
    """Read and check the data where that costs no download; return None for data of a hub.

    Raises:
        DataError: The data cannot be used.
    """
    if isinstance(request.dataset, HubDataset):
        return None
    return request.plugin.inspect(request.dataset, request.config, cache)


def validation_answer(request: Request, data: DataSummary | None) -> dict[str, Any]:
    """Return what was found as JSON."""
    return {
        "valid": True,
        "key": request.plugin.key,
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
            "rows": dict(data.rows),
            "labels": list(data.labels),
            "positive": scope_of(data.labels, data.positive).positive,
            "notes": list(data.notes),
        },
    }


def validation_lines(answer: dict[str, Any]) -> list[str]:
    """Return what was found for a person."""
    data, space = answer["data"], answer["search_space"]
    scope = scope_of(data["labels"], data["positive"]) if data else ClassScope(answer["dataset"].get("positive"))
    positive = f"; positive class: {scope.positive}" if scope.positive is not None else ""
    rows = (
        ", ".join(f"{count:,} {split}" for split, count in data["rows"].items())
        + f" rows; {', '.join(data['labels'])}{positive}"
        if data
        else "on a hub: read when the study runs"
    )
    return [
        f"valid: {answer['key']}",
        f"  study   {answer['study']}: {answer['trials']} trials, tuned for {english_label(answer['metric'], scope)}",
        f"  space   {', '.join(f'{name} {_bounds(entry)}' for name, entry in space.items()) or 'nothing is tuned'}",
        f"  data    {rows}",
        *(f"          {note}" for note in (data["notes"] if data else ())),
    ]


def _bounds(entry: dict[str, Any]) -> str:
    if "choices" in entry:
        return " or ".join(map(number, entry["choices"]))
    logarithmic = " (log)" if entry.get("log") else ""
    return f"{number(entry['low'])} to {number(entry['high'])}{logarithmic}"
