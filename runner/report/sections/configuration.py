"""What was trained with, what was tuned, and what the search looked like."""

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


def configuration(results: Results, teller: ReportFormatter) -> Section:
    """Show the given configuration and the chosen one beside each other."""
    t, given, chosen, space = teller.t, results.given, results.chosen, results.study.space
    names = list(dict.fromkeys((*given, *chosen)))
    rows = []
    for name in names:
        changed = given.get(name) != chosen.get(name)
        ours = _value(teller, given, name)
        theirs = _value(teller, chosen, name)
        mark = t("changed") if changed else ""
        rows.append(
            Row((safe(name, 60), ours, theirs, mark, _range(space.get(name), teller)), "changed" if changed else "")
        )
    chosen_name = t("Winner") if results.confirmed else t("Best so far")
    columns = (t("Field"), t("Given"), chosen_name, t("Difference"), t("Searched"))
    blocks: tuple[Block, ...] = (
        TableBlock(t("Given configuration and winner"), columns, tuple(rows)),
        Paragraph(t("Fields that are not listed have the model's defaults."), "muted"),
    )
    return Section("configuration", t("Configuration"), blocks)


def _value(teller: ReportFormatter, config: Mapping[str, Any], name: str) -> Cell:
    return teller.parameter(config[name]) if name in config else teller.t("default")


def _range(space: Any, teller: ReportFormatter) -> str:
    if not isinstance(space, Mapping):
        return NOTHING
    if "choices" in space:
        return "{" + ", ".join(teller.parameter(choice) for choice in space["choices"]) + "}"
    text = f"{teller.parameter(space.get('low'))} – {teller.parameter(space.get('high'))}"
    return f"{text}, {teller.t('logarithmic')}" if space.get("log") else text


def search(results: Results, teller: ReportFormatter) -> Section:
    """Draw the optimisation history."""
    block: Block = Missing(teller.t("There is a single trial: no search to show."))
    if len(results.trials) > 1:
        block = figure_block(chart_of("history").figure(results.snapshot), teller)
    return Section("history", teller.t("Optimisation history"), (block,))


def parameter_importance(results: Results, teller: ReportFormatter) -> Section:
    """Draw how much each tuned field decided."""
    figure = chart_of("importance").figure(results.snapshot)
    return Section("importance", teller.t("Parameter importance"), (figure_block(figure, teller),))


def trials(results: Results, teller: ReportFormatter) -> Section:
    """List the trials, best first; of very many only the best."""
    t, name = teller.t, results.study.metric
    sign = -1 if results.study.direction == "maximize" else 1
    ranked = sorted(
        results.trials,
        key=lambda trial: (trial.value is None, sign * (trial.value or 0.0), trial.number),
    )
    fields = list(dict.fromkeys(field for trial in ranked for field in trial.params))
    rows = tuple(_row(trial, fields, results, teller) for trial in ranked[:_MOST_TRIALS])
    columns = (
        t("Trial"), t("Origin"), t("State"), safe(teller.metric(name), 60),
        *(safe(field, 40) for field in fields), t("Time"), t("Remarks"),
    )  # fmt: skip
    caption = t("All trials, best first")
    if len(ranked) > _MOST_TRIALS:
        caption = t("The best {shown:count} of {all:count} trials", shown=_MOST_TRIALS, all=len(ranked))
    numeric = frozenset(range(3, 5 + len(fields)))
    return Section("trials", t("Trials"), (TableBlock(caption, columns, rows, numeric).filled,))


def _state(trial: TrialRecord, results: Results) -> str:
    """Return the state of a trial as a text to translate: a study that does not run trains none."""
    if trial.state == "running" and results.state != "running":
        return msgid("interrupted")
    return _STATES[trial.state]


def _row(trial: TrialRecord, fields: list[str], results: Results, teller: ReportFormatter) -> Row:
    t, place = teller.t, f"trials.{trial.number}"
    remarks = [safe(note, 200) for note in trial.notes]
    if trial.failure:
        remarks.insert(0, f"{safe(trial.failure.get('kind'), 40)}: {safe(trial.failure.get('reason'), 200)}")
    best = results.number == trial.number
    cells: tuple[Cell, ...] = (
        f"{trial.number} ★" if best else str(trial.number),
        t(_ORIGINS[trial.origin]),
        t(_state(trial, results)),
        teller.told_value(f"{place}.value", results.study.metric, trial.value),
        *(teller.parameter(trial.params[field]) if field in trial.params else NOTHING for field in fields),
        teller.maybe(f"{place}.seconds", trial.seconds, "seconds"),
        "; ".join(remarks),
    )
    return Row(cells, "best" if best else "failed" if trial.state == "failed" else "")
