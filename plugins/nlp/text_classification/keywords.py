"""The words that speak for each class, from explanations of many texts."""

import re
from collections import defaultdict
from collections.abc import Sequence

from plugins.nlp.text_classification.records import ClassWords, Explanation, ImportantWord

__all__ = ["class_words"]

_SHOWN = 20
_LONGEST = 40
"""Characters; what is longer is no word that a list could show."""
_DOUBT = 5
"""Texts without effect that each word is taken to occur in besides its own when words are ranked. A name that three
texts happen to hold keeps 3/8 of its mean weight, a word of twenty texts 4/5. Common words gain nothing by this, as
they would from a test of significance or from the sum over texts: "the" has next to no weight in any."""
_SHOWABLE = re.compile(r"[^\W\d_]|[\u231a-\u231b\u23e9-\u23ff\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff]")


def class_words(sample: Sequence[Explanation], labels: Sequence[str], min_texts: int) -> tuple[ClassWords, ...]:
    """Return up to 20 words a class, those that speak for it most first, in the order of `labels`.

    A word's weight in a text is the sum over its places; upper and lower case count alike; what holds neither a letter
    nor an emoji is left out. A weight is towards the predicted class. With two classes it is as much against the
    other; with more it does not show which of the others it is against, so a class's words come from texts that were
    predicted as it.

    Args:
        sample: Explained texts.
        labels: All classes.
        min_texts: Texts that a word must occur in.
    """
    towards: dict[str, dict[str, list[float]]] = {label: defaultdict(list) for label in labels}
    for explanation in sample:
        predicted, weights = explanation.prediction.label, defaultdict[str, float](float)
        for word in explanation.words:
            weights[word.word.lower()] += word.weight
        for name, weight in weights.items():
            if len(name) > _LONGEST or not _SHOWABLE.search(name):
                continue
            towards[predicted][name].append(weight)
            if len(labels) == 2:
                towards[labels[labels[0] == predicted]][name].append(-weight)
    return tuple(ClassWords(label, _strongest(towards[label], min_texts)) for label in labels)


def _strongest(weights: dict[str, list[float]], min_texts: int) -> tuple[ImportantWord, ...]:
    words = [
        ImportantWord(name, sum(found) / len(found), len(found))
        for name, found in weights.items()
        if len(found) >= min_texts and sum(found) > 0
    ]
    words.sort(key=lambda word: (-word.weight * word.texts / (word.texts + _DOUBT), word.word))
    return tuple(words[:_SHOWN])
