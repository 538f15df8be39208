"""The body of a model card, chapter by chapter."""

import json
from collections.abc import Callable

from catalog.contract.capabilities import DescribesUse
from catalog.figures import Figure
from runner.presentation.figure_tables import Cell as FigureCell
from runner.presentation.figure_tables import Number, table_of
from runner.presentation.labels import NOTHING, msgid
from runner.presentation.language import Language
from runner.report.blocks import ShownNumber
from runner.report.card.header import header
from runner.report.card.markdown import fenced, heading, plain, table
from runner.report.formatting import ReportFormatter
from runner.report.islands import readable
from runner.report.results import Results

__all__ = ["model_card"]

_MOST_ROWS = 100


def model_card(results: Results, language: Language) -> str:
    """Return the whole card. Its body has the numbers as the page shows them; its header has them in full."""
    formatter = ReportFormatter(language, results.study.metric_of)
    chapters = [chapter(results, formatter) for chapter in _CHAPTERS]
    body = "\n\n".join(line for chapter in chapters for line in chapter if line)
    return f"{header(results)}\n\n{heading(1, plain(results.title, 200))}\n\n{body}\n"


def _summary(results: Results, formatter: ReportFormatter) -> list[str]:
    verdict = " ".join(plain(formatter.sentence(statement)) for statement in results.verdict)
    if not verdict:
        verdict = plain((results.study.verdict or {}).get("sentence") or "", 2000)
    notes = plain(results.study.notes, 2000) if results.study.notes else ""
    return [plain(results.card.summary) if results.card else "", verdict, notes]


def _use(results: Results, formatter: ReportFormatter) -> list[str]:
    t = formatter.t
    advice = t(
        "Fit for data like those it was trained on. Measure it on your own before you rely on it; it is not made to "
        "decide about people."
    )
    return [heading(2, t("Intended use")), plain(results.task, 300) if results.task else "", advice]


def _data(results: Results, formatter: ReportFormatter) -> list[str]:
    t, data = formatter.t, results.study.data
    sizes = ", ".join(
        f"{formatter.split(str(k))} {formatter.shown(v, 'count')}" for k, v in (data.get("rows") or {}).items()
    )
    facts = [f"- {t('Name')}: {plain(data.get('name') or NOTHING, 200)}", f"- {t('Rows')}: {sizes or NOTHING}"]
    facts += [
        f"- {plain(formatter.heading(fact.name), 60)}: {plain(formatter.sentence(fact.text))}" for fact in results.facts
    ]
    facts += [f"- {plain(note, 1000)}" for note in data.get("notes") or ()]
    return [heading(2, t("Data")), "\n".join(facts), *(_figure(figure, formatter) for figure in results.data_figures)]


def _figure(figure: Figure, formatter: ReportFormatter) -> str:
    """Return the numbers of a figure as a table below its title; nothing if it has none."""
    found = table_of(figure)
    if found is None or not found.rows:
        return ""
    columns = [plain(formatter.text(column, 60)) for column in found.columns]
    rows = [[_shown(cell, formatter) for cell in row] for row in found.rows[:_MOST_ROWS]]
    return f"**{plain(formatter.text(figure.title, 80))}**\n\n{table(columns, rows)}"


def _shown(cell: FigureCell, formatter: ReportFormatter) -> str:
    if cell is None:
        return NOTHING
    return formatter.shown(cell.value, cell.format) if isinstance(cell, Number) else plain(formatter.text(cell, 80))


def _training(results: Results, formatter: ReportFormatter) -> list[str]:
    t = formatter.t
    config = fenced(readable(dict(results.chosen)), "json")
    trials = t(
        "Chosen from {complete:count} complete trials by {metric} on validation.",
        complete=results.study.trials.complete,
        metric=plain(formatter.metric(results.study.metric), 60),
    )
    return [heading(2, t("Training configuration")), trials, config]


def _results(results: Results, formatter: ReportFormatter) -> list[str]:
    t = formatter.t
    if results.main is None:
        return [
            heading(2, t("Results")),
            t("The chosen model has not been judged in full: an older modelcat made this study."),
        ]
    place, evaluation = results.main
    subject, _, split = place.rpartition(".")
    judged = {subject: evaluation}
    for other in ("given", "baseline"):
        if (found := results.evaluations.get((other, split))) is not None:
            judged[other] = found
    rows = [
        [plain(formatter.metric(name), 60), *(_cell(formatter.scored("", found, name)) for found in judged.values())]
        for name in results.metrics_in(evaluation)
    ]
    columns = [t("Metric"), *(plain(formatter.subject(name)) for name in judged)]
    intro = msgid("On {rows:count} examples of the split {split}.")
    if any(found.intervals for found in judged.values()):
        intro = msgid("On {rows:count} examples of the split {split}; 95 % bootstrap intervals in brackets.")
    intro = t(intro, rows=evaluation.rows, split=formatter.split(split))
    return [heading(2, t("Results")), intro, table(columns, rows)]


def _cell(number: ShownNumber | str) -> str:
    if isinstance(number, str):
        return number
    return f"{number.shown} ({number.interval})" if number.interval else number.shown


def _calibration(results: Results, formatter: ReportFormatter) -> list[str]:
    t, found = formatter.t, results.calibration
    if found is None:
        return []
    sentence = t(
        "A temperature of {temperature:number}, fitted on {rows:count} validation rows, is folded into the weights: "
        "scores are used as they come.",
        temperature=found.temperature,
        rows=found.rows,
    )
    before, after = (found.test.before, found.test.after) if found.test else ({}, {})
    rows = [
        [plain(formatter.metric(name), 60), formatter.value(name, value), formatter.value(name, after.get(name))]
        for name, value in before.items()
    ]
    scores = table([t("Metric"), t("before"), t("after")], rows) if rows else ""
    return [heading(2, t("Calibration")), sentence, scores]


def _limitations(results: Results, formatter: ReportFormatter) -> list[str]:
    t = formatter.t
    lines = [
        f"- **{plain(formatter.sentence(found.title))}** {plain(formatter.sentence(found.evidence))}"
        for found in results.diagnoses
        if found.severity != "note"
    ]
    model = results.model
    if model is not None and isinstance(model, DescribesUse):
        lines += [f"- {plain(formatter.sentence(limit))}" for limit in model.limits(results.chosen)]
    if not lines and not results.diagnosed:
        lines.append("- " + t("The task has no rules for a diagnosis, or is not installed."))
    elif not lines:
        lines.append("- " + t("No rule found anything wrong; that is no proof that nothing is."))
    return [heading(2, t("Limitations")), "\n".join(lines)]


def _how_to_use(results: Results, formatter: ReportFormatter) -> list[str]:
    title, model = heading(2, formatter.t("How to use")), results.model
    if model is not None and isinstance(model, DescribesUse):
        return [title, fenced(model.usage(results.chosen), "python")]
    return [title, fenced(f"modelcat predict {json.dumps(results.study.study)} --file inputs.csv", "shell")]


def _versions(results: Results, formatter: ReportFormatter) -> list[str]:
    t = formatter.t
    lines = [f"- {plain(name, 60)} {plain(version, 60)}" for name, version in results.study.versions.items()]
    made = t("Made by modelcat from stored records") + f", {formatter.language.moment(results.made)} UTC."
    return [heading(2, t("Versions")), "\n".join(lines), made]


_CHAPTERS: tuple[Callable[[Results, ReportFormatter], list[str]], ...] = (
    _summary,
    _use,
    _data,
    _training,
    _results,
    _calibration,
    _limitations,
    _how_to_use,
    _versions,
)
