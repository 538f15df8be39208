"""What the records of a study show to be wrong, as JSON and for a person; `runner.study.diagnosis` finds it."""

from collections.abc import Sequence
from typing import Any

from catalog.diagnosis import Diagnosis
from catalog.statement import english
from runner.console.output import print_line
from runner.store.records import StudyRecord
from runner.study.fixes import option_of, override_of

__all__ = ["diagnosis_answer", "print_diagnoses"]

_MARKS = {"problem": "✗", "warning": "▲", "note": "○"}


def diagnosis_answer(record: StudyRecord, diagnosis: Diagnosis) -> dict[str, Any]:
    """Return one finding as JSON, in English; a remedy's `set` is what ``--set`` takes, None where it takes nothing."""
    return {
        "rule": diagnosis.rule,
        "severity": diagnosis.severity,
        "title": english(diagnosis.title),
        "evidence": english(diagnosis.evidence),
        "remedies": [
            {
                "field": remedy.field,
                "value": remedy.value,
                "advice": english(remedy.advice),
                "set": override_of(remedy, record),
            }
            for remedy in diagnosis.remedies
        ],
    }


def print_diagnoses(record: StudyRecord, diagnoses: Sequence[Diagnosis]) -> None:
    """Print the findings, the gravest first, each with what to change."""
    if not diagnoses:
        print_line(f"{record.study}: nothing found that should be different.")
        return
    for number, diagnosis in enumerate(diagnoses):
        if number:
            print_line()
        print_line(f"{_MARKS[diagnosis.severity]} {diagnosis.severity}: {english(diagnosis.title)}")
        print_line(f"  {english(diagnosis.evidence)}")
        for remedy in diagnosis.remedies:
            print_line(f"  → {english(remedy.advice)}")
            if option := option_of(remedy, record):
                print_line(f"    {option}")
