"""The figures of token classification: what every front end shows of data and of an evaluation."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Figure
from plugins.nlp.token_classification.figures.data import entity_counts
from plugins.nlp.token_classification.figures.entities import confusion, errors, scores
from plugins.nlp.token_classification.figures.sentences import by_length, examples

__all__ = ["entity_counts", "evaluation_figures"]


def evaluation_figures(evaluation: Evaluation, data: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the figures of one model on one split; arguments as of `BuildsFigures.figures`."""
    yield scores(evaluation)
    yield confusion(evaluation, data)
    yield errors(evaluation)
    yield by_length(evaluation)
    yield from examples(evaluation)
