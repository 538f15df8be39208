"""The fast forward pass of a model: no padding, the step's own number format, and only what an output depends on."""

from plugins.nlp.encoders.packed.model import PackedModel
from plugins.nlp.encoders.packed.pack import Pack, moved, pack

__all__ = ["Pack", "PackedModel", "moved", "pack"]
