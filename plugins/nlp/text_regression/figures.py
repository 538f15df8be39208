"""The figures of a text regression: what every front end shows of an evaluation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Axis, Bars, Empty, Figure, Interval, Intervals, Text
from catalog.statement import Statement, Value
from plugins.insights import NOT_RECORDED, insight_of
from plugins.nlp.text_regression.records import (
    Interpretation,
    LengthGroup,
    NumberExample,
    length_details,
)
from plugins.nlp.texts.figures import (
    LENGTHS,
    WORDS,
    length_range,
    length_unit,
    marked_text,
    sample_caption,
    truncation,
    word_bars,
)
from plugins.regression.figures import regression_figures

__all__ = ["evaluation_figures"]

_BY_LENGTH = Statement("Error by length")
_SITUATIONS = {
    "highest": Statement("Highest prediction"),
    "lowest": Statement("Lowest prediction"),
    "too high": Statement("Furthest too high"),
    "too low": Statement("Furthest too low"),
}


def evaluation_figures(evaluation: Evaluation, insights: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the figures of one model on one split; arguments as of `BuildsFigures.figures`."""
    yield from regression_figures(evaluation)
    groups = length_details(evaluation).lengths
    yield _by_length(groups)
    yield from truncation(groups)
    missing = Statement("The model was not explained: the study is not closed, or its model cannot be explained.")
    found = insight_of(insights, "interpretation", Interpretation, missing)
    if isinstance(found, Statement):
        yield Empty("words", Statement("Most important words"), found, group=WORDS)
        return
    yield from _important_words(found)
    for index, example in enumerate(found.examples):
        yield _example(index, example)


def _by_length(groups: Sequence[LengthGroup]) -> Figure:
    """Draw the mean absolute error of groups of texts by length."""
    if not groups:
        return Empty("lengths", _BY_LENGTH, NOT_RECORDED, group=LENGTHS)
    items = tuple(
        Interval(
            Statement("{range} {unit}", {"range": length_range(one), "unit": length_unit(one)}),
            one.error,
            one.error_low,
            one.error_high,
            count=one.rows,
        )
        for one in groups
    )
    caption = (Statement("Groups of about equal numbers of texts by length, with 95 % intervals."),)
    axis = Axis(Statement("Mean absolute error"), low=0.0, better="low")
    return Intervals("lengths", _BY_LENGTH, axis, items, caption=caption, group=LENGTHS)


def _important_words(found: Interpretation) -> Iterator[Figure]:
    """Yield the words that raise the number most, and those that lower it most, on one scale."""
    high = max((word.weight for word in (*found.raising, *found.lowering)), default=0.0)
    caption = sample_caption(found.method, found.rows, found.min_texts, found.completeness_error)
    for key, title, words, axis_title in (
        ("raising", Statement("Words that raise the number"), found.raising, Statement("Mean weight (raises by)")),
        ("lowering", Statement("Words that lower the number"), found.lowering, Statement("Mean weight (lowers by)")),
    ):
        if words:
            axis = Axis(axis_title, low=0.0, high=high)
            yield Bars(f"words-{key}", title, axis, word_bars(words), caption=caption, group=WORDS)
        else:
            yield Empty(f"words-{key}", title, Statement("No word occurs in texts enough."), group=WORDS)


def _example(index: int, example: NumberExample) -> Figure:
    why = example.explanation
    values: dict[str, Value] = {"value": why.prediction.value, "truth": example.truth}
    caption: list[Text] = [Statement("The model says {value:number}; it is {truth:number}.", values)]
    if why.truncated:
        caption.append(Statement("The model saw a part of the text only."))
    return marked_text(
        f"example-{index}",
        _SITUATIONS.get(example.situation, example.situation),
        why.prediction.text,
        why.words,
        Statement("raises the number"),
        Statement("lowers the number"),
        caption,
    )
