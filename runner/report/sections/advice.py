"""The diagnoses: what is wrong according to the records, and what to change."""

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


def diagnosis(results: Results, formatter: ReportFormatter) -> Section:
    """Show the diagnoses with their evidence and remedies."""
    t = formatter.t
    if not results.diagnosed:
        block: DiagnosisList | Missing | Paragraph = Missing(
            t("The task has no rules for a diagnosis, or is not installed.")
        )
    elif not results.diagnoses:
        block = Paragraph(_all_fine(results.rules, formatter), "good")
    else:
        block = DiagnosisList(tuple(_finding(found, results.study, formatter) for found in results.diagnoses))
    return Section("diagnosis", t("Diagnosis"), (block,))


def _all_fine(rules: int | None, formatter: ReportFormatter) -> str:
    if rules is None:
        return formatter.t("No rule found anything wrong.")
    return formatter.t("None of the {rules:count} rules that were applied found anything wrong.", rules=rules)


def _finding(found: Diagnosis, study: StudyRecord, formatter: ReportFormatter) -> DiagnosisBlock:
    return DiagnosisBlock(
        severity=found.severity,
        label=formatter.t(_SEVERITIES[found.severity]),
        title=formatter.sentence(found.title),
        evidence=formatter.sentence(found.evidence),
        remedies=tuple(
            (formatter.sentence(remedy.advice), safe(option_of(remedy, study) or "")) for remedy in found.remedies
        ),
        lang="" if formatter.language.knows(found.title.template) else "en",
    )
