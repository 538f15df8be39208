"""All charts of the study that no other section shows."""

from catalog.figures import Empty
from runner.report.blocks import Missing, Section
from runner.report.figures import blocks_of
from runner.report.formatting import ReportFormatter
from runner.report.results import Results
from runner.study.charts import CHARTS

__all__ = ["charts"]

_SHOWN_ELSEWHERE = frozenset({"history", "importance", "training", "verdict"})
"""Charts that have a section of their own."""


def charts(results: Results, formatter: ReportFormatter) -> Section:
    """Draw every other chart that has something to draw, in the order in which charts are offered."""
    if len(results.trials) < 2:
        missing = Missing(formatter.t("There is a single trial: no search to show."))
        return Section("charts", formatter.t("More charts of the study"), (missing,))
    figures = [chart.figure(results.snapshot) for key, chart in CHARTS.items() if key not in _SHOWN_ELSEWHERE]
    drawn = [figure for figure in figures if not isinstance(figure, Empty)]
    blocks = blocks_of(drawn, formatter) or [Missing(formatter.t("There are too few trials for more charts."))]
    return Section("charts", formatter.t("More charts of the study"), tuple(blocks))
