"""What each word of a text added to a linear model's answer: exact, as the model is a sum.

A term (a word or a word sequence) adds its coefficient times its TF-IDF weight to the score of a class. With two
classes that is what it adds to the log-odds. With more, the log-odds of the predicted class (its score less the log of
the sum of the others' exponentials) are no sum over terms; integrated gradients from the text without words
(Sundararajan, Taly and Yan, 2017, arXiv 1703.01365) give the sum that is complete: the coefficient of the class less
those of its rivals, each by its mean share among them on the way from no words to this text. A term's part is divided
equally among the places where it stands, and there among its words.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from plugins.nlp.texts.completeness import completeness_error
from plugins.nlp.text_classification.records import WordWeight

__all__ = ["METHOD", "explain"]

METHOD = "coefficients times TF-IDF"
_POINTS = 64
"""Of Gauss and Legendre on the way from no words to the text; shares are smooth, 64 leave less than float32 rounds."""


def explain(
    vectorizer: TfidfVectorizer, classifier: LogisticRegression, text: str, label: int
) -> tuple[tuple[WordWeight, ...], float | None]:
    """Return the words that the model knows, alone or beside another, in the order of the text, and what they miss.

    Args:
        vectorizer: Of words and word sequences.
        classifier: Fitted to class ids from 0.
        text: Any string.
        label: Id of the class whose log-odds are explained.
    """
    row = vectorizer.transform([text])
    slopes, difference = _slopes(classifier, row, label)
    parts = dict(zip(row.indices.tolist(), (slopes * row.data).tolist(), strict=True))
    places, spans = _places(vectorizer, text)
    weights: dict[int, float] = {}
    for term, starts in places.items():
        share = parts.get(term, 0.0) / sum(size for _, size in starts)
        for start, size in starts:
            for word in range(start, start + size):
                weights[word] = weights.get(word, 0.0) + share
    words = tuple(
        WordWeight(text[start:end], start, end, weights[word])
        for word, (start, end) in enumerate(spans)
        if word in weights
    )
    return words, completeness_error(sum(word.weight for word in words), difference)


def _slopes(classifier: LogisticRegression, row: Any, label: int) -> tuple[np.ndarray, float]:
    """Return what each term of `row` adds a unit, and all that there is to explain, log-odds."""
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


def _places(
    vectorizer: TfidfVectorizer, text: str
) -> tuple[Mapping[int, list[tuple[int, int]]], list[tuple[int, int]]]:
    """Return where each known term stands, (first word, words), and where each word stands in `text`."""
    lowered = text.lower()
    found = list(re.finditer(vectorizer.token_pattern, lowered))
    spans = [match.span() for match in found]
    if len(lowered) != len(text):  # a capital I with a dot is two characters in lower case
        origins = [index for index, character in enumerate(text) for _ in character.lower()]
        spans = [(origins[start], origins[end - 1] + 1) for start, end in spans]
    words = [match.group() for match in found]
    places: dict[int, list[tuple[int, int]]] = {}
    smallest, largest = vectorizer.ngram_range
    for size in range(smallest, largest + 1):
        for start in range(len(words) - size + 1):
            term = vectorizer.vocabulary_.get(" ".join(words[start : start + size]))
            if term is not None:
                places.setdefault(term, []).append((start, size))
    return places, spans
