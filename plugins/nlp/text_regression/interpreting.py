"""What a model relies on: the words that raise and lower its numbers over a sample of validation, and examples."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from plugins.nlp.text_regression.records import Interpretation, NumberExample, NumberPrediction, TextData
from plugins.nlp.texts.important import strongest_words, word_sums
from plugins.nlp.texts.records import ExampleExplanation, Explanation

__all__ = ["interpret"]

_LEAST, _MOST = 8, 200
"""Texts of the sample."""
_SMALL = 60
"""A smaller sample counts words of two texts; in others a word must occur in three."""

Explain = Callable[[Sequence[str]], Iterable[Explanation[NumberPrediction]]]


def interpret(explain: Explain, data: TextData, *, seconds: float) -> Interpretation:
    """Explain a sample that is spread evenly over the numbers, until the time is about used up.

    Args:
        explain: Explains texts by words.
        data: Its validation split is what the sample is of.
        seconds: To spend, though at least 8 texts are explained however long it takes, and at most 200.

    Raises:
        OutOfMemoryError: Not even a single text fits into memory.
        WorkError: A library that explaining takes is not installed.
    """
    began, split = time.perf_counter(), data.splits["validation"]
    rows = _spread(split.labels)
    sample: list[Explanation[NumberPrediction]] = []
    for found in explain([split.texts[row] for row in rows]):
        sample.append(found)
        now = time.perf_counter()
        if len(sample) >= _LEAST and (now - began) * (1 + 1 / len(sample)) > seconds:
            break
    truths = split.labels[rows[: len(sample)]]
    least = 2 if len(sample) < _SMALL else 3
    weights: dict[str, list[float]] = defaultdict(list)
    for one in sample:
        for word, weight in word_sums(one.words).items():
            weights[word].append(weight)
    errors = [one.completeness_error for one in sample if one.completeness_error is not None]
    return Interpretation(
        method=sample[0].method,
        rows=len(sample),
        min_texts=least,
        raising=strongest_words(weights, least),
        lowering=strongest_words({word: [-one for one in found] for word, found in weights.items()}, least),
        examples=tuple(_telling(sample, truths)),
        completeness_error=float(np.median(errors)) if errors else None,
        seconds=time.perf_counter() - began,
    )


def _spread(labels: np.ndarray) -> list[int]:
    """Return rows in the order in which they are explained: any first few are spread over the numbers."""
    order, rng = np.argsort(labels, kind="stable"), np.random.default_rng(0)
    rows = order[np.unique(np.linspace(0, labels.size - 1, min(labels.size, _MOST)).round().astype(np.int64))]
    return [int(row) for row in rng.permutation(rows)]


def _telling(sample: Sequence[Explanation[NumberPrediction]], truths: np.ndarray) -> Iterator[NumberExample]:
    """Choose the texts with the highest and the lowest number, and those that are furthest off."""
    values = np.array([one.prediction.value for one in sample])
    errors = values - truths
    chosen = {
        "highest": int(values.argmax()),
        "lowest": int(values.argmin()),
        **({"too high": int(errors.argmax())} if errors.max() > 0 else {}),
        **({"too low": int(errors.argmin())} if errors.min() < 0 else {}),
    }
    for situation, place in chosen.items():
        yield ExampleExplanation(situation, float(truths[place]), sample[place])
