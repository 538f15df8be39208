"""Trainings that failed, or came close to it."""

from collections.abc import Iterator, Sequence

from catalog.contract.diagnosis import Diagnosis, DiagnosisTrial, Fix
from catalog.statement import Statement
from plugins.diagnosis import failures as general
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.failures import severity_of
from plugins.diagnosis.fixes import advise, change, keep

__all__ = ["MEMORY_RAN_OUT", "diverged", "failed_trials", "out_of_memory"]

MEMORY_RAN_OUT = "Memory ran out"
"""Begins the note of a training that continued with smaller pieces; a test checks that the trainers use it."""
_DIVERGED, _MEMORY = "diverged", "out_of_memory"


def diverged(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Trials whose loss became infinite."""
    failed = _failed(case, _DIVERGED)
    if not failed:
        return
    rates = [rate for trial in failed if (rate := number(trial.config.get("learning_rate"))) is not None]
    if rates:
        evidence = Statement(
            "{failed:count} of {trials:count} trials ended with a loss that is not finite, at learning rates from "
            "{low:number} to {high:number}.",
            {"failed": len(failed), "trials": len(case.evidence.trials), "low": min(rates), "high": max(rates)},
        )
    else:
        evidence = Statement(
            "{failed:count} of {trials:count} trials ended with numbers that are not finite.",
            {"failed": len(failed), "trials": len(case.evidence.trials)},
        )
    norm = case.settings.get("max_grad_norm", 1.0)
    strengths = [c for trial in failed if (c := number(trial.config.get("C"))) is not None]
    yield Diagnosis(
        rule="diverged",
        severity=severity_of(case, failed),
        title=Statement("Trainings diverged"),
        evidence=evidence,
        remedies=keep(
            _lower_rate(case, rates),
            change(case, "max_grad_norm", 1.0, "Scale large gradients down.") if not norm else None,
            change(case, "warmup_steps", 0.1, "Let the learning rate rise more slowly.")
            if (number(case.settings.get("warmup_steps")) or 0.0) == 0
            else None,
            change(case, "C", float(f"{min(strengths) / 10:.3g}"), "Penalise large weights more.")
            if strengths
            else None,
        )
        or (advise("See the reasons in the list of trials."),),
    )


def out_of_memory(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Trials that did not fit, or fitted only in smaller pieces."""
    failed = _failed(case, _MEMORY)
    if failed:
        yield Diagnosis(
            rule="out_of_memory",
            severity=severity_of(case, failed),
            title=Statement("Trainings ran out of memory"),
            evidence=Statement(
                "{failed:count} of {trials:count} trials did not fit into memory, not even with one text at a time.",
                {"failed": len(failed), "trials": len(case.evidence.trials)},
            ),
            remedies=_smaller(case, failed),
        )
        return
    cut = [trial for trial in case.evidence.trials if any(note.startswith(MEMORY_RAN_OUT) for note in trial.notes)]
    if not cut:
        return
    yield Diagnosis(
        rule="out_of_memory",
        severity="note",
        title=Statement("Memory was short, and batches were computed in smaller pieces"),
        evidence=Statement(
            "Memory ran out in {cut:count} of {trials:count} trials, which went on with smaller pieces: slower, with "
            "the same gradients.",
            {"cut": len(cut), "trials": len(case.evidence.trials)},
        ),
        remedies=_smaller(case, cut),
    )


def failed_trials(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Trials that failed for other reasons."""
    yield from general.failed_trials(case, {_DIVERGED, _MEMORY})


def _failed(case: DiagnosisCase, kind: str) -> list[DiagnosisTrial]:
    return [trial for trial in case.evidence.trials if trial.failure == kind]


def _smaller(case: DiagnosisCase, trials: Sequence[DiagnosisTrial]) -> tuple[Fix, ...]:
    """Return fixes that need less memory than those trials."""
    lengths = [length for trial in trials if (length := number(trial.config.get("max_seq_length"))) is not None]
    shorter = max(8, int(min(lengths)) // 2) if lengths else 0
    return keep(
        change(case, "max_seq_length", shorter, "Let the model see less of long texts.")
        if lengths and shorter < min(lengths)
        else None,
        change(case, "precision", "auto", "Compute in half of the memory where the device can.")
        if case.settings.get("precision") == "fp32"
        else None,
        change(case, "ngram_max", 1, "Count single words only."),
        change(case, "min_df", 5, "Leave rare words out.") if case.settings.get("min_df") in range(1, 5) else None,
        advise("Take a smaller model, or a device with more memory."),
    )


def _lower_rate(case: DiagnosisCase, rates: Sequence[float]) -> Fix | None:
    """Return a learning rate that works: the highest that did, else half of the lowest that did not."""
    if not rates:
        return None
    good = [rate for trial in case.complete if (rate := number(trial.config.get("learning_rate"))) is not None]
    below = [rate for rate in good if rate < min(rates)]
    return change(
        case,
        "learning_rate",
        max(below) if below else float(f"{min(rates) / 2:.3g}"),
        "Lower the learning rate.",
        end="high",
    )
