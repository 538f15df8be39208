"""A trained model that answers, for any number of texts."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from catalog.results import Explanation, Prediction
from plugins.nlp.text_classification.bert.encoding import CHUNK
from plugins.nlp.text_classification.bert.explaining import choose_baseline, explain
from plugins.nlp.text_classification.bert.memory import reported
from plugins.nlp.text_classification.bert.precision import Precision
from plugins.nlp.text_classification.bert.scoring import log_probabilities
from plugins.nlp.text_classification.bert.tokens import encode
from plugins.nlp.text_classification.bert.trained import Trained

__all__ = ["BertPredictor"]


class BertPredictor:
    """Answers in the precision it was opened in, and explains in fp32.

    In fp32 ``transformers.pipeline`` on the same folder gives the same scores (truncation head).
    """

    def __init__(self, trained: Trained) -> None:
        self._trained = trained

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction a text, in order, reading at most 1,024 texts ahead.

        Any string has an answer: an empty one that of its special tokens alone, a lone surrogate counts as U+FFFD.

        Raises:
            OutOfMemoryError: Not even one text at a time fits.
        """
        stream = iter(texts)
        while chunk := list(itertools.islice(stream, CHUNK)):
            for text, probabilities in zip(chunk, _probabilities(self._trained, chunk), strict=True):
                yield self._prediction(text, probabilities)

    def explain(self, texts: Sequence[str]) -> Iterator[Explanation]:
        """Yield one explanation a text, in order; see `explaining.explain`.

        Raises:
            OutOfMemoryError: Not even one text at a time fits.
            WorkError: captum is not installed.
        """
        for text in texts:
            (probabilities,) = _probabilities(self._exact, [text])
            yield explain(self._exact, self._prediction(text, probabilities), self._blank)

    @cached_property
    def _exact(self) -> Trained:
        classifier = self._trained.classifier
        return replace(self._trained, classifier=classifier.at(Precision("fp32", classifier.device.type)))

    @cached_property
    def _blank(self) -> int:
        classifier, encoder = self._exact.classifier, self._exact.encoder
        with reported(classifier.device, encoder.max_length):
            return choose_baseline(classifier, encoder)

    def _prediction(self, text: str, probabilities: np.ndarray) -> Prediction:
        best = int(probabilities.argmax())
        return Prediction(
            text=text,
            label=self._trained.labels[best],
            confidence=float(probabilities[best]),
            probabilities=dict(zip(self._trained.labels, probabilities.tolist(), strict=True)),
        )


def _probabilities(trained: Trained, texts: list[str]) -> np.ndarray:
    with reported(trained.classifier.device, trained.encoder.max_length):
        scores: np.ndarray = np.exp(log_probabilities(trained.classifier, encode(texts, trained.encoder)))
    return scores
