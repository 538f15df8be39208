"""How the search space was chosen."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract.diagnosis import Diagnosis, DiagnosisTrial
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import change

__all__ = ["edge_of_space"]

_FEWEST_TRIALS = 4
"""With fewer complete trials than this, the place of the best one means nothing."""
_OUTER = 0.05
"""Part of a range, at either end, that counts as its edge for the best trial."""
_OUTSKIRTS = 0.15
"""The same for the trials after it. A field without effect meets both conditions in 3 % of studies at either end."""
_NEXT = 2
_FEW_VALUES = 10
"""The best trials of ranges with fewer values often lie at an end: then all of them must, and more are needed."""
_FEWEST_TRIALS_OF_FEW_VALUES = 8
_BEST_OF_FEW_VALUES = 4


def edge_of_space(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The best trials lie at one end of a tuned field's range, and the field allows values beyond it."""
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
                continue  # the field has no values beyond: an end that cannot be moved is no finding
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


def _crowd(case: DiagnosisCase, name: str, entry: Mapping[str, Any], *, at_high: bool) -> bool:
    """Return whether the best trials lie at one end of the range."""
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


def _place(trial: DiagnosisTrial, name: str, entry: Mapping[str, Any]) -> float | None:
    """Return where in its range the trial's value lies, 0 to 1, on the scale that is searched."""
    value, low, high = (number(found) for found in (trial.config.get(name), entry["low"], entry["high"]))
    if value is None or low is None or high is None or not low <= value <= high:
        return None
    if entry.get("log") and low > 0:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _values(entry: Mapping[str, Any]) -> int | None:
    """Return how many values a range has; None if it is unlimited."""
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
