"""Checks that Optuna's trials of a study agree with our own tables, before a search continues from both."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from catalog.errors import StoreError, clause
from runner.store.records import TrialRecord

__all__ = ["check_trials", "optuna_state", "seconds_of"]

_STATES = {"complete": OptunaState.COMPLETE, "pruned": OptunaState.PRUNED, "failed": OptunaState.FAIL}
#: Optuna's name for the parameters with which a waiting trial is to be asked.
_FIXED = "fixed_params"


def optuna_state(record: TrialRecord) -> OptunaState | None:
    """Return the state in which Optuna holds a trial that has ended; None if it has not ended.

    A reused result counts as a failure there: otherwise one training would weigh twice in later suggestions.
    """
    return OptunaState.FAIL if record.reused_from is not None else _STATES.get(record.state)


def check_trials(
    study: str,
    known: Sequence[FrozenTrial],
    records: Mapping[int, TrialRecord],
    distributions: Mapping[str, BaseDistribution],
) -> None:
    """Check that Optuna's trials are those that modelcat has reported to it, or is about to report.

    Each trial is written to our tables first: Optuna may lack the last ones, but never holds more or other ones.

    Raises:
        StoreError: Another program has changed one or the other; the message says where they differ.
    """
    if [trial.number for trial in known] != list(range(len(known))):
        raise _damaged(study, "its trials are not numbered from 0 on, each once")
    if missing := sorted(records.keys() - set(range(len(known)))):
        raise _damaged(study, f"trial {missing[0]} is not there")
    for trial in known:
        if reason := _difference(trial, records.get(trial.number), distributions):
            raise _damaged(study, f"trial {trial.number} {reason}")


def seconds_of(study: str, stored: Any) -> float:
    """Return a time in seconds that Optuna's study holds.

    Raises:
        StoreError: The value is no time.
    """
    if isinstance(stored, bool) or not _is_finite(stored):
        raise _damaged(study, "the time that its search took is not a number")
    return float(stored)


def _difference(
    trial: FrozenTrial, record: TrialRecord | None, distributions: Mapping[str, BaseDistribution]
) -> str | None:
    fixed = trial.system_attrs.get(_FIXED, {})
    if not isinstance(fixed, dict) or not all(map(_is_scalar, fixed.values())):
        return f"has {_FIXED} that are none"
    if not all(map(_is_finite, trial.intermediate_values.values())):
        return "has a measurement that is not a number"
    if any(distributions.get(name) != ours for name, ours in trial.distributions.items()):
        return "was drawn from another search space"
    if trial.state is OptunaState.RUNNING or (record is None and trial.state is OptunaState.WAITING):
        return None
    return "is not known to modelcat" if record is None else _otherwise(trial, record)


def _otherwise(trial: FrozenTrial, record: TrialRecord) -> str | None:
    """Return how an ended trial in Optuna differs from what modelcat has reported to Optuna; None if it does not."""
    state = optuna_state(record)
    if trial.state is not state:
        return f"is {trial.state.name.lower()}, and {record.state} to modelcat"
    if state is OptunaState.COMPLETE and (trial.value != record.value or trial.params != record.params):
        return "has another value or other parameters than modelcat has written"
    return None


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _damaged(study: str, reason: str) -> StoreError:
    return StoreError(
        f"what Optuna's tables hold of study {study!r} is damaged: {clause(reason)}. "
        f"Put a copy of the database back, or run modelcat delete {study}"
    )
