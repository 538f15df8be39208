"""The configuration of the training, the tuned fields, and the course of the search."""

from collections.abc import Mapping
from typing import Any

from runner.presentation.labels import NOTHING, msgid
from runner.presentation.text import safe
from runner.report.blocks import Block, Cell, Missing, Paragraph, Row, Section, TableBlock
from runner.report.figures import figure_block
from runner.report.formatting import ReportFormatter
from runner.report.results import Results
from runner.store.records import TrialRecord
from runner.study.charts import chart_of

__all__ = ["configuration", "parameter_importance", "search", "trials"]

_MOST_TRIALS = 200
_ORIGINS = {"given": msgid("given"), "recipe": msgid("recipe"), "search": msgid("search")}
_STATES = {
    "complete": msgid("complete"),
    "pruned": msgid("pruned"),
    "failed": msgid("failed"),
    "running": msgid("running"),
}


def configuration(results: Results, formatter: ReportFormatter) -> Section:
    """Show the given configuration and the chosen one next to each other."""
    t, given, chosen, space = formatter.t, results.given, results.chosen, results.study.space
    names = list(dict.fromkeys((*given, *chosen)))
    rows = []
    for name in names:
        changed = given.get(name) != chosen.get(name)
        ours = _value(formatter, given, name)
        theirs = _value(formatter, chosen, name)
        mark = t("changed") if changed else ""
        rows.append(
            Row((safe(name, 60), ours, theirs, mark, _range(space.get(name), formatter)), "changed" if changed else "")
        )
    chosen_name = t("Winner") if results.confirmed else t("Best so far")
    columns = (t("Field"), t("Given"), chosen_name, t("Difference"), t("Searched"))
    blocks: tuple[Block, ...] = (
        TableBlock(t("Given configuration and winner"), columns, tuple(rows)),
        Paragraph(t("Fields that are not listed have the model's defaults."), "muted"),
    )
    return Section("configuration", t("Configuration"), blocks)


def _value(formatter: ReportFormatter, config: Mapping[str, Any], name: str) -> Cell:
    return formatter.parameter(config[name]) if name in config else formatter.t("default")


def _range(space: Any, formatter: ReportFormatter) -> str:
    if not isinstance(space, Mapping):
        return NOTHING
    if "choices" in space:
        return "{" + ", ".join(formatter.parameter(choice) for choice in space["choices"]) + "}"
    text = f"{formatter.parameter(space.get('low'))} – {formatter.parameter(space.get('high'))}"
    return f"{text}, {formatter.t('logarithmic')}" if space.get("log") else text


def search(results: Results, formatter: ReportFormatter) -> Section:
    """Draw the optimisation history."""
    block: Block = Missing(formatter.t("There is a single trial: no search to show."))
    if len(results.trials) > 1:
        block = figure_block(chart_of("history").figure(results.snapshot), formatter)
    return Section("history", formatter.t("Optimisation history"), (block,))


def parameter_importance(results: Results, formatter: ReportFormatter) -> Section:
    """Draw the importance of each tuned field."""
    figure = chart_of("importance").figure(results.snapshot)
    return Section("importance", formatter.t("Parameter importance"), (figure_block(figure, formatter),))


def trials(results: Results, formatter: ReportFormatter) -> Section:
    """List the trials, best first; only the best if there are very many."""
    t, name = formatter.t, results.study.metric
    sign = -1 if results.study.direction == "maximize" else 1
    ranked = sorted(
        results.trials,
        key=lambda trial: (trial.value is None, sign * (trial.value or 0.0), trial.number),
    )
    fields = list(dict.fromkeys(field for trial in ranked for field in trial.params))
    rows = tuple(_row(trial, fields, results, formatter) for trial in ranked[:_MOST_TRIALS])
    columns = (
        t("Trial"), t("Origin"), t("State"), safe(formatter.metric(name), 60),
        *(safe(field, 40) for field in fields), t("Time"), t("Remarks"),
    )  # fmt: skip
    caption = t("All trials, best first")
    if len(ranked) > _MOST_TRIALS:
        caption = t("The best {shown:count} of {all:count} trials", shown=_MOST_TRIALS, all=len(ranked))
    numeric = frozenset(range(3, 5 + len(fields)))
    return Section("trials", t("Trials"), (TableBlock(caption, columns, rows, numeric).filled,))


def _state(trial: TrialRecord, results: Results) -> str:
    """Return the state of a trial as a text to translate: a study that does not run has no running trial."""
    if trial.state == "running" and results.state != "running":
        return msgid("interrupted")
    return _STATES[trial.state]


def _row(trial: TrialRecord, fields: list[str], results: Results, formatter: ReportFormatter) -> Row:
    t, place = formatter.t, f"trials.{trial.number}"
    remarks = [safe(note, 200) for note in trial.notes]
    if trial.failure:
        remarks.insert(0, f"{safe(trial.failure.get('kind'), 40)}: {safe(trial.failure.get('reason'), 200)}")
    best = results.number == trial.number
    cells: tuple[Cell, ...] = (
        f"{trial.number} ★" if best else str(trial.number),
        t(_ORIGINS[trial.origin]),
        t(_state(trial, results)),
        formatter.metric_value(f"{place}.value", results.study.metric, trial.value),
        *(formatter.parameter(trial.params[field]) if field in trial.params else NOTHING for field in fields),
        formatter.number_or_dash(f"{place}.seconds", trial.seconds, "seconds"),
        "; ".join(remarks),
    )
    return Row(cells, "best" if best else "failed" if trial.state == "failed" else "")
