"""A fresh model for each training: the source's weights copied in, new layers drawn from the seed."""

import copy
from typing import Any

import torch
from transformers import AutoModelForSequenceClassification
from transformers.initialization import no_init_weights

from plugins.nlp.text_classification.bert.families import FAMILIES
from plugins.nlp.text_classification.bert.quiet import quiet
from plugins.nlp.text_classification.bert.source import ModelSource

__all__ = ["build"]


def build(source: ModelSource, attention_dropout: float, seed: int) -> Any:
    """Return a classifier on the CPU, in fp32 and training mode.

    Args:
        source: Its weights are copied, never changed.
        attention_dropout: Share of attention weights dropped in training; above 0 attention leaves a GPU's fast kernel.
        seed: Seeds torch: decides the new layers, and all dropout that follows.
    """
    config = copy.deepcopy(source.config)
    setattr(config, FAMILIES[config.model_type].attention_dropout, attention_dropout)
    torch.manual_seed(seed)
    with quiet(), no_init_weights():  # drawing 110 million numbers that are then overwritten takes a second
        start: Any = AutoModelForSequenceClassification.from_config  # untyped
        model = start(config, dtype=torch.float32, attn_implementation="sdpa")
    new = set(model.load_state_dict(source.weights, strict=False).missing_keys)
    with torch.no_grad():
        for path, module in model.named_modules():
            own = {f"{path}.{name}" if path else name for name, _ in module.named_parameters(recurse=False)}
            if own & new:
                model._init_weights(module)  # noqa: SLF001 -- transformers' documented place for how a model starts
    model.train()
    return model
