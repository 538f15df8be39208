"""`modelcat diagnose`: what the records of a study show to be wrong; `runner.study.diagnosis` finds it.

Commands:
    diagnose: Say what the records show to be wrong, and what to change.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.workspace import open_store, workspace_of
from runner.presentation.english import english
from runner.presentation.labels import SEVERITY_SIGNS

if TYPE_CHECKING:
    from catalog.contract.diagnosis import Diagnosis
    from runner.store.records import StudyRecord

__all__ = ["diagnose"]


@click.command(epilog="Example:  modelcat diagnose imdb-bert")
@options.study
@options.storage
@options.json
def diagnose(study: str, storage: str | None, json: bool) -> None:
    """Say what the records show to be wrong, and what to change.

    The gravest finding comes first: problems (✗), warnings (▲), notes (○).
    """
    from runner.study.diagnosis import diagnoses_of

    store = open_store(storage)
    found = diagnoses_of(store, study, workspace_of(storage))
    record = store.study(study)
    print_json([_answer(record, diagnosis) for diagnosis in found]) if json else _print_diagnoses(record, found)


def _answer(record: "StudyRecord", diagnosis: "Diagnosis") -> dict[str, Any]:
    """Return one finding as JSON, in English; a remedy's `set` is a value of ``--set``, or None if there is none."""
    from runner.study.fixes import override_of

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


def _print_diagnoses(record: "StudyRecord", diagnoses: Sequence["Diagnosis"]) -> None:
    """Print the findings, the most severe first, each with what to change."""
    from runner.study.fixes import option_of

    if not diagnoses:
        print_line(f"{record.study}: nothing found that should be different.")
        return
    for number, diagnosis in enumerate(diagnoses):
        if number:
            print_line()
        print_line(f"{SEVERITY_SIGNS[diagnosis.severity]} {diagnosis.severity}: {english(diagnosis.title)}")
        print_line(f"  {english(diagnosis.evidence)}")
        for remedy in diagnosis.remedies:
            print_line(f"  → {english(remedy.advice)}")
            if option := option_of(remedy, record):
                print_line(f"    {option}")
