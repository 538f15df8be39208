"""Rules about studies of numbers, whatever they are numbers of."""

import math
from collections.abc import Iterator, Sequence

from catalog.contract import Evaluation
from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.statement import Statement, Value
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import advise, change, keep
from plugins.regression.records import regression_details, target_data

__all__ = [
    "biased_predictions",
    "drawn_to_the_middle",
    "error_gap",
    "explains_little",
    "far_errors",
    "narrow_intervals",
]

_STANDARD_ERRORS = 3.0
_GAP = 1.5
"""Root of the mean squared error on validation, as a multiple of that on the training rows."""
_GRAVE_GAP = 2.5
_LITTLE = 0.1
"""Share of the variance below which a model explains little; always answering the mean explains none."""
_BIAS = 0.5
"""Share of the error of a group of truths that is bias, from which on the ends of the scale are drawn to the middle."""
_MEAN_BIAS = 0.25
"""Mean of all errors, with their signs, as a share of the mean absolute error."""
_FAR = 4.0
"""Root of the mean squared error over the median absolute error: 1.5 of normal errors, 2.0 of Laplacian ones."""
_FEWEST_ROWS = 30


def error_gap(case: DiagnosisCase, remedies: Sequence[Fix]) -> Iterator[Diagnosis]:
    """The errors on validation rows are much larger than those on the training rows.

    Args:
        case: The study.
        remedies: Fixes that make the model fit the training rows less closely.
    """
    kept = case.kept
    loss = None if kept is None else number(kept.metrics.get("loss"))
    if kept is None or loss is None or loss <= 0 or kept.train_loss <= 0 or case.validation_rows < _FEWEST_ROWS:
        return
    ratio = math.sqrt(loss / kept.train_loss)
    if ratio < _GAP or ratio < 1 + _STANDARD_ERRORS / math.sqrt(case.validation_rows):
        return
    yield Diagnosis(
        rule="over_fitting",
        severity="warning" if ratio >= _GRAVE_GAP else "note",
        title=Statement("The errors on new rows are much larger than those on the training rows (over-fitting)"),
        evidence=Statement(
            "On the {rows:count} validation rows the root of the mean squared error of trial {trial:count} is "
            "{ratio:number} times that on the rows it was trained on.",
            {"rows": case.validation_rows, "trial": case.evidence.best or 0, "ratio": ratio},
        ),
        remedies=(*remedies, advise("Add training rows: nothing else narrows the gap as surely.")),
    )


def explains_little(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The model is hardly better than always answering the mean."""
    judged, data = case.judged, target_data(case.evidence.data).target_statistics
    share = None if judged is None else number(judged.metrics.get("r2"))
    if judged is None or share is None or share >= _LITTLE:
        return
    spread = data.get("train")
    yield Diagnosis(
        rule="under_fitting",
        severity="problem" if share <= 0 else "warning",
        title=Statement("The model explains hardly anything (under-fitting)"),
        evidence=Statement(
            "R² on the {rows:count} rows of {split} is {share:number}; always answering the mean has 0, and there is "
            "{spread:number} of standard deviation to explain.",
            {
                "rows": judged.rows,
                "split": judged.split,
                "share": share,
                "spread": 0.0 if spread is None else spread.deviation,
            },
        ),
        remedies=(
            case.stronger,
            advise("Check that the target is what you mean, and that its unit is the same in all rows."),
        ),
    )


def biased_predictions(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Predictions are too high, or too low, on average."""
    judged = case.judged
    groups = regression_details(judged).truth_groups if judged is not None else ()
    if judged is None or not groups or judged.rows < _FEWEST_ROWS:
        return
    rows = sum(group.rows for group in groups)
    bias = sum(group.rows * group.bias for group in groups) / rows
    error, spread = _metric(judged, "mae"), _metric(judged, "rmse")
    if abs(bias) < _MEAN_BIAS * error or abs(bias) < _STANDARD_ERRORS * spread / math.sqrt(rows):
        return
    numbers: dict[str, Value] = {"rows": rows, "split": judged.split, "bias": abs(bias), "error": error}
    yield Diagnosis(
        rule="biased_predictions",
        severity="warning",
        title=Statement("The predictions are too high on average")
        if bias > 0
        else Statement("The predictions are too low on average"),
        evidence=Statement(
            "On the {rows:count} rows of {split} they are {bias:number} too high on average; the mean absolute error "
            "is {error:number}.",
            numbers,
        )
        if bias > 0
        else Statement(
            "On the {rows:count} rows of {split} they are {bias:number} too low on average; the mean absolute error is "
            "{error:number}.",
            numbers,
        ),
        remedies=keep(
            change(case, "loss", "squared", "Aim at the mean: absolute errors aim at the median."),
            advise("Check whether the rows of the splits are of the same time and place: targets may have shifted."),
        ),
    )


def far_errors(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A few errors are many times as large as usual, so that they decide what is measured."""
    judged = case.judged
    if judged is None or judged.rows < _FEWEST_ROWS:
        return
    usual, spread = _metric(judged, "median_absolute_error"), _metric(judged, "rmse")
    if usual <= 0 or spread < _FAR * usual:
        return
    yield Diagnosis(
        rule="far_errors",
        severity="note",
        title=Statement("A few rows have errors many times as large as usual (outliers)"),
        evidence=Statement(
            "On the {rows:count} rows of {split} half of the errors are below {usual:number}, but the root of the mean "
            "squared error is {spread:number}.",
            {"rows": judged.rows, "split": judged.split, "usual": usual, "spread": spread},
        ),
        remedies=keep(
            advise("Look at the rows with the largest errors: their targets may be wrong, or of another unit."),
            change(case, "loss", "absolute", "Minimise absolute errors, which mind outliers less."),
            Fix(Statement("Tune for the mean absolute error, which minds outliers less."), "study.metric", "mae")
            if case.evidence.metric == "rmse"
            else None,
        ),
    )


def narrow_intervals(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The prediction interval holds fewer truths of test than it promises, beyond chance."""
    found = case.evidence.evaluations.get(("winner", "test"))
    interval = None if found is None else regression_details(found).interval
    if found is None or interval is None or interval.coverage is None:
        return
    rows = 1 / (1 / max(found.rows, 1) + 1 / max(interval.rows, 1))  # chance of test and of validation
    error = math.sqrt(interval.level * (1 - interval.level) / rows)
    if interval.level - interval.coverage < _STANDARD_ERRORS * error:
        return
    yield Diagnosis(
        rule="narrow_intervals",
        severity="warning",
        title=Statement("The prediction intervals are too narrow"),
        evidence=Statement(
            "They are to hold {level:percent} of the truths, and hold {coverage:percent} of the {rows:count} rows of "
            "test.",
            {"level": interval.level, "coverage": interval.coverage, "rows": found.rows},
        ),
        remedies=(
            advise("Make sure that validation rows are like those the model will meet: the interval is fitted there."),
        ),
    )


def drawn_to_the_middle(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The largest truths are predicted too low and the smallest too high, by much of their error."""
    groups = regression_details(case.judged).truth_groups if case.judged is not None else ()
    if len(groups) < 2:
        return
    low, high = groups[0], groups[-1]
    if low.bias < _BIAS * low.error or -high.bias < _BIAS * high.error:
        return
    yield Diagnosis(
        rule="drawn_to_the_middle",
        severity="note",
        title=Statement("Small numbers are predicted too high, and large ones too low"),
        evidence=Statement(
            "Truths up to {low:number} are predicted {over:number} too high on average, those from {high:number} "
            "{under:number} too low.",
            {"low": low.high, "over": low.bias, "high": high.low, "under": -high.bias},
        ),
        remedies=(advise("Add training examples with numbers at both ends."), case.stronger),
    )


def _metric(judged: Evaluation, name: str) -> float:
    return number(judged.metrics.get(name)) or 0.0
