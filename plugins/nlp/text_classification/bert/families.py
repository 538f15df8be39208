"""The architectures that are known to work, by the `model_type` of a checkpoint's config.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["FAMILIES", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """Where architectures of one kind differ.

    Attributes:
        attention_dropout: Name of the attention dropout in the checkpoint's config.
        last_layer: Name of the linear layer that gives the scores of the classes.
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
"""A closed list, because a checkpoint is not to choose which code runs. Each has an SDPA attention (DeBERTa-v2 and
MPNet have none) and a test that trains it."""
