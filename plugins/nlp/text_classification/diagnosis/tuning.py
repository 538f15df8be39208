"""How the search space and the schedule of the learning rate were chosen."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract.diagnosis import Diagnosis, TrialEvidence
from catalog.statement import Statement
from plugins.nlp.text_classification.diagnosis.case import Case, number
from plugins.nlp.text_classification.diagnosis.remedies import change, give, keep

__all__ = ["edge_of_space", "long_warmup"]

_FEWEST_TRIALS = 4
"""Complete trials below which the best one's place tells nothing."""
_OUTER = 0.05
"""Part of a range, at either end, that counts as its edge for the best trial."""
_OUTSKIRTS = 0.15
"""The same for the trials after it. A field without effect meets both conditions in 3 % of studies at either end."""
_NEXT = 2
_FEW_VALUES = 10
"""Ranges with fewer values hit their ends often: all of the best trials must then be there, and there be more."""
_FEWEST_TRIALS_OF_FEW_VALUES = 8
_BEST_OF_FEW_VALUES = 4
_MODEST_SHARE = 0.06
_SHARE_OF_STEPS = "Give the warm-up as a share of all steps, so that it suits data of any size."


def edge_of_space(case: Case) -> Iterator[Diagnosis]:
    """The best trials crowd at one end of a tuned field's range, and the field allows values beyond it."""
    for name, entry in case.evidence.space.items():
        low, high = number(entry.get("low")), number(entry.get("high"))
        if low is None or high is None or not low < high:
            continue
        for end in ("high", "low"):
            if not _crowd(case, name, entry, at_high=end == "high"):
                continue
            beyond = _beyond(entry, at_high=end == "high")
            remedy = change(
                case,
                name,
                beyond,
                "Widen the range upwards: better values may lie beyond it."
                if end == "high"
                else "Widen the range downwards: better values may lie beyond it.",
            )
            if remedy is None:
                continue  # the field has no values beyond: an end that nature set is no finding
            yield Diagnosis(
                rule="edge_of_space",
                severity="warning",
                title=Statement("The best {field} lies at the edge of its range", {"field": name}),
                evidence=Statement(
                    "The best trial, {trial:count}, has {value:number}; the range is {low:number} to {high:number}, "
                    "and the next best trials lie at the same end.",
                    {
                        "trial": case.complete[0].number,
                        "value": number(case.complete[0].config.get(name)) or 0.0,
                        "low": low,
                        "high": high,
                    },
                ),
                remedies=(remedy,),
            )


def long_warmup(case: Case) -> Iterator[Diagnosis]:
    """The learning rate rises for more than half of the training: of the trial to look at, or of the given one."""
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


def _crowd(case: Case, name: str, entry: Mapping[str, Any], *, at_high: bool) -> bool:
    """Tell whether the best trials lie at one end of the range."""
    places = [place for trial in case.complete if (place := _place(trial, name, entry)) is not None]
    distances = [1 - place if at_high else place for place in places]
    values = _values(entry)
    if values is not None and values < _FEW_VALUES:
        best = distances[:_BEST_OF_FEW_VALUES]
        enough = values > 2 and len(distances) >= _FEWEST_TRIALS_OF_FEW_VALUES
        return enough and all(distance < 0.5 / (values - 1) for distance in best)
    if len(distances) < _FEWEST_TRIALS or distances[0] > _OUTER:
        return False
    return any(distance <= _OUTSKIRTS for distance in distances[1 : 1 + _NEXT])


def _place(trial: TrialEvidence, name: str, entry: Mapping[str, Any]) -> float | None:
    """Return where in its range the trial's value lies, 0 to 1, on the scale that is searched."""
    value, low, high = (number(found) for found in (trial.config.get(name), entry["low"], entry["high"]))
    if value is None or low is None or high is None or not low <= value <= high:
        return None
    if entry.get("log") and low > 0:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _values(entry: Mapping[str, Any]) -> int | None:
    """Return how many values a range has; None where that is any number."""
    low, high, step = entry["low"], entry["high"], entry.get("step")
    if step is None and isinstance(low, int) and isinstance(high, int):
        step = 1
    return None if step is None else math.floor((high - low) / step + 1e-9) + 1


def _beyond(entry: Mapping[str, Any], *, at_high: bool) -> int | float:
    """Return a bound beyond the present one: twice (half) of it on a logarithmic scale, else half a range further."""
    low, high = entry["low"], entry["high"]
    bound: float
    if entry.get("log"):
        bound = 2 * high if at_high else low / 2
    else:
        bound = high + (high - low) / 2 if at_high else low - (high - low) / 2
        bound = low / 2 if bound <= 0 < low else bound
    if isinstance(low, int) and isinstance(high, int):
        return math.ceil(bound) if at_high else math.floor(bound)
    return float(f"{bound:.6g}")


def _steps(case: Case, trial: TrialEvidence) -> tuple[int, int] | None:
    """Return the optimizer steps of warm-up and whole training; None where the model has no warm-up."""
    rows, config = case.evidence.data.rows.get("train"), trial.config
    batch, epochs = number(config.get("batch_size")), number(config.get("epochs"))
    warmup, batches = number(config.get("warmup_steps")), number(config.get("gradient_accumulation", 1))
    if not rows or not batch or not epochs or not batches or warmup is None:
        return None
    total = math.ceil(rows / (batch * batches)) * round(epochs)
    is_share = isinstance(config["warmup_steps"], float)
    return (round(warmup * total) if is_share else round(warmup)), total
