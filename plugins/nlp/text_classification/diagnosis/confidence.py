"""Confidence that does not match accuracy."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Evaluation
from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.statement import Statement, Value
from plugins.classification.records import class_details
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import advise, change, keep

__all__ = ["badly_calibrated"]

_ERROR, _GRAVE_ERROR = 0.02, 0.08
"""Calibration errors that matter beyond what chance shows."""
_CHANCE = 0.8
"""The error that even a perfect model shows, times the square root of the rows: it is biased upwards on few rows, and
resampling does not correct it (Roelofs et al., 2022, arXiv 2012.08668). Simulated with confidences that are right by
construction, 100 to 4,000 rows: the interval's lower end is above 2 points and this in at most 3 % of data sets, above
a plain 3 points in 83 to 100 % of those of 100 and 300 rows. Scores twice too large are found on 1,000 rows in 97 %."""


def badly_calibrated(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Mean confidence and accuracy differ, bin by bin, after the temperature was fitted."""
    judged = case.judged
    if judged is None or "ece" not in judged.intervals or "ece" not in judged.metrics:
        return
    (low, high), error = judged.intervals["ece"], judged.metrics["ece"]
    beyond_chance = low - _CHANCE / math.sqrt(max(judged.rows, 1))
    if beyond_chance <= _ERROR:
        return
    over = _is_too_sure(judged)
    numbers: dict[str, Value] = {
        "error": error,
        "low": low,
        "high": high,
        "rows": judged.rows,
        "split": judged.split,
    }
    yield Diagnosis(
        rule="badly_calibrated",
        severity="warning" if beyond_chance > _GRAVE_ERROR else "note",
        title=Statement("The model is surer than it should be")
        if over
        else Statement("The model is less sure than it could be"),
        evidence=_evidence(numbers, case.evidence.calibration),
        remedies=_remedies(case, over),
    )


def _evidence(numbers: dict[str, Value], calibration: Mapping[str, Any] | None) -> Statement:
    before = number((calibration or {}).get("before", {}).get("ece"))
    temperature = number((calibration or {}).get("temperature"))
    if before is None or temperature is None:
        return Statement(
            "Confidence and accuracy differ by {error:points} points on average (expected calibration error, 95 % "
            "interval {low:points} to {high:points}) on {rows:count} rows of {split}.",
            numbers,
        )
    return Statement(
        "Confidence and accuracy differ by {error:points} points on average (expected calibration error, 95 % interval "
        "{low:points} to {high:points}) on {rows:count} rows of {split}, after the scores were divided by a "
        "temperature of {temperature:number}; before, it was {before:points}.",
        {**numbers, "temperature": temperature, "before": before},
    )


def _remedies(case: DiagnosisCase, over: bool) -> tuple[Fix, ...]:
    epochs = number(case.settings.get("epochs"))
    fewer = None
    if over and epochs is not None and epochs > 1:
        fewer = change(case, "epochs", round(epochs) - 1, "Train for shorter: confidence grows with every epoch.")
    return keep(
        fewer,
        change(case, "early_stopping", True, "End as soon as the validation loss has stopped falling.")
        if over and not case.settings.get("early_stopping")
        else None,
        advise("Make sure that validation texts are like those the model will meet: the temperature is fitted there."),
        advise("Do not take confidence for a probability; choose thresholds by measuring."),
    )


def _is_too_sure(judged: Evaluation) -> bool:
    """Return whether mean confidence is above accuracy."""
    known = [found for found in class_details(judged).confidence if found.confidence is not None]
    confident = sum((found.right + found.wrong) * (found.confidence or 0.0) for found in known)
    return confident > sum(found.right for found in known)
