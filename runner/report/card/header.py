"""The header of a model card: YAML that the hub indexes."""

import re
from pathlib import Path
from typing import Any

import yaml

from runner.presentation.english import english_label
from runner.presentation.text import safe
from runner.report.results import Results

__all__ = ["header", "is_transformer"]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
_TASK = "text-classification"
_NAMES = {"matthews_corrcoef": "matthews_correlation"}
"""What the hub calls a metric, where that is another name than ours."""


def header(results: Results) -> str:
    """Return the header, fences included. Texts in it are quoted by the dumper where they need it."""
    study, dataset = results.study, results.study.spec.get("dataset") or {}
    found: dict[str, Any] = {}
    if language := study.data.get("language"):
        found["language"] = [safe(language, 20)]
    if is_transformer(results):
        found["library_name"] = "transformers"
    found["pipeline_tag"] = _TASK
    found["tags"] = ["modelcat", _TASK, safe(study.key.rpartition("/")[2], 60)]
    if base := _base_model(results):
        found["base_model"] = base
    if dataset.get("source") == "hub":
        found["datasets"] = [safe(dataset.get("name"), 200)]
    index = _index(results, dataset)
    if index is not None:
        found["metrics"] = [entry["type"] for entry in index["results"][0]["metrics"]]
        found["model-index"] = [index]
    return f"---\n{yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120)}---"


def is_transformer(results: Results) -> bool:
    """Tell whether the kept model is a folder for transformers: whatever is fine-tuned names its start."""
    return "model_name" in results.chosen


def _base_model(results: Results) -> str | None:
    """Return the hub id that the training started from; None for a folder, and for weights that started random."""
    name = str(results.chosen.get("model_name") or "")
    if not _HUB_ID.fullmatch(name) or name.startswith("scratch/") or Path(results.study.base, name).exists():
        return None
    return name


def _index(results: Results, dataset: Any) -> dict[str, Any] | None:
    if results.main is None:
        return None
    _, evaluation = results.main
    scope = evaluation_scope(evaluation)
    name = safe(results.study.data.get("name") or "unnamed", 200)
    kind = safe(dataset.get("name"), 200) if dataset.get("source") == "hub" else name
    return {
        "name": safe(results.study.study, 200),
        "results": [
            {
                "task": {"type": _TASK, "name": "Text Classification"},
                "dataset": {"name": name, "type": kind, "split": evaluation.split},
                "metrics": [
                    {"type": _NAMES.get(metric, metric), "value": value, "name": safe(english_label(metric, scope), 60)}
                    for metric, value in evaluation.metrics.items()
                ],
            }
        ],
    }
