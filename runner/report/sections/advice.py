"""What the records say is wrong, and what to change."""

import json

from catalog.diagnosis import Diagnosis, Remedy
from runner.console.text import safe
from runner.language import msgid
from runner.report.blocks import Finding, Findings, Missing, Prose, Section
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["diagnosis"]

_SEVERITIES = {"problem": msgid("Problem"), "warning": msgid("Warning"), "note": msgid("Note")}


def diagnosis(results: Results, teller: Teller) -> Section:
    """Show findings with their evidence and remedies."""
    t = teller.t
    if not results.diagnosed:
        block: Findings | Missing | Prose = Missing(
            t("The model's plugin has no rules for a diagnosis, or is not installed.")
        )
    elif not results.diagnoses:
        block = Prose(t("No rule found anything wrong."), "good")
    else:
        block = Findings(tuple(_finding(found, teller) for found in results.diagnoses))
    return Section("diagnosis", t("Diagnosis"), (block,))


def _finding(found: Diagnosis, teller: Teller) -> Finding:
    return Finding(
        severity=found.severity,
        label=teller.t(_SEVERITIES[found.severity]),
        title=teller.say(found.title),
        evidence=teller.say(found.evidence),
        remedies=tuple((teller.say(remedy.advice), _field(remedy)) for remedy in found.remedies),
        lang="" if teller.language.knows(found.title.template) else "en",
    )


def _field(remedy: Remedy) -> str:
    """Write the change as ``--set`` takes it."""
    if remedy.field is None:
        return ""
    return f"{safe(remedy.field, 200)}={safe(json.dumps(remedy.value, ensure_ascii=False), 200)}"
