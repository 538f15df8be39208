"""The most important words, from the weights of words in many texts."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from plugins.nlp.texts.records import ImportantWord, WordWeight

__all__ = ["strongest_words", "word_sums"]

_SHOWN = 20
_LONGEST = 40
"""Characters; a longer word cannot be shown in a list."""
_DOUBT = 5
"""Texts without effect that each word is taken to occur in besides its own when words are ranked. A name that three
texts happen to hold keeps 3/8 of its mean weight, a word of twenty texts 4/5. Common words gain nothing by this, as
they would from a test of significance or from the sum over texts: "the" has next to no weight in any."""
_SHOWABLE = re.compile(r"[^\W\d_]|[\u231a-\u231b\u23e9-\u23ff\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff]")


def word_sums(words: Sequence[WordWeight]) -> Mapping[str, float]:
    """Return the weight of each word of a text: the sum over its places.

    Upper and lower case count as the same; words without a letter or an emoji are left out.
    """
    weights = defaultdict[str, float](float)
    for word in words:
        weights[word.word.lower()] += word.weight
    return {name: weight for name, weight in weights.items() if len(name) <= _LONGEST and _SHOWABLE.search(name)}


def strongest_words(weights: Mapping[str, Sequence[float]], min_texts: int) -> tuple[ImportantWord, ...]:
    """Return up to 20 words with a positive mean, the most important first.

    Args:
        weights: By word its weight in each text that holds it.
        min_texts: Texts that a word must occur in.
    """
    words = [
        ImportantWord(name, sum(found) / len(found), len(found))
        for name, found in weights.items()
        if len(found) >= min_texts and sum(found) > 0
    ]
    words.sort(key=lambda word: (-word.weight * word.texts / (word.texts + _DOUBT), word.word))
    return tuple(words[:_SHOWN])
