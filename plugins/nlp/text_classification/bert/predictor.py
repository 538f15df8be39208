"""Predictions of a trained model, for any number of texts."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from catalog.contract import Prediction
from plugins.nlp.encoders.memory import oom_as_error
from plugins.nlp.encoders.model_folder import SavedModel, load_trained
from plugins.nlp.encoders.precision import Precision
from plugins.nlp.encoders.text_encoder import CHUNK
from plugins.nlp.encoders.tokens import encode
from plugins.nlp.text_classification.bert.config import KEY
from plugins.nlp.text_classification.bert.explanation import choose_baseline, explain
from plugins.nlp.text_classification.bert.objective import log_probabilities
from plugins.nlp.text_classification.bert.preparation import HEAD
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation

__all__ = ["BertPredictor", "load"]


class BertPredictor:
    """Predicts in the precision that it was opened with, and explains in fp32.

    In fp32 ``transformers.pipeline`` on the same folder gives the same scores (truncation head).
    """

    def __init__(self, trained: SavedModel) -> None:
        self._trained = trained

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction a text, in order, reading at most 1,024 texts ahead.

        Any string is valid: an empty one gets the answer of its special tokens, a lone surrogate counts as U+FFFD.

        Raises:
            OutOfMemoryError: Not even a single text fits into memory.
        """
        stream = iter(texts)
        while chunk := list(itertools.islice(stream, CHUNK)):
            for text, probabilities in zip(chunk, _probabilities(self._trained, chunk), strict=True):
                yield TextPrediction.of(text, self.labels, probabilities).as_json()

    def explain(self, texts: Sequence[str]) -> Iterator[Prediction]:
        """Yield one prediction with its words for each text, in order.

        Raises:
            OutOfMemoryError: Not even a single text fits into memory.
            WorkError: captum is not installed.
        """
        return (found.as_json() for found in self.explain_words(texts))

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of their ids."""
        return self._trained.labels

    def explain_words(self, texts: Sequence[str]) -> Iterator[Explanation[TextPrediction]]:
        """Yield one explanation a text, in order; see `explanation.explain`.

        Raises:
            OutOfMemoryError: Not even a single text fits into memory.
            WorkError: captum is not installed.
        """
        for text in texts:
            (probabilities,) = _probabilities(self._exact, [text])
            yield explain(self._exact, TextPrediction.of(text, self.labels, probabilities), self._baseline)

    @cached_property
    def _exact(self) -> SavedModel:
        model = self._trained.model
        return replace(self._trained, model=model.at(Precision("fp32", model.device.type)))

    @cached_property
    def _baseline(self) -> int:
        model, encoder = self._exact.model, self._exact.encoder
        with oom_as_error(model.device, encoder.max_length):
            return choose_baseline(model, encoder)


def _probabilities(trained: SavedModel, texts: list[str]) -> np.ndarray:
    with oom_as_error(trained.model.device, trained.encoder.max_length):
        scores: np.ndarray = np.exp(log_probabilities(trained.model, encode(texts, trained.encoder)))
    return scores


def load(model_dir: Path, device: str, threads: int, precision: str = "fp32") -> SavedModel:
    """Open a folder that a training of this plugin made; see `plugins.nlp.encoders.model_folder.load_trained`."""
    return load_trained(model_dir, KEY, HEAD, device, threads, precision)
