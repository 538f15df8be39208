"""What each word of a text adds to a sum over terms.

A term's contribution is divided equally among its occurrences, and in each among its words.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from plugins.nlp.texts.records import WordWeight

__all__ = ["METHOD", "word_weights"]

METHOD: Final = "coefficients times TF-IDF"


def word_weights(vectorizer: TfidfVectorizer, text: str, row: Any, slopes: np.ndarray) -> tuple[WordWeight, ...]:
    """Return the words that the model knows, alone or next to another, in the order of the text.

    Args:
        vectorizer: Of words and word sequences.
        text: Any string.
        row: Its TF-IDF weights, sparse, shape (1, terms).
        slopes: What a unit of each weight in `row` adds, shape (weights,).
    """
    parts = dict(zip(row.indices.tolist(), (slopes * row.data).tolist(), strict=True))
    places, spans = _places(vectorizer, text)
    weights: dict[int, float] = {}
    for term, starts in places.items():
        share = parts.get(term, 0.0) / sum(size for _, size in starts)
        for start, size in starts:
            for word in range(start, start + size):
                weights[word] = weights.get(word, 0.0) + share
    return tuple(
        WordWeight(text[start:end], start, end, weights[word])
        for word, (start, end) in enumerate(spans)
        if word in weights
    )


def _places(
    vectorizer: TfidfVectorizer, text: str
) -> tuple[Mapping[int, list[tuple[int, int]]], list[tuple[int, int]]]:
    """Return the place of each known term, (first word, words), and the place of each word in `text`."""
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
