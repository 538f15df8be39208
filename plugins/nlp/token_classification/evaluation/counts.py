"""What the metrics are made of: entities and words of each sentence, counted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plugins.nlp.token_classification.schemes import Spans, spans_of

if TYPE_CHECKING:
    from plugins.nlp.token_classification.evaluation.predictions import TagPredictions

__all__ = ["Counts", "count", "matches"]

_LEAST = 1e-9
"""A smaller probability of the true tag counts as this one: float32 rounds small ones to 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Counts of each sentence, or their sums over the sentences of each draw.

    Attributes:
        matched: Entities of each type that were predicted with the same boundaries and type, shape (sentences, types).
        predicted: Predicted entities of each type.
        true: True entities of each type.
        words: Words, shape (sentences,).
        right: Words with the right tag.
        loss: Sum of the negative logarithms of the probabilities of the true tags; None if there are none.
    """

    matched: np.ndarray
    predicted: np.ndarray
    true: np.ndarray
    words: np.ndarray
    right: np.ndarray
    loss: np.ndarray | None

    def of(self, rows: np.ndarray) -> "Counts":
        """Return the counts of some sentences."""
        loss = None if self.loss is None else self.loss[rows]
        return Counts(
            self.matched[rows], self.predicted[rows], self.true[rows], self.words[rows], self.right[rows], loss
        )

    def weighted(self, weights: np.ndarray) -> "Counts":
        """Return the sums over sentences by their weights, shape (draws, sentences)."""
        return Counts(
            weights @ self.matched,
            weights @ self.predicted,
            weights @ self.true,
            weights @ self.words,
            weights @ self.right,
            None if self.loss is None else weights @ self.loss,
        )


def count(said: "TagPredictions") -> Counts:
    """Count entities and words of each sentence, all float64."""
    rows, types = said.offsets.size - 1, len(said.known.types)
    row_of = np.repeat(np.arange(rows), np.diff(said.offsets))
    true, _ = spans_of(said.tags, said.offsets, said.known)
    predicted, _ = spans_of(said.predicted, said.offsets, said.known)

    def by_type(starts: np.ndarray, kinds: np.ndarray) -> np.ndarray:
        cells = np.bincount(row_of[starts] * types + kinds, minlength=rows * types)
        return cells.reshape(rows, types).astype(np.float64)

    found = matches(true, predicted, said.tags.size) == true.types
    right = said.tags == said.predicted
    loss = None
    if said.likelihood is not None:
        losses = -np.log(np.maximum(said.likelihood.astype(np.float64), _LEAST))
        loss = np.bincount(row_of, weights=losses, minlength=rows)
    return Counts(
        matched=by_type(true.starts[found], true.types[found]),
        predicted=by_type(predicted.starts, predicted.types),
        true=by_type(true.starts, true.types),
        words=np.diff(said.offsets).astype(np.float64),
        right=np.bincount(row_of, weights=right, minlength=rows),
        loss=loss,
    )


def matches(spans: Spans, others: Spans, words: int) -> np.ndarray:
    """Return for each entity the type of the other one with the same boundaries; -1 if there is none.

    Args:
        spans: Entities.
        others: Other entities of the same words.
        words: How many words there are.
    """
    ends, types = np.full(words + 1, -1), np.full(words + 1, -1)
    ends[others.starts], types[others.starts] = others.ends, others.types
    return np.where(ends[spans.starts] == spans.ends, types[spans.starts], -1)
