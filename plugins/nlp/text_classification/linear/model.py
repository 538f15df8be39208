"""The trained model: TF-IDF weights and a linear layer, in NumPy, so that predicting needs no scikit-learn.

Weights are (1 + ln count) x (1 + ln((1 + texts) / (1 + texts with the term))), each text scaled to length 1:
sublinear TF-IDF with smoothing (Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008,
sections 6.2 and 6.4), as scikit-learn's TfidfTransformer computes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from plugins.nlp.text_classification.linear.terms import Vocabulary, count, tokenize

__all__ = ["LinearModel", "inverse_frequencies", "weigh"]


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """All that answering takes.

    Attributes:
        labels: Class names in the order of their ids.
        vocabulary: The features.
        idf: Inverse document frequency of each feature; float32, shape (features,).
        coefficients: float32, shape (1, features) for two classes (the logit of class 1), else (classes, features).
        intercept: float32, shape (1,) or (classes,).
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    idf: np.ndarray
    coefficients: np.ndarray
    intercept: np.ndarray
    _ids: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {word: index for index, word in enumerate(self.vocabulary.words)})

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32, shape (texts, classes); a text without a known word gets what the intercept says."""
        return self.judge(weigh(count(tokenize(texts, self._ids), self.vocabulary), self.idf))

    def judge(self, weights: sparse.csr_array) -> np.ndarray:
        """Return probabilities of texts whose TF-IDF weights are known; float32, shape (texts, classes)."""
        logits = (weights @ self.coefficients.T).astype(np.float64) + self.intercept
        if len(self.labels) == 2:
            logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), dtype=np.float32)


def inverse_frequencies(counts: sparse.csr_array) -> np.ndarray:
    """Return the smoothed inverse document frequency of each column; float32, shape (features,)."""
    texts, features = counts.shape
    frequency = np.bincount(counts.indices, minlength=features)
    return np.asarray(np.log((1 + texts) / (1 + frequency)) + 1, dtype=np.float32)


def weigh(counts: sparse.csr_array, idf: np.ndarray) -> sparse.csr_array:
    """Return TF-IDF weights of counts, each row of Euclidean length 1 (or 0 where it has no term)."""
    values = (1 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=counts.shape[0]))
    values = (values / lengths[rows]).astype(np.float32)
    return sparse.csr_array((values, counts.indices, counts.indptr), shape=counts.shape)
