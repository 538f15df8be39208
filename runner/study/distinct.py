"""Asks a sampler again while it suggests a configuration that the study has already trained."""

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from optuna import Study
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from catalog.space import Choices, FloatRange, IntRange, Range, Scalar, SearchSpace

__all__ = ["DistinctSampler", "new_params", "size_of"]

IsNew = Callable[[Mapping[str, Any]], bool]
"""Returns whether parameters make a configuration that the study has not trained."""

#: Suggestions of the sampler that are checked before another new configuration is taken instead.
_TRIES = 30
#: Random draws before a space is searched value by value; also the number of values of a large space that are checked.
_DRAWS, _MOST = 200, 200_000


class DistinctSampler(BaseSampler):
    """Suggests what another sampler suggests, without repeats.

    All parameters are drawn at once, in the order and from the random state in which Optuna would draw them, so that
    a search without repeats is the same as one without this sampler. A repeat is drawn again before Optuna stores
    any of its parameters: it takes no trial number, and no later suggestion depends on it.

    Args:
        inner: The sampler.
        distributions: Of all parameters.
        is_new: Returns whether a suggestion is new.
        spare: A new configuration to use if the sampler keeps repeating itself; None if there is none.
    """

    def __init__(
        self,
        inner: BaseSampler,
        distributions: Mapping[str, BaseDistribution],
        is_new: IsNew,
        spare: Mapping[str, Scalar] | None,
    ) -> None:
        self._inner = inner
        self._distributions = distributions
        self._is_new = is_new
        self._spare = spare

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002 -- Optuna's
        """Return all parameters that can vary: `sample_relative` draws them together."""
        return {name: each for name, each in self._distributions.items() if not each.single()}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return parameters of a new configuration, together with those that the trial has already."""
        fixed = {**trial.system_attrs.get("fixed_params", {}), **trial.params}
        single = {name: _only(each) for name, each in self._distributions.items() if name not in search_space}
        drawn: dict[str, Any] = {}
        for _ in range(_TRIES):
            drawn = self._draw(study, trial, search_space)
            if self._is_new({**single, **drawn, **fixed}):
                return drawn
        spare = {name: value for name, value in (self._spare or {}).items() if name in search_space}
        return spare if spare and self._is_new({**single, **spare, **fixed}) else drawn

    def _draw(self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        together = self._inner.infer_relative_search_space(study, trial)
        drawn = self._inner.sample_relative(study, trial, together)
        for name, distribution in search_space.items():
            if name not in drawn:
                drawn[name] = self._inner.sample_independent(study, trial, name, distribution)
        return drawn

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Suggest one parameter as the sampler does."""
        return self._inner.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Prepare the sampler."""
        self._inner.before_trial(study, trial)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Any) -> None:
        """Inform the sampler that a trial has ended."""
        self._inner.after_trial(study, trial, state, values)

    def reseed_rng(self) -> None:
        """Give the sampler another random state."""
        self._inner.reseed_rng()


def new_params(space: SearchSpace, is_new: IsNew, seed: int) -> dict[str, Scalar] | None:
    """Return parameters of a new configuration; None if the space has no other one.

    A space without steps, or with more than 200,000 points, counts as exhausted if random draws, and as many of its
    points as are checked, are all known.
    """
    luck = random.Random(seed)  # noqa: S311 -- for a search, not for a secret
    for _ in range(_DRAWS):
        drawn = {name: _random_value(range_, luck) for name, range_ in space.items()}
        if is_new(drawn):
            return drawn
    if size_of(space) is None:
        return None
    places = product(*(_values(range_) for range_ in space.values()))
    found = (dict(zip(space, place, strict=True)) for place in islice(places, _MOST))
    left = [params for params in found if is_new(params)]
    return luck.choice(left) if left else None


def size_of(space: SearchSpace) -> int | None:
    """Return how many points a space has; None if a range of real numbers has no step."""
    size = 1
    for range_ in space.values():
        match range_:
            case Choices(values):
                size *= len(values)
            case FloatRange(step=None):
                if range_.low < range_.high:
                    return None
            case _:
                size *= _steps(range_) + 1
    return size


def _steps(range_: FloatRange | IntRange) -> int:
    return int((range_.high - range_.low) / (range_.step or 1) + 1e-8)


def _values(range_: Range) -> Iterator[Scalar]:
    match range_:
        case Choices(values):
            yield from values
        case FloatRange(low, _, _, None):
            yield low
        case _:
            for place in range(_steps(range_) + 1):
                yield _at(range_, place)


def _at(range_: FloatRange | IntRange, place: int) -> int | float:
    """Return the value at a position; the sum of a step's multiples must not exceed the range by a rounding error."""
    if isinstance(range_, IntRange):
        return range_.low + place * range_.step
    return min(range_.high, float(f"{range_.low + place * (range_.step or 0.0):.12g}"))


def _random_value(range_: Range, luck: random.Random) -> Scalar:
    match range_:
        case Choices(values):
            return luck.choice(values)
        case FloatRange(low, high, True, None):
            return min(high, max(low, float(low * (high / low) ** luck.random())))
        case FloatRange(low, high, _, None):
            return luck.uniform(low, high)
        case _:
            return _at(range_, luck.randint(0, _steps(range_)))


def _only(distribution: BaseDistribution) -> Any:
    """Return the value of a distribution that has only one."""
    match distribution:
        case CategoricalDistribution(choices=choices):
            return choices[0]
        case FloatDistribution(low=low) | IntDistribution(low=low):
            return low
    raise TypeError(f"{distribution} is of no kind that a search space has")
