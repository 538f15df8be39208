"""For the model card: how a fine-tuned model is used without modelcat, and what its user must know."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.statement import Statement

__all__ = ["limits", "usage"]


def usage(pipeline: str, config: Mapping[str, Any]) -> str:
    """Return Python that predicts with a pipeline of transformers.

    Args:
        pipeline: What transformers calls the task.
        config: The `model_config` of the training.
    """
    length = config.get("max_seq_length")
    limit = "" if length is None else f", max_length={int(length)}"
    lines = (
        "from transformers import pipeline",
        "",
        f'predict = pipeline("{pipeline}", model="path/to/this/folder")',
        f'print(predict(["A slow start, but what an ending!"], truncation=True{limit}))',
    )
    return "\n".join(lines)


def limits(config: Mapping[str, Any]) -> tuple[Statement, ...]:
    """Return how much of a long text the model sees."""
    return tuple(_limits(config))


def _limits(config: Mapping[str, Any]) -> Iterator[Statement]:
    truncation, length = config.get("truncation", "head"), config.get("max_seq_length")
    if length is not None:
        yield Statement("Of a longer text it sees {length:count} tokens only.", {"length": int(length)})
    if truncation == "head+tail":  # a pipeline follows the saved setting of a tokenizer
        yield Statement(
            "It was trained on the beginning and the end of long texts ({truncation}); a pipeline cuts the end off, so "
            "long texts get other scores there than from modelcat predict.",
            {"truncation": truncation},
        )
