"""What a model relies on: important words of each class over a sample of validation, and examples worth a look."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from catalog.errors import ModelSourceError
from plugins.nlp.text_classification.data import TextData
from plugins.nlp.text_classification.invented import invented_reviews
from plugins.nlp.text_classification.keywords import class_words
from plugins.nlp.text_classification.records import ClassExample, Interpretation, TextPrediction
from plugins.nlp.texts.records import ExampleExplanation, Explanation, text_facts

__all__ = ["interpret"]

_LEAST, _MOST = 8, 200
"""Texts of the sample."""
_SMALL = 60
"""A smaller sample counts words of two texts; in others a word must occur in three."""

_CLASSES = 6
"""How many classes get their surest right text as an example."""

Explain = Callable[[Sequence[str]], Iterable[Explanation[TextPrediction]]]


def interpret(explain: Explain, labels: Sequence[str], data: TextData, *, seconds: float) -> Interpretation:
    """Explain a sample that is balanced over the classes, until the time is about used up.

    Args:
        explain: Explains texts by words.
        labels: The model's classes, in the order of their ids.
        data: Its validation split is what the sample is of.
        seconds: To spend, though at least 8 texts are explained however long it takes, and at most 200.

    Raises:
        ModelSourceError: The model is for other classes than the data's.
        OutOfMemoryError: Not even a single text fits into memory.
        WorkError: A library that explaining takes is not installed.
    """
    began, known = time.perf_counter(), data.classes.labels
    if tuple(labels) != known:
        raise ModelSourceError(
            f"The model tells apart {', '.join(labels)}, but {data.summary.name} has {', '.join(known)}. "
            "Interpret it on data with its own classes."
        )
    split, made_up = data.splits["validation"], invented_reviews(labels, text_facts(data.summary).language)
    examples: list[ClassExample] = [
        ExampleExplanation(situation, None, found)
        for situation, found in zip(made_up, explain(list(made_up.values())), strict=True)
    ]
    rows = _balanced(split.labels, len(labels))
    started, sample = time.perf_counter(), []
    for found in explain([split.texts[row] for row in rows]):
        sample.append(found)
        now = time.perf_counter()
        if len(sample) >= _LEAST and now - began + (now - started) / len(sample) > seconds:
            break
    truths = [labels[split.labels[row]] for row in rows[: len(sample)]]
    errors = [found.completeness_error for found in sample if found.completeness_error is not None]
    least = 2 if len(sample) < _SMALL else 3
    return Interpretation(
        method=sample[0].method,
        rows=len(sample),
        min_texts=least,
        classes=class_words(sample, labels, least),
        examples=(*examples, *_telling(sample, truths, labels)),
        completeness_error=float(np.median(errors)) if errors else None,
        seconds=time.perf_counter() - began,
    )


def _balanced(ids: np.ndarray, classes: int) -> list[int]:
    """Return rows in the order in which they are explained, one of each class in turn, the same each time."""
    rng = np.random.default_rng(0)
    shuffled = [rng.permutation(np.flatnonzero(ids == number)).tolist() for number in range(classes)]
    turns = max(map(len, shuffled))
    return [own[turn] for turn in range(turns) for own in shuffled if turn < len(own)][:_MOST]


def _telling(
    sample: Sequence[Explanation[TextPrediction]], truths: Sequence[str], labels: Sequence[str]
) -> Iterator[ClassExample]:
    """Choose the surest right text of each class, the surest wrong one, and of the rest the least sure."""
    surest_first = sorted(range(len(sample)), key=lambda number: -sample[number].prediction.confidence)
    right = [number for number in surest_first if sample[number].prediction.label == truths[number]]
    shown = [number for label in labels if (number := _first(right, truths, label)) is not None][:_CLASSES]
    situations = ["surest right"] * len(shown)
    wrong = [number for number in surest_first if number not in right]
    for situation, choice in (("surest wrong", wrong), ("least sure", surest_first[::-1])):
        if rest := [number for number in choice if number not in shown]:
            shown.append(rest[0])
            situations.append(situation)
    for situation, number in zip(situations, shown, strict=True):
        yield ExampleExplanation(situation, truths[number], sample[number])


def _first(numbers: Sequence[int], truths: Sequence[str], label: str) -> int | None:
    return next((number for number in numbers if truths[number] == label), None)
