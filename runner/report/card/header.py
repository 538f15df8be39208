"""The header of a model card: YAML that the hub indexes."""

import re
from pathlib import Path
from typing import Any

import yaml

from catalog.registry import task_key
from runner.presentation.metrics import metric_phrase
from runner.presentation.text import safe
from runner.report.results import Results

__all__ = ["header"]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
_NAMES = {"matthews_corrcoef": "matthews_correlation"}
"""The hub's names of metrics that have another name there than here."""
_PIPELINE_TAGS = frozenset(
    """
    any-to-any audio-classification audio-text-to-text audio-to-audio automatic-speech-recognition depth-estimation
    document-question-answering feature-extraction fill-mask graph-ml image-classification image-feature-extraction
    image-segmentation image-text-to-text image-to-3d image-to-image image-to-text image-to-video keypoint-detection
    mask-generation object-detection question-answering reinforcement-learning robotics sentence-similarity
    summarization table-question-answering tabular-classification tabular-regression text-classification
    text-generation text-ranking text-to-3d text-to-audio text-to-image text-to-speech text-to-video
    time-series-forecasting token-classification translation unconditional-image-generation video-classification
    video-text-to-text visual-document-retrieval visual-question-answering voice-activity-detection
    zero-shot-classification zero-shot-image-classification zero-shot-object-detection
    """.split()  # noqa: SIM905 -- one name a line is no easier to read
)
"""The tasks that the hub knows (huggingface.js, `packages/tasks/src/pipelines.ts`); it warns about any other task."""


def header(results: Results) -> str:
    """Return the header with its fences. The dumper quotes strings that need it."""
    study, dataset = results.study, results.study.spec.get("dataset") or {}
    found: dict[str, Any] = {}
    if language := study.data.get("language"):
        found["language"] = [safe(language, 20)]
    if "model_name" in results.chosen:  # a fine-tuned model names its base model and is a folder for transformers
        found["library_name"] = "transformers"
    if (tag := _tag(results)) in _PIPELINE_TAGS:
        found["pipeline_tag"] = tag
    found["tags"] = ["modelcat", tag, safe(study.key.rpartition("/")[2], 60)]
    if base := _base_model(results):
        found["base_model"] = base
    if dataset.get("source") == "hub":
        found["datasets"] = [safe(dataset.get("name"), 200)]
    index = _index(results, dataset)
    if index is not None:
        found["metrics"] = [entry["type"] for entry in index["results"][0]["metrics"]]
        found["model-index"] = [index]
    return f"---\n{yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120)}---"


def _tag(results: Results) -> str:
    """Return the hub's name of the task: it names a kind of data and what is predicted about it."""
    category, _, subcategory = task_key(results.study.key).partition("/")
    return safe(subcategory if "-" in subcategory else f"{category}-{subcategory}", 60)


def _base_model(results: Results) -> str | None:
    """Return the hub id of the base model; None for a folder, and for weights that are initialized at random."""
    name = str(results.chosen.get("model_name") or "")
    if not _HUB_ID.fullmatch(name) or name.startswith("scratch/") or Path(results.study.base, name).exists():
        return None
    return name


def _index(results: Results, dataset: Any) -> dict[str, Any] | None:
    if results.main is None:
        return None
    _, evaluation = results.main
    data = safe(results.study.data.get("name") or "unnamed", 200)
    kind = safe(dataset.get("name"), 200) if dataset.get("source") == "hub" else data
    return {
        "name": safe(results.study.study, 200),
        "results": [
            {
                "task": {"type": _tag(results), "name": _tag(results).replace("-", " ").title()},
                "dataset": {"name": data, "type": kind, "split": evaluation.split},
                "metrics": [
                    {
                        "type": _NAMES.get(name, name),
                        "value": evaluation.metrics[name],
                        "name": safe(metric_phrase(results.study.metric_of(name)), 60),
                    }
                    for name in results.metrics_in(evaluation)
                ],
            }
        ],
    }
