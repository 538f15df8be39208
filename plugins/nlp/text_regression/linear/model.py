"""The trained model: scikit-learn's TF-IDF vectoriser and the weights of its terms."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from catalog.contract import Prediction
from plugins.nlp.text_regression.records import NumberPrediction, answer
from plugins.nlp.texts.completeness import completeness_error
from plugins.nlp.texts.records import Explanation
from plugins.nlp.tfidf.tokens import WORDS, TextTokens
from plugins.nlp.tfidf.words import METHOD, word_weights
from plugins.regression.records import ConformalInterval

__all__ = ["LinearModel"]

_CHUNK = 512
"""Texts that are predicted at a time, so that any number of them takes little memory."""
_LEAST = 0.01
"""Share of the target's standard deviation below which a difference is not explained."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """A `catalog.contract.Predictor`. Its answer is ``centre + scale x (intercept + sum of coefficients x TF-IDF)``.

    Attributes:
        vectorizer: Fitted.
        coefficients: Of the terms, shape (terms,).
        intercept: Of the standardised target.
        centre: Mean of the training targets.
        scale: Their standard deviation.
        tokens: What the vectorizer treats as words.
        interval: Of the predictions; None if validation has too few rows.
    """

    vectorizer: TfidfVectorizer
    coefficients: np.ndarray
    intercept: float
    centre: float
    scale: float
    tokens: TextTokens = WORDS
    interval: ConformalInterval | None = None

    def values(self, texts: Sequence[str]) -> np.ndarray:
        """Return float64, shape (texts,), of at least one text."""
        return np.concatenate([values for _, values in self._chunks(texts)])

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction per text, in order; a text without a known word gets the answer of the intercept."""
        for chunk, values in self._chunks(texts):
            for text, value in zip(chunk, values.tolist(), strict=True):
                yield answer(text, value, self.interval).as_json()

    def explain(self, texts: Sequence[str]) -> Iterator[Prediction]:
        """Yield one prediction with its words for each text, in order."""
        return (found.as_json() for found in self.explain_words(texts))

    def explain_words(self, texts: Sequence[str]) -> Iterator[Explanation[NumberPrediction]]:
        """Yield one explanation a text, in order: exact, because the model is a sum over terms."""
        for text in texts:
            row = self.vectorizer.transform([text])
            slopes = self.scale * self.coefficients[row.indices].astype(np.float64)
            words, difference = word_weights(self.vectorizer, text, row, slopes), float(slopes @ row.data)
            value = self.centre + self.scale * self.intercept + difference
            error = completeness_error(sum(word.weight for word in words), difference, _LEAST * self.scale)
            yield Explanation(answer(text, value, self.interval), words, METHOD, error)

    def _chunks(self, texts: Iterable[str]) -> Iterator[tuple[list[str], np.ndarray]]:
        stream = iter(texts)
        while chunk := list(islice(stream, _CHUNK)):
            summed = self.vectorizer.transform(chunk).astype(np.float64) @ self.coefficients.astype(np.float64)
            yield chunk, self.centre + self.scale * (self.intercept + summed)
