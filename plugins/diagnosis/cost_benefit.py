"""Whether the study was worth its cost: against the baseline, and against the given configuration."""

import math
from collections.abc import Iterator

from catalog.contract import Comparison
from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.statement import Statement, Value
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import advise, change, keep

__all__ = ["not_better_than_baseline", "too_few_rows"]

_MATTERS = {True: 0.005, False: 0.01}
"""Differences that are large enough to act on: half a point for a share, a hundredth of a nat for a loss. Rows that
would only show a smaller difference are not worth their cost."""
_FEW_EPOCHS = 2


def not_better_than_baseline(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The interval of the difference to the baseline does not lie wholly above 0."""
    versus = case.evidence.versus_baseline
    if versus is None or versus.low > 0:
        return
    epochs = number(case.settings.get("epochs"))
    longer = None
    if epochs is not None and epochs <= _FEW_EPOCHS:
        longer = change(case, "epochs", round(2 * epochs), "Train longer.")
    others = keep(longer, case.stronger)
    numbers = _numbers(case, versus)
    if versus.high < 0:
        yield Diagnosis(
            rule="not_better_than_baseline",
            severity="problem",
            title=Statement("The model is worse than the baseline"),
            evidence=Statement(
                "It is {amount:points} points of {metric} worse on {rows:count} validation rows (95 % interval of the "
                "difference: {low:points} to {high:points}).",
                numbers,
            )
            if _in_points(case, versus)
            else Statement(
                "Its {metric} is {amount:number} worse on {rows:count} validation rows (95 % interval of the "
                "difference: {low:number} to {high:number}).",
                numbers,
            ),
            remedies=(advise("Use the baseline: it costs less to train and to run."), *others),
        )
        return
    yield Diagnosis(
        rule="not_better_than_baseline",
        severity="warning",
        title=Statement("The model does not measurably beat the baseline"),
        evidence=Statement(
            "Model minus baseline is {difference:points} points of {metric} on {rows:count} validation rows, which "
            "chance can explain (95 % interval: {low:points} to {high:points}).",
            numbers,
        )
        if _in_points(case, versus)
        else Statement(
            "Its lead over the baseline in {metric} is {difference:number} (positive is better) on {rows:count} "
            "validation rows, which chance can explain (95 % interval: {low:number} to {high:number}).",
            numbers,
        ),
        remedies=(*others, advise("Use the baseline if cost matters: nothing shows that it is worse.")),
    )


def too_few_rows(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A difference between the tuned and the given configuration that would matter, but that the rows cannot show."""
    versus = case.evidence.versus_given
    if versus is None or versus.low > 0 or versus.high < 0:
        return
    observed, half = abs(versus.difference), (versus.high - versus.low) / 2
    if observed < _MATTERS[case.is_share(versus.metric)] or half <= observed:
        return
    # The interval narrows with the square root of the rows, like that of any mean over independent examples.
    wanted = math.ceil(versus.rows * (half / observed) ** 2)
    numbers = {**_numbers(case, versus), "wanted": wanted}
    yield Diagnosis(
        rule="too_few_rows",
        severity="warning",
        title=Statement("There are too few validation rows for the difference that was found"),
        evidence=Statement(
            "Tuned minus given configuration is {difference:points} points of {metric}, but on {rows:count} validation "
            "rows the 95 % interval is {low:points} to {high:points}. About {wanted:count} rows would show a "
            "difference of this size.",
            numbers,
        )
        if _in_points(case, versus)
        else Statement(
            "The tuned configuration's lead in {metric} is {difference:number} (positive is better), but on "
            "{rows:count} validation rows the 95 % interval is {low:number} to {high:number}. About {wanted:count} "
            "rows would show a difference of this size.",
            numbers,
        ),
        remedies=(
            advise("Give a validation file (dataset.validation) of about {wanted:count} rows.", wanted=wanted),
            Fix(
                Statement("Confirm on more seeds: it takes the luck of single trainings out of the comparison."),
                "study.confirm.seeds",
                min(20, max(3, 2 * max(versus.seeds))),
            ),
        ),
    )


def _in_points(case: DiagnosisCase, versus: Comparison) -> bool:
    """Return whether a difference is shown in points, model minus other; this requires that larger is better."""
    return case.is_share(versus.metric) and case.metrics[versus.metric].maximize


def _numbers(case: DiagnosisCase, versus: Comparison) -> dict[str, Value]:
    record = case.metrics.get(versus.metric)
    return {
        "metric": versus.metric if record is None else record.phrase,
        "difference": versus.difference,
        "amount": abs(versus.difference),
        "low": versus.low,
        "high": versus.high,
        "rows": versus.rows,
    }
