"""Whether an exported model predicts the same as the trained one, and how fast."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["SENTENCES", "Agreement", "Predict", "compare"]

Predict = Callable[[Sequence[str]], np.ndarray]
"""From texts to predictions, such as probabilities, shape (texts or tokens, outputs)."""
SENTENCES = (
    "A slow start, but what an ending!",
    "I want my two hours back.",
    "The delivery came a day early and everything in it was whole.",
    "Nobody answered the phone, and the refund never arrived.",
    "It works. Mostly.",
    "Not bad, not good; it fills an evening.",
    "",
    "?!",
    "👍👍👍",
    "Schöne Bilder, aber die Handlung trägt keine zwei Stunden.",
    "WORST. SEQUEL. EVER.",
    "The first half drags its feet through every harbour of the coast, and then the storm begins. " * 40,
)
"""Compared if no data is available: short and long texts, empty ones, and some that are padded or cut."""

_TIMED = 16
"""How many texts are timed, one by one."""
_SECONDS = 20.0
"""Seconds after which no further text is timed: large models on small machines take a second a text."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The result of a comparison.

    Attributes:
        rows: Texts that both predicted.
        largest: Largest difference between two numbers.
        mean: Mean over the rows of predictions of the largest difference within a row.
        same_labels: Share of the rows whose largest number is of the same output.
        seconds_per_text: Of the exported model, median.
        own_seconds_per_text: Of the trained model, median.
    """

    rows: int
    largest: float
    mean: float
    same_labels: float
    seconds_per_text: float
    own_seconds_per_text: float


def compare(own: Predict, exported: Predict, texts: Sequence[str]) -> Agreement:
    """Let both predict all texts at once, and then some of them one by one, in turn, to measure the speed.

    Args:
        own: The model that was trained.
        exported: The one that was written.
        texts: At least one.
    """
    mine, theirs = own(texts), exported(texts)
    if not np.isfinite(theirs).all():
        theirs = np.nan_to_num(theirs, nan=-1.0)  # the largest possible difference, and comparable
    apart = np.abs(mine - theirs).max(axis=1)
    own_seconds, seconds = _race(own, exported, texts[:: max(1, len(texts) // _TIMED)][:_TIMED])
    return Agreement(
        rows=len(texts),
        largest=float(apart.max()),
        mean=float(apart.mean()),
        same_labels=float((mine.argmax(axis=1) == theirs.argmax(axis=1)).mean()),
        seconds_per_text=seconds,
        own_seconds_per_text=own_seconds,
    )


def _race(first: Predict, second: Predict, texts: Sequence[str]) -> tuple[float, float]:
    """Return the median seconds of each; they take turns, so that both run under the same load of the machine."""
    taken: tuple[list[float], list[float]] = ([], [])
    start = time.perf_counter()
    for text in texts:
        for answer, seconds in zip((first, second), taken, strict=True):
            began = time.perf_counter()
            answer([text])
            seconds.append(time.perf_counter() - began)
        if time.perf_counter() - start > _SECONDS:
            break
    return statistics.median(taken[0]), statistics.median(taken[1])
