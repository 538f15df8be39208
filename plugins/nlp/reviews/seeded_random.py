"""Random numbers that repeat on every machine.

Of Python's generators only ``random()`` promises the same sequence in every version ("Notes on reproducibility" in the
documentation of `random`), so everything else is made from it.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

__all__ = ["SeededRandom"]

T = TypeVar("T")


class SeededRandom:
    """Seeded draws; `seed` is a whole number of any size."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311 -- film reviews, not secrets

    def happens(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`, each as likely."""
        return options[int(self._random() * len(options))]

    def pick_weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of `options`, each as likely as its weight says."""
        bounds = list(accumulate(weights))
        return options[bisect(bounds, self._random() * bounds[-1], hi=len(options) - 1)]

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return `options` in a random order (Fisher and Yates)."""
        result = list(options)
        for last in range(len(result) - 1, 0, -1):
            other = self.between(0, last)
            result[last], result[other] = result[other], result[last]
        return result
