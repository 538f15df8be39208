"""What to tune, the published settings to try first, and a configuration in the units of the space."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from catalog.space import Choices, FloatRange, IntRange, Scalar, SearchSpace
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.families import is_scratch
from plugins.nlp.encoders.schedule import schedule_of

__all__ = ["recipes", "resolved", "search_space", "tunable"]

_MAX_SHARE = 0.5
"""Otherwise a count for larger data would extend the search to warm-ups that never end, also in the recipes."""


def search_space(config: FineTuningConfig) -> SearchSpace:
    """Return the ranges around the published values for fine-tuning; random weights need larger learning rates."""
    rates = FloatRange(1e-4, 3e-3, log=True) if is_scratch(config.model_name) else FloatRange(1e-5, 5e-5, log=True)
    return {
        "learning_rate": rates,
        "batch_size": Choices((16, 32)),
        "epochs": IntRange(2, 4),
        "warmup_steps": FloatRange(0.0, 0.1),
    }


def recipes(config: FineTuningConfig) -> Sequence[Mapping[str, Scalar]]:
    """Return published settings, best first; none for random weights, for which there are none.

    The grid of Devlin et al., 2019 (arXiv 1810.04805), appendix A.3: batch 16 or 32, 2e-5 to 5e-5, 2 to 4 epochs. The
    last one goes below it, as Liu et al., 2019 (RoBERTa, arXiv 1907.11692), table 10 do, and trains longer: Mosbach
    et al., 2021 (arXiv 2006.04884) found small rates and longer training steadier.
    """
    if is_scratch(config.model_name):
        return ()
    settings = ((3e-5, 16, 3), (5e-5, 32, 2), (1e-5, 32, 4))
    return tuple({"learning_rate": rate, "batch_size": batch, "epochs": epochs} for rate, batch, epochs in settings)


def tunable(config: FineTuningConfig, fixed: Collection[str], rows: int) -> Mapping[str, Scalar]:
    """Return every value of `config` but the `fixed` ones, for a training on `rows` examples.

    A warm-up count becomes a share of this configuration's own steps, 0.5 at most; a share stays unchanged.
    """
    values: dict[str, Scalar] = {
        name: value
        for name, value in config.model_dump(exclude=set(fixed)).items()
        if isinstance(value, bool | int | float | str)
    }
    values["learning_rate"] = config.resolved_learning_rate
    if isinstance(config.warmup_steps, int):
        values["warmup_steps"] = min(config.warmup_steps / schedule_of(config, rows).total, _MAX_SHARE)
    return values


def resolved(config: FineTuningConfig, rows: int) -> Mapping[str, Any]:
    """Return the values that a training of `config` on `rows` examples depends on.

    Shares become counts of steps, and omitted fields get their values.

    Such trainings are the same: a share of steps that rounds to the same count, a rate that is written out or omitted,
    `early_stopping` as true or as 1, a norm of 0 or null.
    """
    return config.model_dump(mode="json") | {
        "learning_rate": config.resolved_learning_rate,
        "warmup_steps": schedule_of(config, rows).warmup,
        "early_stopping": config.patience,
        "max_grad_norm": config.max_grad_norm or None,
    }
