"""The architectures that are known to work, and the small ones that need no download. No heavy imports."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["FAMILIES", "SCRATCH", "SCRATCH_POSITIONS", "SCRATCH_VOCABULARY", "Family", "is_scratch"]


@dataclass(frozen=True, slots=True)
class Family:
    """Where architectures of one kind differ.

    Attributes:
        attention_dropout: Name of the attention dropout in the checkpoint's config.
        last_layer: Name of the last linear layer of a head for whole rows.
        encoder: Name of the encoder within the model.
        layers: Name of the list of layers within the encoder.
        padded_positions: Whether positions start after the padding id, as RoBERTa's do: of 514 positions 512 are left.
    """

    attention_dropout: str = "attention_probs_dropout_prob"
    last_layer: str = "classifier"
    encoder: str = "bert"
    layers: str = "encoder.layer"
    padded_positions: bool = False


_ROBERTA = Family(last_layer="classifier.out_proj", encoder="roberta", padded_positions=True)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "bert": Family(),
        "distilbert": Family("attention_dropout", encoder="distilbert", layers="transformer.layer"),
        "roberta": _ROBERTA,
        "xlm-roberta": _ROBERTA,
        "camembert": _ROBERTA,
        "electra": Family(last_layer="classifier.out_proj", encoder="electra"),
    }
)
"""A closed list, because a checkpoint must not choose which code runs. Each has an SDPA attention (DeBERTa-v2 and
MPNet have none) and a test that trains it. Keys are the `model_type` of a config.json."""

_PREFIX = "scratch/"
SCRATCH_POSITIONS = 512
"""Tokens that the position table has room for."""
SCRATCH_VOCABULARY = 8192
"""The most word pieces: with a vocabulary of 30,522, rare words would take nine tenths of the smallest model."""
SCRATCH: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        _PREFIX + "bert-tiny": (2, 128),
        _PREFIX + "bert-mini": (4, 256),
        _PREFIX + "bert-small": (4, 512),
        _PREFIX + "bert-medium": (8, 512),
    }
)
"""Layers, and width of the hidden ones, by `model_name`; heads have 64 units, feed-forward layers four times the width.
Turc et al., "Well-Read Students Learn Better", 2019 (arXiv 1908.08962), table 1."""


def is_scratch(model_name: str) -> bool:
    """Return whether a model starts from random weights."""
    return model_name.startswith(_PREFIX)
