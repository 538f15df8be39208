"""Search spaces: widened to hold the given configuration, stored as JSON, and turned into Optuna distributions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import Trial

from catalog.errors import SpecError
from catalog.space import Choices, FloatRange, IntRange, Range, Scalar, SearchSpace

__all__ = ["distributions", "fitting_recipes", "from_json", "suggest", "to_json", "widen"]


def widen(space: SearchSpace, given: Mapping[str, Scalar]) -> dict[str, Range]:
    """Return the space with every range stretched (every choice list lengthened) to hold the given values.

    A value outside its distribution makes Optuna warn and then distorts each later suggestion of TPE.
    A stretched range with a step loses the step unless the value lies on its grid.

    Raises:
        SpecError: A range cannot hold the given value: a share of steps in a range of whole numbers.
    """
    return {name: _hold(name, range_, given[name]) if name in given else range_ for name, range_ in space.items()}


def _hold(name: str, range_: Range, value: Scalar) -> Range:
    if value in range_:
        return range_
    if isinstance(range_, Choices):
        return Choices((*range_.values, value))
    if isinstance(value, bool | str) or (isinstance(range_, IntRange) and not isinstance(value, int)):
        kind = "whole numbers" if isinstance(range_, IntRange) else "numbers"
        message = (
            f"a range of {kind} cannot hold the given configuration's {value!r}; "
            "give a range of fractions (an upper bound such as 0.1), or choices"
        )
        raise SpecError(f"study.search_space.{name}: {message}", field=f"study.search_space.{name}")
    low, high = min(range_.low, value), max(range_.high, value)
    log = range_.log and low > 0
    if isinstance(range_, IntRange) and isinstance(value, int):
        on_grid = (value - range_.low) % range_.step == 0
        return IntRange(int(low), int(high), log, range_.step if on_grid else 1)
    if isinstance(range_, FloatRange) and range_.step is not None:
        on_grid = value in FloatRange(low if value > range_.low else value, high, step=range_.step)
        return FloatRange(float(low), float(high), log, range_.step if on_grid else None)
    return FloatRange(float(low), float(high), log)


def fitting_recipes(
    recipes: Sequence[Mapping[str, Scalar]], space: SearchSpace, given: Mapping[str, Scalar], trials: int
) -> list[dict[str, Scalar]]:
    """Return the recipes that the space holds, completed by the given values, at most a quarter of the trials.

    A recipe that sets a field which is not tuned must agree with the given value there.
    """
    complete = [{**given, **recipe} for recipe in recipes]
    fitting = [
        {name: recipe[name] for name in space}
        for recipe in complete
        if all(recipe[name] in range_ for name, range_ in space.items())
        and all(recipe[name] == value for name, value in given.items() if name not in space)
    ]
    asked = {name: given[name] for name in space if name in given}
    return [recipe for recipe in fitting if recipe != asked][: trials // 4]


def distributions(space: SearchSpace) -> dict[str, BaseDistribution]:
    """Turn a search space into Optuna distributions."""
    return {name: _distribution(range_) for name, range_ in space.items()}


def _distribution(range_: Range) -> BaseDistribution:
    match range_:
        case FloatRange(low, high, log, step):
            return FloatDistribution(low, high, log=log, step=step)
        case IntRange(low, high, log, step):
            return IntDistribution(low, high, log=log, step=step)
        case Choices(values):
            return CategoricalDistribution(values)


def suggest(trial: Trial, name: str, distribution: BaseDistribution) -> None:
    """Suggest one parameter of a trial that is opened again; a parameter that it has already keeps its value."""
    match distribution:
        case FloatDistribution(low=low, high=high, log=log, step=step):
            trial.suggest_float(name, low, high, log=log, step=step)
        case IntDistribution(low=low, high=high, log=log, step=step):
            trial.suggest_int(name, low, high, log=log, step=step)
        case CategoricalDistribution(choices=choices):
            trial.suggest_categorical(name, choices)


def to_json(space: SearchSpace) -> dict[str, dict[str, Any]]:
    """Return the space as a spec writes it."""
    return {
        name: {"choices": list(range_.values)}
        if isinstance(range_, Choices)
        else {key: value for key, value in asdict(range_).items() if value is not None and value is not False}
        for name, range_ in space.items()
    }


def from_json(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Range]:
    """Return the space that `to_json` stored."""
    return {name: _from_json(entry) for name, entry in stored.items()}


def _from_json(entry: Mapping[str, Any]) -> Range:
    if "choices" in entry:
        return Choices(tuple(entry["choices"]))
    low, high, log, step = entry["low"], entry["high"], entry.get("log", False), entry.get("step")
    if isinstance(low, int) and isinstance(high, int):
        return IntRange(low, high, log, step or 1)
    return FloatRange(low, high, log, step)
