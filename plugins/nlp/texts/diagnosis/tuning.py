"""How the schedule of the learning rate was chosen."""

import math
from collections.abc import Iterator

from catalog.contract.diagnosis import Diagnosis, DiagnosisTrial
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import change, give, keep

__all__ = ["long_warmup"]

_MODEST_SHARE = 0.06
_SHARE_OF_STEPS = "Give the warm-up as a share of all steps, so that it suits data of any size."


def long_warmup(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The learning rate rises for more than half of the training: in the trial to examine, or in the given one."""
    given = next((trial for trial in case.evidence.trials if trial.number == 0), None)
    for trial in (case.best, given):
        steps = _steps(case, trial) if trial is not None else None
        if trial is None or steps is None:
            continue
        warmup, total = steps
        if 2 * warmup <= total:
            continue
        yield Diagnosis(
            rule="long_warmup",
            severity="warning" if trial is case.best else "note",
            title=Statement("The warm-up takes more than half of the training"),
            evidence=Statement(
                "In trial {trial:count} the learning rate rises for {warmup:count} of {total:count} steps, and has "
                "{rest:count} left to fall.",
                {
                    "trial": trial.number,
                    "warmup": warmup,
                    "total": total,
                    "rest": max(0, total - warmup),
                },
            ),
            remedies=keep((change if trial.number else give)(case, "warmup_steps", _MODEST_SHARE, _SHARE_OF_STEPS)),
        )
        return


def _steps(case: DiagnosisCase, trial: DiagnosisTrial) -> tuple[int, int] | None:
    """Return the optimizer steps of warm-up and whole training; None if the model has no warm-up."""
    rows, config = case.evidence.data.rows.get("train"), trial.config
    batch, epochs = number(config.get("batch_size")), number(config.get("epochs"))
    warmup, batches = number(config.get("warmup_steps")), number(config.get("gradient_accumulation", 1))
    if not rows or not batch or not epochs or not batches or warmup is None:
        return None
    total = math.ceil(rows / (batch * batches)) * round(epochs)
    is_share = isinstance(config["warmup_steps"], float)
    return (round(warmup * total) if is_share else round(warmup)), total
