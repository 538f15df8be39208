"""The trained model: scikit-learn's TF-IDF vectoriser and logistic regression, with the names of the classes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from catalog.contract import Prediction
from plugins.nlp.text_classification.linear import explaining
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation
from plugins.nlp.tfidf.tokens import WORDS, TextTokens

__all__ = ["LinearModel"]

_CHUNK = 512
"""Texts that are classified at a time, so that any number of them takes little memory."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """A `catalog.contract.Predictor`.

    Attributes:
        labels: Class names in the order of their ids.
        vectorizer: Fitted.
        classifier: Fitted to the ids of all classes.
        tokens: What the vectorizer treats as words.
        positive: Of two classes the id of the one that precision, recall, F1 and ROC AUC are of, when it is evaluated.
    """

    labels: tuple[str, ...]
    vectorizer: TfidfVectorizer
    classifier: LogisticRegression
    tokens: TextTokens = WORDS
    positive: int = 1

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32, shape (texts, classes), of at least one text."""
        return np.concatenate([rows for _, rows in self._judge(texts)])

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction per text, in order; a text without a known word gets the answer of the intercept."""
        return (answer.as_json() for answer in self._answers(texts))

    def explain(self, texts: Sequence[str]) -> Iterator[Prediction]:
        """Yield one prediction with its words for each text, in order."""
        return (found.as_json() for found in self.explain_words(texts))

    def _answers(self, texts: Iterable[str]) -> Iterator[TextPrediction]:
        for chunk, rows in self._judge(texts):
            for text, row in zip(chunk, rows, strict=True):
                yield TextPrediction.of(text, self.labels, row)

    def explain_words(self, texts: Sequence[str]) -> Iterator[Explanation[TextPrediction]]:
        """Yield one explanation a text, in order: exact; see `explaining`."""
        for text, prediction in zip(texts, self._answers(texts), strict=True):
            label = self.labels.index(prediction.label)
            words, error = explaining.explain(self.vectorizer, self.classifier, text, label)
            yield Explanation(prediction, words, explaining.METHOD, error)

    def _judge(self, texts: Iterable[str]) -> Iterator[tuple[list[str], np.ndarray]]:
        stream = iter(texts)
        while chunk := list(islice(stream, _CHUNK)):
            yield chunk, self.classifier.predict_proba(self.vectorizer.transform(chunk))
