"""The Hugging Face folder: a copy of what others need of a model's own folder."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from plugins.nlp.text_classification.bert.exporting.agreement import Answer
from plugins.nlp.text_classification.bert.exporting.libraries import silence
from plugins.nlp.text_classification.bert.surrogates import well_formed

__all__ = ["TOKENIZER", "copy_files", "copy_model", "pipeline_answer"]

TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
)
_MODEL = ("config.json", "model.safetensors", "model.safetensors.index.json", "modelcat.json", "README.md")


def copy_model(source: Path, target: Path) -> None:
    """Copy configuration, weights, tokenizer and card; what else a study leaves in a model's folder stays there."""
    shards = sorted(path.name for path in source.glob("model-*.safetensors"))
    copy_files(source, target, (*_MODEL, *shards, *TOKENIZER))


def copy_files(source: Path, target: Path, names: Sequence[str]) -> None:
    """Copy those of the named files that are there, readable for others as new files are."""
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def pipeline_answer(folder: Path) -> Answer:
    """Return how ``transformers.pipeline`` answers with `folder`, cutting long texts as the tokenizer says."""
    from transformers import pipeline

    with silence():
        make: Callable[..., Callable[..., list[list[dict[str, str | float]]]]] = pipeline  # overloads by task
        classify = make("text-classification", model=str(folder), device="cpu", dtype=torch.float32)
    names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    labels = [names[str(index)] for index in range(len(names))]

    def answer(texts: Sequence[str]) -> np.ndarray:
        with silence():
            found = classify([well_formed(text) for text in texts], top_k=None, truncation=True)
        scores = [{entry["label"]: entry["score"] for entry in entries} for entries in found]
        return np.array([[float(one[label]) for label in labels] for one in scores])

    return answer
