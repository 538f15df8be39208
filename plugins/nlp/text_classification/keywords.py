"""The words that speak for each class, from explanations of many texts."""

from collections import defaultdict
from collections.abc import Sequence

from plugins.nlp.text_classification.records import ClassWords, TextPrediction
from plugins.nlp.texts.important import strongest_words, word_sums
from plugins.nlp.texts.records import Explanation

__all__ = ["class_words"]


def class_words(
    sample: Sequence[Explanation[TextPrediction]], labels: Sequence[str], min_texts: int
) -> tuple[ClassWords, ...]:
    """Return up to 20 words a class, those that speak for it most first, in the order of `labels`.

    A word's weight in a text is the sum over its places; upper and lower case count as the same; words without a letter
    or an emoji are left out. A weight is towards the predicted class. With two classes it is as much against the
    other; with more it does not show which of the others it is against, so a class's words come from texts that were
    predicted as it.

    Args:
        sample: Explained texts.
        labels: All classes.
        min_texts: Texts that a word must occur in.
    """
    towards: dict[str, dict[str, list[float]]] = {label: defaultdict(list) for label in labels}
    for explanation in sample:
        predicted = explanation.prediction.label
        for name, weight in word_sums(explanation.words).items():
            towards[predicted][name].append(weight)
            if len(labels) == 2:
                towards[labels[labels[0] == predicted]][name].append(-weight)
    return tuple(ClassWords(label, strongest_words(towards[label], min_texts)) for label in labels)
