"""What the records of a study show to be wrong, as JSON and for a person."""

from collections.abc import Sequence
from typing import Any

from catalog import registry
from catalog.capabilities import Diagnoses
from catalog.diagnosis import Diagnosis
from catalog.errors import InputError, PluginError, UnknownKeyError
from catalog.statement import english
from runner.console.output import print_line
from runner.store.records import StudyRecord
from runner.store.store import Store
from runner.study.coordinator import Place
from runner.study.evidence import evidence_of
from runner.study.remedy import option_of, override_of

__all__ = ["diagnoses_of", "diagnosis_answer", "print_diagnoses"]

_MARKS = {"problem": "✗", "warning": "▲", "note": "○"}


def diagnoses_of(store: Store, study: str, place: Place) -> Sequence[Diagnosis]:
    """Apply the rules of the study's plugin to its records, the gravest finding first.

    Raises:
        UnknownStudyError: There is no such study; the nearest is named.
        InputError: No trial has come to its end yet, or the plugin has no rules.
        PluginError: The plugin that made the study is not installed, or cannot be loaded.
    """
    record = store.study(study)
    try:
        plugin = registry.load(record.key)
    except UnknownKeyError as error:
        raise PluginError(f"study {study!r} was made by a model that is not installed here: {error.message}") from error
    if not isinstance(plugin, Diagnoses):
        raise InputError(f"{record.key}, which made study {study!r}, has no rules of diagnosis")
    if record.trials.complete == 0:
        failed = f", {record.trials.failed} failed" if record.trials.failed else ""
        raise InputError(
            f"study {study!r} has no completed trial to diagnose ({record.state}{failed}): "
            f"modelcat trials {study} tells what happened, modelcat resume {study} goes on"
        )
    return plugin.diagnose(evidence_of(store, study, plugin, place.folder / study))


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
