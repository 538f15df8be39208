"""Applies the rules of a study's plugin to the study's stored records."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from catalog import registry
from catalog.contract.capabilities import Diagnoses
from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.errors import InputError, PluginError, UnknownKeyError
from catalog.statement import Statement
from runner.store.records import StudyRecord
from runner.store.store import Store
from runner.study.diagnosis_input import diagnosis_input_of
from runner.study.early_end import early_end_sentence
from runner.study.task_calls import task_faults
from runner.study.workspace import Workspace

__all__ = ["diagnoses_of", "with_early_end"]

_UNITS = {3600: "h", 60: "m"}


def diagnoses_of(store: Store, study: str, workspace: Workspace) -> Sequence[Diagnosis]:
    """Apply the rules of the study's plugin to its records; return the most severe finding first.

    Raises:
        UnknownStudyError: There is no such study; the message names the nearest.
        InputError: No trial has completed yet, or the plugin has no rules.
        PluginError: The plugin that made the study is not installed, cannot be loaded, or fails.
    """
    record = store.study(study)
    try:
        model, task = registry.load(record.key), registry.load_task(record.key)
    except UnknownKeyError as error:
        raise PluginError(f"study {study!r} was made by a model that is not installed here: {error.message}") from error
    if not isinstance(task, Diagnoses):
        raise InputError(f"{record.key}, which made study {study!r}, has no rules of diagnosis")
    if record.trials.complete == 0:
        if record.is_fruitless:
            raise InputError(f"study {study!r} has no completed trial to diagnose: {record.failure_clause}")
        failed = f", {record.trials.failed} failed" if record.trials.failed else ""
        raise InputError(
            f"study {study!r} has no completed trial to diagnose ({record.state}{failed}): "
            f"modelcat trials {study} tells what happened, modelcat resume {study} goes on"
        )
    given = diagnosis_input_of(store, study, model, workspace.folder_of(study))
    with task_faults(record.key):
        found = tuple(task.diagnose(given))
    return with_early_end(found, record)


def with_early_end(findings: Sequence[Diagnosis], record: StudyRecord) -> Sequence[Diagnosis]:
    """Add to a plugin's findings that the search ended early, after those that are more severe."""
    found, evidence = record.early_end, early_end_sentence(record.early_end)
    if found is None or evidence is None:
        return findings
    remedies = [
        Fix(Statement("Give the search more time, under another study.name."), "study.timeout", _enough(found)),
        Fix(Statement("Or plan as many trials as the time allows."), "study.trials", max(1, found["done"])),
    ]
    own = Diagnosis(
        "time_limit", "warning", Statement("The time limit ended the search early"), evidence, tuple(remedies)
    )
    graver = [one for one in findings if one.severity == "problem"]
    return [*graver, own, *(one for one in findings if one.severity != "problem")]


def _enough(found: Mapping[str, Any]) -> str:
    """Return a time limit in which all planned trials would be made at the pace of the trials so far."""
    seconds = math.ceil(found["limit_seconds"] * found["planned"] / max(1, found["done"]))
    for unit, name in _UNITS.items():
        if seconds > 2 * unit:
            return f"{math.ceil(seconds / unit)}{name}"
    return f"{seconds}s"
