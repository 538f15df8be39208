"""Parameters: the trial's configuration, its course, and the reason of a failure."""

from collections.abc import Callable
from datetime import datetime

from textual.content import Content
from textual.widget import Widget

from runner.presentation.datatable import DataTable
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.table import Heading, facts, grid
from runner.tui.labels import origin
from runner.tui.screens.trial.labels import advice, outcome, state, state_word
from runner.tui.screens.trial.panes.page import heading, page
from runner.tui.screens.trial.parameter_rows import settings_of
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.widgets.drawing import Drawing

__all__ = ["ParametersPane"]


class ParametersPane:
    """Failure or pruning first, then parameters next to given ones and defaults, then times, speed, sizes and notes."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self._ended = Drawing(context, classes="status")
        self._settings, self._facts, self._notes = Drawing(context), Drawing(context), Drawing(context)
        self._notes_heading = heading(context, msgid("What happened on the way"))
        self.widget: Widget = page(
            [self._ended, self._settings],
            [heading(context, msgid("Times and sizes")), self._facts, self._notes_heading, self._notes],
        )
        self.widget.add_class("wider")

    def show(self, view: TrialView) -> None:
        """Show the data of the trial."""
        context = self.context
        self._ended.display = bool(outcome(view.facts, context))
        self._ended.show(lambda canvas: _ended(view, canvas, context))
        self._settings.show(lambda canvas: _settings(view, canvas, context))
        self._facts.show(lambda canvas: facts(_course(view, context), canvas))
        self._notes.display = self._notes_heading.display = bool(view.facts.trial.notes)
        self._notes.show(lambda canvas: _notes(view, canvas))

    def table(self, view: TrialView) -> DataTable:
        """Return the parameters."""
        found = settings_of(view.facts, self.context)
        return DataTable(("field", "trial", "given", "default"), tuple((one.field, *one.values) for one in found))


def _ended(view: TrialView, canvas: Canvas, context: AppContext) -> Content:
    """Return how an incomplete trial ended, and what to do about it."""
    found, palette, glyphs = view.facts, canvas.palette, canvas.glyphs
    shown = state(found, context)
    parts = paragraph(f"{glyphs.states[shown]} {outcome(found, context)}", canvas, palette.state(shown))
    if text := advice(found, context):
        parts += paragraph(f"{glyphs.arrow} {text}", canvas)
    return Content("\n").join(parts)


def _rows(view: TrialView, context: AppContext) -> tuple[list[Heading], list[list[str]]]:
    t = context.t
    headings = [Heading(t("Field")), Heading(t("This trial")), Heading(t("Given")), Heading(t("Default"))]
    rows = [[found.name, found.here, found.given, found.default] for found in settings_of(view.facts, context)]
    return headings, rows


def _settings(view: TrialView, canvas: Canvas, context: AppContext) -> Content:
    """Return the table; differences from the given configuration are bold and marked."""
    headings, rows = _rows(view, context)
    settings = settings_of(view.facts, context)
    mark = context.glyphs.bullet
    shown: list[list[str | Content]] = []
    for found, cells in zip(settings, rows, strict=True):
        name, here = (f"{mark} {cells[0]}", cells[1]) if found.differs else (f"  {cells[0]}", cells[1])
        style = f"bold {canvas.palette.accent}" if found.differs else canvas.palette.text
        shown.append([Content.styled(name, style), Content.styled(here, style), cells[2], cells[3]])
    headings[0] = Heading("  " + headings[0].label)
    parts = [grid(headings, shown, canvas)]
    t = context.t
    differing = sum(found.differs for found in settings)
    said = (
        t(
            "{mark} differs from the given configuration: {count:count} of {all:count}.",
            mark=mark,
            count=differing,
            all=len(settings),
        )
        if differing
        else t("Nothing differs from the given configuration.")
    )
    if view.facts.parameters is None:
        key = safe(view.facts.study.key, 80)
        said += " " + t("The plugin {key} is not installed here: its settings are unknown.", key=key)
    parts += paragraph(said, canvas, canvas.palette.muted)
    return Content("\n").join(parts)


def _course(view: TrialView, context: AppContext) -> list[tuple[str, str]]:
    """Return times, speed and sizes; unknown ones are left out."""
    found, t, language = view.facts, context.t, context.language
    trial, speed = found.trial, found.trial.speed
    own = next((one.evaluation for one in found.judgements if one.evaluation is not None), None)
    shown = state(found, context)
    pairs: list[tuple[str, str | None]] = [
        (t("State"), f"{context.glyphs.states[shown]} {state_word(shown, context)}"),
        (t("Origin"), origin(context, found.trial.origin)),
        (t("Started"), _moment(trial.started, context)),
        (t("Finished"), _moment(trial.finished, context)),
        (t("Time in all"), None if trial.seconds is None else context.seconds(trial.seconds)),
        (t("Training time"), _format(speed.get("training_seconds"), context.seconds)),
        (t("Training, examples a second"), _format(speed.get("examples_per_second"), language.number)),
        (t("Training, tokens a second"), _format(speed.get("tokens_per_second"), language.number)),
        (t("Kept epoch"), _format(speed.get("best_epoch"), language.number)),
        (t("Validation took"), _format(own.seconds if own else None, context.seconds)),
        (t("Model size"), _format(own.model_bytes if own else None, language.size)),
        (t("Peak memory"), _format(own.peak_memory_bytes if own else None, language.size)),
    ]
    return [(name, value) for name, value in pairs if value is not None]


def _format(value: float | None, write: Callable[[float], str]) -> str | None:
    return None if value is None else write(value)


def _moment(value: datetime | None, context: AppContext) -> str | None:
    return None if value is None else context.language.moment(value.astimezone())


def _notes(view: TrialView, canvas: Canvas) -> Content:
    lines: list[Content] = []
    for note in view.facts.trial.notes:
        lines += paragraph(f"{canvas.glyphs.bullet} {safe(note, 1000)}", canvas)
    return Content("\n").join(lines)
