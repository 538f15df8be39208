"""What each word of a text added to a linear model's answer: exact, because the model is a sum.

A term (a word or a word sequence) adds its coefficient times its TF-IDF weight to the score of a class. With two
classes that is what it adds to the log-odds. With more, the log-odds of the predicted class (its score less the log of
the sum of the others' exponentials) are no sum over terms; integrated gradients from the text without words
(Sundararajan, Taly and Yan, 2017, arXiv 1703.01365) give the sum that is complete: the coefficient of the class less
those of its rivals, each by its mean share among them on the way from no words to this text.
"""

from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from plugins.nlp.texts.completeness import completeness_error
from plugins.nlp.texts.records import WordWeight
from plugins.nlp.tfidf.words import METHOD, word_weights

__all__ = ["METHOD", "explain"]

_POINTS = 64
"""Gauss-Legendre points from no words to the text; shares are smooth: the error of 64 is below float32's rounding."""


def explain(
    vectorizer: TfidfVectorizer, classifier: LogisticRegression, text: str, label: int
) -> tuple[tuple[WordWeight, ...], float | None]:
    """Return the known words, alone or in a sequence, in the order of the text, and the completeness error.

    Args:
        vectorizer: Of words and word sequences.
        classifier: Fitted to class ids from 0.
        text: Any string.
        label: Id of the class whose log-odds are explained.
    """
    row = vectorizer.transform([text])
    slopes, difference = _slopes(classifier, row, label)
    words = word_weights(vectorizer, text, row, slopes)
    return words, completeness_error(sum(word.weight for word in words), difference)


def _slopes(classifier: LogisticRegression, row: Any, label: int) -> tuple[np.ndarray, float]:
    """Return what a unit of each term of `row` adds, and the whole difference to explain, in log-odds."""
    coefficients = classifier.coef_[:, row.indices].astype(np.float64)
    values, offset = row.data.astype(np.float64), classifier.intercept_.astype(np.float64)
    if len(coefficients) == 1:
        slopes = coefficients[0] if label else -coefficients[0]
        return slopes, float(slopes @ values)
    scores = coefficients @ values
    points, sizes = np.polynomial.legendre.leggauss(_POINTS)
    rivals = np.delete(np.arange(offset.size), label)
    path = offset[rivals] + (points[:, None] + 1) / 2 * scores[rivals]
    shares = np.exp(path - path.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    slopes = coefficients[label] - (sizes / 2 @ shares) @ coefficients[rivals]
    there, before = (_log_odds(offset + part * scores, label) for part in (1, 0))
    return slopes, there - before


def _log_odds(scores: np.ndarray, label: int) -> float:
    return float(scores[label] - np.logaddexp.reduce(np.delete(scores, label)))
