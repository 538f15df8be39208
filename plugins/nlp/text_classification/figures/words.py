"""The words that a model goes by, of each class and in examples."""

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.figures import Axis, Bar, Bars, Empty, Figure, Highlight, HighlightedText, Text
from catalog.statement import Statement, Value
from plugins.insights import insight_of
from plugins.nlp.text_classification.records import (
    ClassWords,
    ExampleExplanation,
    ImportantWord,
    Interpretation,
    WordWeight,
)
from plugins.nlp.texts import without_surrogates

__all__ = ["examples", "important_words"]

_GROUP = Statement("Words")
_MOST_WORDS, _MOST_CLASSES = 12, 8
_LONGEST, _KEY_WORDS = 1200, 5
_KEY_SHARE = 0.25
"""A key word weighs at least this share of the heaviest."""
_SITUATIONS = {
    "praise": Statement("Praise"),
    "blame": Statement("Blame"),
    "mixed": Statement("Mixed"),
    "surest right": Statement("Surest where right"),
    "surest wrong": Statement("Surest where wrong"),
    "least sure": Statement("Least sure"),
}


def important_words(insights: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the words that speak most for each class, on one scale for all classes."""
    found = _interpretation(insights)
    if isinstance(found, Statement) or not any(one.words for one in found.classes):
        reason = found if isinstance(found, Statement) else Statement("No word occurs in texts enough.")
        yield Empty("words", Statement("Most important words"), reason, group=_GROUP)
        return
    shown = [(index, one, _strongest(one)) for index, one in enumerate(found.classes[:_MOST_CLASSES]) if one.words]
    high = max((word.weight for _, _, words in shown for word in words), default=1.0)
    axis = Axis(Statement("Mean weight (log-odds)"), low=0.0, high=max(0.0, high))
    caption = _caption(found)
    for index, one, words in shown:
        title = Statement("Most important words for {label}", {"label": one.label})
        yield Bars(f"words-{index}", title, axis, tuple(map(_bar, words)), caption=caption, group=_GROUP)


def examples(insights: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield texts with the words marked that speak for and against the answer."""
    found = _interpretation(insights)
    if isinstance(found, Statement) or not found.examples:
        reason = found if isinstance(found, Statement) else Statement("No text was explained.")
        yield Empty("examples", Statement("Examples"), reason, group=_GROUP)
        return
    for index, example in enumerate(found.examples):
        yield _example(index, example)


def _interpretation(insights: Mapping[str, Any]) -> Interpretation | Statement:
    missing = Statement("Nobody explained the model: the study is not closed, or its model cannot be explained.")
    return insight_of(insights, "interpretation", Interpretation, missing)


def _strongest(found: ClassWords) -> list[ImportantWord]:
    """Return the first words of a class's list, the heaviest first: its own order minds rareness too."""
    return sorted(found.words[:_MOST_WORDS], key=lambda word: -word.weight)


def _bar(word: ImportantWord) -> Bar:
    return Bar(word.word, word.weight, note=Statement("{texts:count} texts", {"texts": word.texts}))


def _caption(found: Interpretation) -> tuple[Text, ...]:
    values: dict[str, Value] = {"method": found.method, "rows": found.rows, "least": found.min_texts}
    caption = [
        Statement(
            "By {method}, over {rows:count} validation texts; a word counts if {least:count} of them or more hold it.",
            values,
        )
    ]
    if len(found.classes) > _MOST_CLASSES:
        counts = {"classes": len(found.classes), "shown": _MOST_CLASSES}
        caption.append(Statement("Of {classes:count} classes the first {shown:count}.", counts))
    if found.completeness_error is not None:
        error = {"error": found.completeness_error}
        caption.append(Statement("The median completeness error of the weights is {error:percent}.", error))
    return tuple(caption)


def _example(index: int, example: ExampleExplanation) -> HighlightedText:
    why = example.explanation
    text = without_surrogates(why.prediction.text)
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    most = max((abs(word.weight) for word in why.words), default=0.0) or 1.0
    return HighlightedText(
        f"example-{index}",
        _SITUATIONS.get(example.situation, example.situation),
        cut,
        tuple(Highlight(one.start, one.end, one.weight / most) for one in why.words if one.end <= _LONGEST),
        Statement("speaks for the label"),
        Statement("speaks against the label"),
        caption=tuple(_told(example)),
        group=_GROUP,
    )


def _told(example: ExampleExplanation) -> Iterator[Text]:
    why, truth = example.explanation, example.truth
    values: dict[str, Value] = {"label": why.prediction.label, "confidence": why.prediction.confidence}
    if truth is None:
        yield Statement("The model says {label}, at {confidence:percent}.", values)
    elif truth == why.prediction.label:
        yield Statement("The model says {label}, at {confidence:percent}, and is right.", values)
    else:
        values["truth"] = truth
        yield Statement("The model says {label}, at {confidence:percent}, and is wrong: it is {truth}.", values)
    if words := _key_words(why.words):
        yield Statement("Key words: {words}.", {"words": " · ".join(words)})
    if why.truncated:
        yield Statement("The model saw a part of the text only.")


def _key_words(words: Sequence[WordWeight]) -> list[str]:
    """Return the few words that speak most for the label, without the signs around them."""
    least = _KEY_SHARE * max((word.weight for word in words), default=0.0)
    ranked = sorted((word for word in words if word.weight > max(least, 0.0)), key=lambda word: -word.weight)
    bare = (word.word.strip(string.punctuation) for word in ranked)
    return list(dict.fromkeys(word for word in bare if word))[:_KEY_WORDS]
