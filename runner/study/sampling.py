"""The samplers and pruners that a spec can name."""

import hashlib
import warnings

from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, PatientPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler

__all__ = ["QUARTERS", "derived_seed", "pruner_of", "quarter_of", "sampler_for"]

#: Steps at which trials are pruned, as per cent of each trial's own schedule. Epochs would compare a trial that is half
#: way through its learning-rate decay with one that is at its end.
QUARTERS = (25, 50, 75, 100)


def derived_seed(*parts: object) -> int:
    """Return a seed (0 to 2^31 - 1) that depends on all parts and is the same on every machine."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def sampler_for(name: str, seed: int, number: int) -> BaseSampler:
    """Return the sampler that suggests trial `number`.

    Seeded by study seed and number, so that an interrupted study gets the suggestions of an uninterrupted one: a
    resumed `TPESampler(seed=0)` would repeat its first suggestions.
    """
    derived = derived_seed(seed, number)
    if name == "random":
        return RandomSampler(seed=derived)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # multivariate TPE is Optuna's default since 5.0
        return TPESampler(seed=derived)


def pruner_of(name: str) -> BasePruner:
    """Return the pruner of that name.

    Median prunes once four trials have reached a step, and tolerates one bad quarter: without that it lost the best
    trial of 22 % of simulated studies.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        match name:
            case "none":
                return NopPruner()
            case "hyperband":
                return HyperbandPruner(min_resource=QUARTERS[0], max_resource=QUARTERS[-1], reduction_factor=2)
            case _:
                median = MedianPruner(n_min_trials=4)
                return PatientPruner(median, patience=1)


def quarter_of(progress: float, before: float) -> int | None:
    """Return the step that a measurement at `progress` (0 to 1) reaches, or None if the one `before` had reached it."""
    reached = [step for step in QUARTERS if progress * 100 >= step - 0.5 > before * 100]
    return reached[-1] if reached else None
