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
    """Return the whole card; numbers as the page has them, and in full in its header."""
    teller = ReportFormatter(language, results.study.metric_of)
    chapters = [chapter(results, teller) for chapter in _CHAPTERS]
    body = "\n\n".join(line for chapter in chapters for line in chapter if line)
    return f"{header(results)}\n\n{heading(1, plain(results.title, 200))}\n\n{body}\n"


def _summary(results: Results, teller: ReportFormatter) -> list[str]:
    verdict = " ".join(plain(teller.say(statement)) for statement in results.verdict)
    if not verdict:
        verdict = plain((results.study.verdict or {}).get("sentence") or "", 2000)
    notes = plain(results.study.notes, 2000) if results.study.notes else ""
    return [plain(results.card.summary) if results.card else "", verdict, notes]


def _use(results: Results, teller: ReportFormatter) -> list[str]:
    t = teller.t
    advice = t(
        "Fit for data like those it was trained on. Measure it on your own before you rely on it; it is not made to "
        "decide about people."
    )
    return [heading(2, t("Intended use")), plain(results.task, 300) if results.task else "", advice]


def _data(results: Results, teller: ReportFormatter) -> list[str]:
    t, data = teller.t, results.study.data
    sizes = ", ".join(f"{teller.split(str(k))} {teller.shown(v, 'count')}" for k, v in (data.get("rows") or {}).items())
    facts = [f"- {t('Name')}: {plain(data.get('name') or NOTHING, 200)}", f"- {t('Rows')}: {sizes or NOTHING}"]
    facts += [f"- {plain(teller.heading(fact.name), 60)}: {plain(teller.say(fact.text))}" for fact in results.facts]
    facts += [f"- {plain(note, 1000)}" for note in data.get("notes") or ()]
    return [heading(2, t("Data")), "\n".join(facts), *(_figure(figure, teller) for figure in results.data_figures)]


def _figure(figure: Figure, teller: ReportFormatter) -> str:
    """Return the numbers of a figure as a table below its title; nothing if it has none."""
    found = table_of(figure)
    if found is None or not found.rows:
        return ""
    columns = [plain(teller.text(column, 60)) for column in found.columns]
    rows = [[_shown(cell, teller) for cell in row] for row in found.rows[:_MOST_ROWS]]
    return f"**{plain(teller.text(figure.title, 80))}**\n\n{table(columns, rows)}"


def _shown(cell: FigureCell, teller: ReportFormatter) -> str:
    if cell is None:
        return NOTHING
    return teller.shown(cell.value, cell.format) if isinstance(cell, Number) else plain(teller.text(cell, 80))


def _training(results: Results, teller: ReportFormatter) -> list[str]:
    t = teller.t
    config = fenced(readable(dict(results.chosen)), "json")
    trials = t(
        "Chosen from {complete:count} complete trials by {metric} on validation.",
        complete=results.study.trials.complete,
        metric=plain(teller.metric(results.study.metric), 60),
    )
    return [heading(2, t("Training configuration")), trials, config]


def _results(results: Results, teller: ReportFormatter) -> list[str]:
    t = teller.t
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
        [plain(teller.metric(name), 60), *(_cell(teller.scored("", found, name)) for found in judged.values())]
        for name in results.metrics_in(evaluation)
    ]
    columns = [t("Metric"), *(plain(teller.subject(name)) for name in judged)]
    intro = msgid("On {rows:count} examples of the split {split}.")
    if any(found.intervals for found in judged.values()):
        intro = msgid("On {rows:count} examples of the split {split}; 95 % bootstrap intervals in brackets.")
    intro = t(intro, rows=evaluation.rows, split=teller.split(split))
    return [heading(2, t("Results")), intro, table(columns, rows)]


def _cell(told: ShownNumber | str) -> str:
    if isinstance(told, str):
        return told
    return f"{told.shown} ({told.interval})" if told.interval else told.shown


def _calibration(results: Results, teller: ReportFormatter) -> list[str]:
    t, found = teller.t, results.calibration
    if found is None:
        return []
    told = t(
        "A temperature of {temperature:number}, fitted on {rows:count} validation rows, is folded into the weights: "
        "scores are used as they come.",
        temperature=found.temperature,
        rows=found.rows,
    )
    before, after = (found.test.before, found.test.after) if found.test else ({}, {})
    rows = [
        [plain(teller.metric(name), 60), teller.value(name, value), teller.value(name, after.get(name))]
        for name, value in before.items()
    ]
    scores = table([t("Metric"), t("before"), t("after")], rows) if rows else ""
    return [heading(2, t("Calibration")), told, scores]


def _limitations(results: Results, teller: ReportFormatter) -> list[str]:
    t = teller.t
    lines = [
        f"- **{plain(teller.say(found.title))}** {plain(teller.say(found.evidence))}"
        for found in results.diagnoses
        if found.severity != "note"
    ]
    model = results.model
    if model is not None and isinstance(model, DescribesUse):
        lines += [f"- {plain(teller.say(limit))}" for limit in model.limits(results.chosen)]
    if not lines and not results.diagnosed:
        lines.append("- " + t("The task has no rules for a diagnosis, or is not installed."))
    elif not lines:
        lines.append("- " + t("No rule found anything wrong; that is no proof that nothing is."))
    return [heading(2, t("Limitations")), "\n".join(lines)]


def _how_to_use(results: Results, teller: ReportFormatter) -> list[str]:
    title, model = heading(2, teller.t("How to use")), results.model
    if model is not None and isinstance(model, DescribesUse):
        return [title, fenced(model.usage(results.chosen), "python")]
    return [title, fenced(f"modelcat predict {json.dumps(results.study.study)} --file inputs.csv", "shell")]


def _versions(results: Results, teller: ReportFormatter) -> list[str]:
    t = teller.t
    lines = [f"- {plain(name, 60)} {plain(version, 60)}" for name, version in results.study.versions.items()]
    made = t("Made by modelcat from stored records") + f", {teller.language.moment(results.made)} UTC."
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
