"""Rules that choose which configuration of a study is kept, and studies that are simulated to compare them.

Values are turned so that more is better. The first contestant of a study is the given configuration.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean, median
from typing import Any

import numpy as np

__all__ = ["RULES", "Contestant", "Scenario", "compare_rules", "kept_value", "scenarios", "simulate"]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One configuration in the confirmation.

    Attributes:
        search: Validation value of its training in the search.
        fresh: Validation values of its trainings on fresh seeds.
        tested: Test values of these trainings, in the same order.
        error: Standard error of the mean of `fresh` minus that of the given configuration; 0 of the given one.
    """

    search: float
    fresh: tuple[float, ...]
    tested: tuple[float, ...]
    error: float = 0.0

    @property
    def all(self) -> tuple[float, ...]:
        """Values of all its trainings."""
        return (self.search, *self.fresh)


Study = Sequence[Contestant]
Rule = Callable[[Study], int]


def kept_value(contestant: Contestant) -> float:
    """Return the test value of the kept model: that with the median validation value, the lower of two."""
    order = sorted(range(len(contestant.fresh)), key=lambda place: contestant.fresh[place])
    return contestant.tested[order[(len(order) - 1) // 2]]


def _best(score: Callable[[Contestant], float]) -> Rule:
    """Keep the configuration with the best score; of equal ones the first."""

    def rule(study: Study) -> int:
        return max(range(len(study)), key=lambda place: (score(study[place]), -place))

    return rule


def _ahead(score: Callable[[Contestant], float], errors: float) -> Rule:
    """Keep the given configuration unless the best other one is ahead by so many standard errors."""

    def rule(study: Study) -> int:
        best = _best(score)(study)
        ahead = score(study[best]) - score(study[0])
        return best if ahead > errors * study[best].error else 0

    return rule


def _mean_fresh(contestant: Contestant) -> float:
    return fmean(contestant.fresh)


def _mean_all(contestant: Contestant) -> float:
    return fmean(contestant.all)


def _pooled(study: Study) -> int:
    """Shrink each mean of all trainings towards the given configuration's, by what the trainings vary.

    The spread between configurations is what the means vary beyond their own errors (a one-way random-effects model);
    the value of a lead is what remains of it, less half a standard error.
    """
    means = [_mean_all(contestant) for contestant in study]
    within = fmean([float(np.var(contestant.all, ddof=1)) for contestant in study])
    trainings = len(study[0].all)
    spread = max(0.0, float(np.var(means, ddof=1)) - within / trainings) if len(study) > 1 else 0.0
    weight = spread / (spread + within / trainings) if spread > 0 else 0.0
    margin = 0.5 * math.sqrt(2 * within / trainings)
    best = max(range(len(study)), key=lambda place: (means[place], -place))
    return best if weight * (means[best] - means[0]) > margin * (1 - weight) else 0


RULES: Mapping[str, Rule] = {
    "always the given configuration": lambda _: 0,
    "best value in the search": _best(lambda contestant: contestant.search),
    "best mean on fresh seeds": _best(_mean_fresh),
    "best median on fresh seeds": _best(lambda contestant: median(contestant.fresh)),
    "given, unless behind by 1 standard error (fresh)": _ahead(_mean_fresh, 1.0),
    "given, unless measurably beaten (fresh)": _ahead(_mean_fresh, 1.96),
    "best mean of all trainings": _best(_mean_all),
    "best median of all trainings": _best(lambda contestant: median(contestant.all)),
    "given, unless behind by 0.5 standard errors (all)": _ahead(_mean_all, 0.5),
    "given, unless behind by 1 standard error (all)": _ahead(_mean_all, 1.0),
    "given, unless measurably beaten (all)": _ahead(_mean_all, 1.96),
    "all trainings, shrunk towards the given": _pooled,
}
"""The rules by name."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How studies are simulated; values are accuracies.

    Attributes:
        trials: Trials of the search, the given configuration among them.
        seeds: Fresh seeds.
        top: Finalists in addition to the given configuration.
        rows: Validation rows.
        luck: Standard deviation of the true value over seeds.
        spread: Standard deviation of the true mean over configurations.
        given: How far the given configuration is above the mean of the space, in units of `spread`.
        unstable: Share of configurations, the given one may be among them, of which three of ten trainings collapse.
    """

    trials: int
    seeds: int
    top: int
    rows: int
    luck: float
    spread: float
    given: float
    unstable: float = 0.0


#: True accuracy of the given configuration, and of guessing.
_LEVEL, _CHANCE = 0.85, 0.5
#: Shares of rows that exactly one of two trainings gets right: of the same configuration, and of different ones.
_SAME, _OTHER = 0.08, 0.10


def scenarios(*, unstable: float = 0.0) -> list[Scenario]:
    """Return all combinations of what was considered realistic."""
    grid = product((4, 10, 30), (1, 2, 3), (1, 2), (100, 500, 2500), (0.004, 0.015), (0.0, 0.01, 0.03), (0.0, 1.0))
    return [Scenario(*values, unstable=unstable) for values in grid]


def simulate(scenario: Scenario, rng: np.random.Generator, *, depth: float = 0.0) -> list[Contestant]:
    """Return the contestants of one study, the given configuration first.

    Args:
        scenario: How.
        rng: Random numbers.
        depth: How far below chance trainings that collapse end at most; a log loss has no bound there.
    """
    true = _LEVEL - scenario.given * scenario.spread + scenario.spread * rng.standard_normal(scenario.trials)
    true[0] = _LEVEL
    # What a configuration gains from these validation rows in every training, and what one training gains.
    persistent = math.sqrt((_OTHER - _SAME) / 2 / scenario.rows) * rng.standard_normal(scenario.trials)
    shape = scenario.trials, scenario.seeds + 1
    real = true[:, None] + scenario.luck * rng.standard_normal(shape)
    fails = rng.random(scenario.trials) < scenario.unstable
    real = np.where(fails[:, None] & (rng.random(shape) < 0.3), _CHANCE - depth * rng.random(shape), real)
    seen = real + persistent[:, None] + math.sqrt(_SAME / 2 / scenario.rows) * rng.standard_normal(shape)
    ranked = sorted(range(1, scenario.trials), key=lambda place: -seen[place, 0])[: scenario.top]
    return [_contestant(place, seen, real, scenario.rows) for place in (0, *ranked)]


def _contestant(place: int, seen: np.ndarray, real: np.ndarray, rows: int) -> Contestant:
    fresh, seeds = seen[place, 1:], seen.shape[1] - 1
    variance = (_OTHER - _SAME + _SAME / seeds) / rows
    if seeds > 1:
        variance += float(fresh.var(ddof=1) + seen[0, 1:].var(ddof=1)) / seeds
    error = 0.0 if place == 0 else math.sqrt(variance)
    return Contestant(float(seen[place, 0]), tuple(fresh.tolist()), tuple(real[place, 1:].tolist()), error)


def compare_rules(studies: Sequence[Study]) -> dict[str, dict[str, Any]]:
    """Return for each rule how good the kept model is on test, against the given configuration's.

    Returns:
        By rule: ``gain``, the mean difference; ``harm``, the share of studies in which the kept model is worse;
        ``lost``, the mean of by how much it is worse, over all studies; ``tuned``, the share in which a tuned one is
        kept.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, rule in RULES.items():
        places = [rule(study) for study in studies]
        gains = np.array([kept_value(s[place]) - kept_value(s[0]) for s, place in zip(studies, places, strict=True)])
        found[name] = {
            "gain": float(gains.mean()),
            "error": float(gains.std() / math.sqrt(gains.size)),
            "harm": float((gains < 0).mean()),
            "lost": float(np.minimum(gains, 0.0).mean()),
            "tuned": float(np.mean([place > 0 for place in places])),
        }
    return found
