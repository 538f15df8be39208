"""The quality of the model: its training curves, and the task's figures of its evaluation."""

from catalog.figures import Empty, HighlightedText
from runner.report.blocks import Block, Missing, Paragraph, Section
from runner.report.figures import blocks_of
from runner.report.formatting import ReportFormatter
from runner.report.results import Results
from runner.study.charts import chart_of

__all__ = ["details", "examples", "learning"]

_MOST_CURVES = 4


def learning(results: Results, formatter: ReportFormatter) -> Section:
    """Draw the training curves of the chosen trial."""
    t, chart, snapshot = formatter.t, chart_of("training"), results.snapshot
    metrics = list(chart.options[0].values(snapshot))
    wanted = dict.fromkeys(name for name in (*metrics[:1], results.study.metric, "loss") if name in metrics)
    figures = [chart.figure(snapshot, chosen={"metric": name}) for name in wanted]
    drawn = [figure for figure in figures if not isinstance(figure, Empty)]
    blocks: list[Block] = [Missing(t("No measurement was recorded during the training."))]
    if drawn and results.number is not None:
        measured = t("Trial {number:count}, measured at the ends of its epochs and quarters.", number=results.number)
        blocks = [Paragraph(measured, "muted"), *blocks_of(drawn, formatter)]
    return Section("training", t("Training curves"), tuple(blocks))


def details(results: Results, formatter: ReportFormatter) -> Section:
    """Show the figures of the task."""
    return _task("details", formatter.t("Results in detail"), results, formatter, highlighted=False)


def examples(results: Results, formatter: ReportFormatter) -> Section:
    """Show the strings that the task highlights."""
    return _task("examples", formatter.t("Examples"), results, formatter, highlighted=True)


def _task(name: str, title: str, results: Results, formatter: ReportFormatter, *, highlighted: bool) -> Section:
    if results.main is None:
        return Section(name, title, (Missing(formatter.t("No model of the study has been evaluated.")),))
    subject, _, split = results.main[0].rpartition(".")
    figures = [figure for figure in results.figures if isinstance(figure, HighlightedText) == highlighted]
    about = Paragraph(f"{formatter.subject(subject)} · {formatter.split(split)}", "muted")
    if not figures:
        return Section(name, title, (about, Missing(formatter.t("The task shows none."))))
    return Section(name, title, (about, *blocks_of(figures, formatter)))
