"""The fast way through a classifier: no padding, the step's own number format, nothing that no answer depends on."""

from plugins.nlp.text_classification.bert.packed.encoder import PackedClassifier
from plugins.nlp.text_classification.bert.packed.pack import Pack, moved, pack

__all__ = ["Pack", "PackedClassifier", "moved", "pack"]
