"""The figures of a text classification: what every front end shows of an evaluation."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Figure
from plugins.classification.figures.classes import class_scores, confusion
from plugins.classification.figures.confidence import confidence, reliability, temperature
from plugins.nlp.text_classification.figures.lengths import by_length
from plugins.nlp.text_classification.figures.words import examples, important_words
from plugins.nlp.text_classification.records import length_details
from plugins.nlp.texts.figures import truncation

__all__ = ["evaluation_figures"]


def evaluation_figures(
    evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]
) -> Iterator[Figure]:
    """Yield the figures of one model on one split; arguments as of `BuildsFigures.figures`."""
    yield confusion(evaluation, tuple(map(str, data.get("labels") or ())))
    yield class_scores(evaluation)
    yield confidence(evaluation)
    yield reliability(evaluation, insights)
    yield temperature(insights)
    yield by_length(evaluation)
    yield from truncation(length_details(evaluation).lengths)
    yield from important_words(insights)
    yield from examples(insights)
