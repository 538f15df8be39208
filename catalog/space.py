"""Search spaces as data: what may be tuned, and within which bounds.

Only `runner/study/space.py` turns these into Optuna distributions.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Choices", "FloatRange", "IntRange", "Range", "Scalar", "SearchSpace"]

Scalar = bool | int | float | str


@dataclass(frozen=True, slots=True)
class FloatRange:
    """Real numbers from `low` to `high`, both included; `log` samples the logarithm evenly."""

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            return False
        if self.step is None:
            return True
        steps = (value - self.low) / self.step
        return math.isclose(steps, round(steps), abs_tol=1e-9)


@dataclass(frozen=True, slots=True)
class IntRange:
    """Whole numbers from `low` to `high`, both included, `step` apart."""

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return self.low <= value <= self.high and (value - self.low) % self.step == 0


@dataclass(frozen=True, slots=True)
class Choices:
    """One of a few values, in the order in which they were given."""

    values: tuple[Scalar, ...]

    def __contains__(self, value: object) -> bool:
        return any(value == known and type(value) is type(known) for known in self.values)


Range = FloatRange | IntRange | Choices
SearchSpace = Mapping[str, Range]
