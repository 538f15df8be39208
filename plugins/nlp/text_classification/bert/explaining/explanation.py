"""One text explained."""

import numpy as np

from catalog.results import Explanation, Prediction, WordWeight
from plugins.nlp.text_classification.bert.explaining.attention import rollout
from plugins.nlp.text_classification.bert.explaining.gradients import METHOD, attribute
from plugins.nlp.text_classification.bert.explaining.pieces import read
from plugins.nlp.text_classification.bert.explaining.words import find_words
from plugins.nlp.text_classification.bert.memory import reported
from plugins.nlp.text_classification.bert.trained import Trained

__all__ = ["explain"]


def explain(trained: Trained, prediction: Prediction, blank: int) -> Explanation:
    """Tell what each word of a text did to its prediction; a word's weight is the sum of its pieces'.

    Args:
        trained: The model; left as it was.
        prediction: What it says of the text.
        blank: Id of the token that stands for no word, see `choose_baseline`.

    Raises:
        OutOfMemoryError: It does not fit.
        WorkError: captum is not installed.
    """
    text, classifier, encoder = prediction.text, trained.classifier, trained.encoder
    reading = read(text, encoder)
    with reported(classifier.device, encoder.max_length):
        attribution = attribute(classifier, reading, trained.labels.index(prediction.label), blank)
        attention = rollout(classifier, reading.ids)
    weights, attention = attribution.weights[reading.plain], attention[reading.plain]

    def total(values: np.ndarray, pieces: tuple[int, ...]) -> float:
        return float(values[list(pieces)].sum())

    words = tuple(
        WordWeight(
            word=text[word.start : word.end],
            start=word.start,
            end=word.end,
            weight=total(weights, word.pieces),
            attention=total(attention, word.pieces),
        )
        for word in find_words(text, reading)
    )
    return Explanation(prediction, words, METHOD, attribution.error, reading.truncated)
