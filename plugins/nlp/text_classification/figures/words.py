"""The words that a model relies on, of each class and in examples."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.figures import Axis, Bars, Empty, Figure, HighlightedText, Text
from catalog.statement import Statement, Value
from plugins.insights import insight_of
from plugins.nlp.text_classification.records import ClassExample, Interpretation
from plugins.nlp.texts.figures import WORDS, key_words, marked_text, sample_caption, word_bars

__all__ = ["examples", "important_words"]

_MOST_CLASSES = 8
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
        yield Empty("words", Statement("Most important words"), reason, group=WORDS)
        return
    shown = [(index, one, word_bars(one.words)) for index, one in enumerate(found.classes[:_MOST_CLASSES]) if one.words]
    high = max((bar.value for _, _, bars in shown for bar in bars), default=1.0)
    axis = Axis(Statement("Mean weight (log-odds)"), low=0.0, high=max(0.0, high))
    caption = _caption(found)
    for index, one, bars in shown:
        title = Statement("Most important words for {label}", {"label": one.label})
        yield Bars(f"words-{index}", title, axis, bars, caption=caption, group=WORDS)


def examples(insights: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield texts with the words marked that speak for and against the answer."""
    found = _interpretation(insights)
    if isinstance(found, Statement) or not found.examples:
        reason = found if isinstance(found, Statement) else Statement("No text was explained.")
        yield Empty("examples", Statement("Examples"), reason, group=WORDS)
        return
    for index, example in enumerate(found.examples):
        yield _example(index, example)


def _interpretation(insights: Mapping[str, Any]) -> Interpretation | Statement:
    missing = Statement("Nobody explained the model: the study is not closed, or its model cannot be explained.")
    return insight_of(insights, "interpretation", Interpretation, missing)


def _caption(found: Interpretation) -> tuple[Text, ...]:
    of_sample = sample_caption(found.method, found.rows, found.min_texts, found.completeness_error)
    if len(found.classes) <= _MOST_CLASSES:
        return of_sample
    counts = {"classes": len(found.classes), "shown": _MOST_CLASSES}
    return (*of_sample, Statement("Of {classes:count} classes the first {shown:count}.", counts))


def _example(index: int, example: ClassExample) -> HighlightedText:
    why = example.explanation
    return marked_text(
        f"example-{index}",
        _SITUATIONS.get(example.situation, example.situation),
        why.prediction.text,
        why.words,
        Statement("speaks for the label"),
        Statement("speaks against the label"),
        tuple(_told(example)),
    )


def _told(example: ClassExample) -> Iterator[Text]:
    why, truth = example.explanation, example.truth
    values: dict[str, Value] = {"label": why.prediction.label, "confidence": why.prediction.confidence}
    if truth is None:
        yield Statement("The model says {label}, at {confidence:percent}.", values)
    elif truth == why.prediction.label:
        yield Statement("The model says {label}, at {confidence:percent}, and is right.", values)
    else:
        values["truth"] = truth
        yield Statement("The model says {label}, at {confidence:percent}, and is wrong: it is {truth}.", values)
    if words := key_words(why.words):
        yield Statement("Key words: {words}.", {"words": " · ".join(words)})
    if why.truncated:
        yield Statement("The model saw a part of the text only.")
