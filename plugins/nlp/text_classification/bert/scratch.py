"""The models that need no download: published small BERT architectures, with random weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ARCHITECTURES", "POSITIONS", "PREFIX", "VOCABULARY", "Architecture", "is_scratch"]

PREFIX = "scratch/"
POSITIONS = 512
"""Tokens that the position table has room for."""
VOCABULARY = 8192
"""Word pieces at most: a vocabulary of 30,522 would make nine tenths of the smallest model out of rare words."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A BERT encoder: heads of 64 units, feed-forward layers four times as wide as the hidden ones."""

    layers: int
    hidden: int

    @property
    def heads(self) -> int:
        """Attention heads of each layer."""
        return self.hidden // 64

    @property
    def intermediate(self) -> int:
        """Width of the feed-forward layers."""
        return 4 * self.hidden


ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType(
    {
        PREFIX + "bert-tiny": Architecture(layers=2, hidden=128),
        PREFIX + "bert-mini": Architecture(layers=4, hidden=256),
        PREFIX + "bert-small": Architecture(layers=4, hidden=512),
        PREFIX + "bert-medium": Architecture(layers=8, hidden=512),
    }
)
"""By `model_name`. Turc et al., "Well-Read Students Learn Better", 2019 (arXiv 1908.08962), table 1."""


def is_scratch(model_name: str) -> bool:
    """Tell whether a model starts from random weights."""
    return model_name.startswith(PREFIX)
