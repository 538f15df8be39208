"""Answers of a linear model."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from catalog.contract import Prediction
from plugins.nlp.text_classification.linear.model import LinearModel

__all__ = ["LinearPredictor"]

_CHUNK = 512
"""Texts that are judged at a time, so that a stream of any length takes little memory."""


@dataclass(frozen=True, slots=True)
class LinearPredictor:
    """A `catalog.contract.Predictor`."""

    model: LinearModel

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction per text, in order; a text without a known word gets the model's prior."""
        stream = iter(texts)
        while chunk := list(islice(stream, _CHUNK)):
            for text, row in zip(chunk, self.model.probabilities(chunk), strict=True):
                probabilities = dict(zip(self.model.labels, row.tolist(), strict=True))
                label = self.model.labels[int(row.argmax())]
                yield Prediction(text, label, probabilities[label], probabilities)
