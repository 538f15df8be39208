"""Predictions of a trained model, for any number of texts."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch

from catalog.contract import Prediction
from plugins.nlp.encoders.explanation import choose_baseline, explain_words
from plugins.nlp.encoders.gradients import METHOD
from plugins.nlp.encoders.memory import oom_as_error
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import Precision
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.text_encoder import CHUNK
from plugins.nlp.encoders.tokens import EncodedTokens, encode
from plugins.nlp.text_regression.bert.folder import Numbers
from plugins.nlp.text_regression.records import NumberPrediction, answer
from plugins.nlp.texts.records import Explanation

__all__ = ["BertPredictor", "values_of"]

_LEAST = 0.01
"""Share of the target's standard deviation below which a difference is not explained."""


class BertPredictor:
    """Predicts in the precision that it was opened with, and explains in fp32.

    In fp32 ``transformers.pipeline`` on the same folder gives the same numbers (truncation head).
    """

    def __init__(self, trained: SavedModel, numbers: Numbers) -> None:
        self._trained = trained
        self._numbers = numbers

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction a text, in order, reading at most 1,024 texts ahead.

        Any string is valid: an empty one gets the answer of its special tokens, a lone surrogate counts as U+FFFD.

        Raises:
            OutOfMemoryError: Not even a single text fits into memory.
        """
        stream = iter(texts)
        while chunk := list(itertools.islice(stream, CHUNK)):
            for text, value in zip(chunk, _values(self._trained, chunk).tolist(), strict=True):
                yield answer(text, value, self._numbers.interval).as_json()

    def explain(self, texts: Sequence[str]) -> Iterator[Prediction]:
        """Yield one prediction with its words for each text, in order.

        Raises:
            OutOfMemoryError: Not even a single text fits into memory.
            WorkError: captum is not installed.
        """
        return (found.as_json() for found in self.explain_words(texts))

    def explain_words(self, texts: Sequence[str]) -> Iterator[Explanation[NumberPrediction]]:
        """Yield one explanation a text, in order: what each word adds to the number, in its unit.

        Raises:
            OutOfMemoryError: Not even a single text fits into memory.
            WorkError: captum is not installed.
        """
        for text in texts:
            (value,) = _values(self._exact, [text]).tolist()
            found = explain_words(self._exact, text, _number, self._baseline, _LEAST * self._numbers.scale)
            prediction = answer(text, value, self._numbers.interval)
            yield Explanation(prediction, found.words, METHOD, found.error, found.truncated)

    @cached_property
    def _exact(self) -> SavedModel:
        model = self._trained.model
        return replace(self._trained, model=model.at(Precision("fp32", model.device.type)))

    @cached_property
    def _baseline(self) -> int:
        model, encoder, centre = self._exact.model, self._exact.encoder, self._numbers.centre
        with oom_as_error(model.device, encoder.max_length):
            return choose_baseline(model, encoder, lambda logits: -(_number(logits) - centre).abs())


def values_of(model: PackedModel, tokens: EncodedTokens) -> np.ndarray:
    """Return the numbers of all rows, float64, shape (rows,)."""
    values: np.ndarray = outputs_of(model, tokens)[:, 0].double().numpy()
    return values


def _number(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, 0].double()


def _values(trained: SavedModel, texts: list[str]) -> np.ndarray:
    with oom_as_error(trained.model.device, trained.encoder.max_length):
        return values_of(trained.model, encode(texts, trained.encoder))
