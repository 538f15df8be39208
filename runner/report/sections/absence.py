"""The text of a section whose content the store does not hold."""

from runner.presentation.text import safe
from runner.report.blocks import Missing
from runner.report.formatting import ReportFormatter
from runner.report.results import Results

__all__ = ["absent"]


def absent(insight: str, why: str, results: Results, formatter: ReportFormatter) -> Missing:
    """Return why an insight is missing, in the page's language: the reason that the study noted, otherwise `why`."""
    if insight in results.unreadable:
        return Missing(
            formatter.t("What the store holds of it was written by another version, and cannot be read here.")
        )
    if reason := results.failures.get(insight):
        return Missing(formatter.t("This could not be found out: {reason}", reason=safe(reason, 500)))
    return Missing(why)
