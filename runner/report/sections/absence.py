"""What a section says in place of what the store does not hold."""

from runner.presentation.text import safe
from runner.report.blocks import Missing
from runner.report.formatting import ReportFormatter
from runner.report.results import Results

__all__ = ["absent"]


def absent(insight: str, why: str, results: Results, teller: ReportFormatter) -> Missing:
    """Return why an insight is not there: what the study noted of it, else `why`, in the page's language."""
    if insight in results.unreadable:
        return Missing(teller.t("What the store holds of it was written by another version, and cannot be read here."))
    if reason := results.failures.get(insight):
        return Missing(teller.t("This could not be found out: {reason}", reason=safe(reason, 500)))
    return Missing(why)
