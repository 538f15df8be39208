"""What the records say is wrong, and what to change."""

from catalog.contract.diagnosis import Diagnosis
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.report.blocks import DiagnosisBlock, DiagnosisList, Missing, Paragraph, Section
from runner.report.formatting import ReportFormatter
from runner.report.results import Results
from runner.store.records import StudyRecord
from runner.study.fixes import option_of

__all__ = ["diagnosis"]

_SEVERITIES = {"problem": msgid("Problem"), "warning": msgid("Warning"), "note": msgid("Note")}


def diagnosis(results: Results, teller: ReportFormatter) -> Section:
    """Show findings with their evidence and remedies."""
    t = teller.t
    if not results.diagnosed:
        block: DiagnosisList | Missing | Paragraph = Missing(
            t("The task has no rules for a diagnosis, or is not installed.")
        )
    elif not results.diagnoses:
        block = Paragraph(_all_fine(results.rules, teller), "good")
    else:
        block = DiagnosisList(tuple(_finding(found, results.study, teller) for found in results.diagnoses))
    return Section("diagnosis", t("Diagnosis"), (block,))


def _all_fine(rules: int | None, teller: ReportFormatter) -> str:
    if rules is None:
        return teller.t("No rule found anything wrong.")
    return teller.t("None of the {rules:count} rules that were applied found anything wrong.", rules=rules)


def _finding(found: Diagnosis, study: StudyRecord, teller: ReportFormatter) -> DiagnosisBlock:
    return DiagnosisBlock(
        severity=found.severity,
        label=teller.t(_SEVERITIES[found.severity]),
        title=teller.say(found.title),
        evidence=teller.say(found.evidence),
        remedies=tuple((teller.say(remedy.advice), safe(option_of(remedy, study) or "")) for remedy in found.remedies),
        lang="" if teller.language.knows(found.title.template) else "en",
    )
