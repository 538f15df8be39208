"""A data set of labelled texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.contract import DataSummary
from plugins.classification.records import ClassData, class_data
from plugins.nlp.texts.split import TextSplit

__all__ = ["TextData"]


@dataclass(frozen=True, slots=True, eq=False)
class TextData:
    """A data set ready to train on.

    Attributes:
        summary: What was found: sizes, class names, fingerprint, notes.
        splits: Always ``"train"``, ``"validation"`` and ``"test"``, none of them empty.
    """

    summary: DataSummary
    splits: Mapping[str, TextSplit]

    @property
    def classes(self) -> ClassData:
        """What is known about the classes."""
        return class_data(self.summary)
