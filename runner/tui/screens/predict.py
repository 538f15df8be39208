"""`PredictScreen`: asks a study's model for a prediction, and for its explanation."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize

from catalog.errors import ModelcatError, StoppedError
from catalog.statement import Statement
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui.background import run_in_background
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import key_shown, textual_bindings
from runner.tui.context import AppContext
from runner.tui.dialogs.choice import ChoiceDialog, ChoiceItem
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import flat
from runner.tui.screens.input_form import InputForm, fields_of, summary, task_of
from runner.tui.screens.predict_answer import ModelAnswer, draw_answer, shown_by
from runner.tui.screens.predict_text import TextPane
from runner.tui.study_source import in_thread
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.text_label import TextLabel
from runner.tui.widgets.virtual_table import Cell, TableColumn, VirtualTable

__all__ = ["PredictScreen"]

_LIVE_AFTER = 0.4
"""Seconds after the last key until a loaded model is asked."""
_NARROW = 100
_REMEMBERED = 200
"""Most answers in the history."""
_CLASS = 12
"""Most characters of a class name in the name of a metric."""


class PredictScreen(BaseScreen):
    """The screen for predictions of a model."""

    SCREEN_NAME = "predict"
    BINDINGS = textual_bindings("predict")
    DEFAULT_CSS = """
    PredictScreen #whose { height: 1; padding: 0 1; }
    PredictScreen #panes { height: 1fr; layout: horizontal; }
    PredictScreen #left { width: 1fr; height: 1fr; }
    PredictScreen #form > TextPane { height: 1fr; padding: 0 1; border: round $border-blurred; scrollbar-size: 1 1; }
    PredictScreen #form > TextPane:focus { border: round $accent; }
    PredictScreen #answer { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
    PredictScreen #history { height: 14; padding: 0 1; }
    PredictScreen.-signs-ascii TextPane, PredictScreen.-signs-ascii #answer { scrollbar-size: 0 0; }
    PredictScreen.-narrow #panes { layout: vertical; }
    PredictScreen.-narrow #left { width: 1fr; height: 5; }
    PredictScreen.-narrow.-form #left { height: 9; }
    PredictScreen.-narrow #answer { width: 1fr; height: 1fr; }
    PredictScreen.-narrow #history { height: 4; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._records: list[StudyRecord] = []
        self._study: str | None = None
        self._loaded: str | None = None
        self._asks_for: str | None = None
        self._since: float | None = None
        self._answer: ModelAnswer | None = None
        self._history: list[ModelAnswer] = []
        self._trouble: ModelcatError | None = None
        self._study_label = TextLabel(self._whose, id="whose")
        self.form = InputForm(context)
        self.figure = Drawing(context)
        self.history = VirtualTable(context, lambda: context.t("What you ask is listed here."), id="history")

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """The path to this screen, with the study whose model is asked."""
        here = (self.context.t("Predict"),)
        return here if self._study is None else (*here, self._study)

    def body(self) -> ComposeResult:
        """Yield the panes."""
        yield self._study_label
        answer = VerticalScroll(self.figure, id="answer", classes="panel")
        yield Container(Vertical(self.form, id="left"), answer, id="panes")
        yield self.history

    def on_mount(self) -> None:
        """Focus the form."""
        self.form.focus_first()
        self.figure.show(self._draw)
        self.refresh_text()

    def on_resize(self, event: Resize) -> None:
        """Arrange the panes side by side if there is room."""
        self.set_class(event.size.width < _NARROW, "-narrow")

    async def poll(self) -> None:
        """Find the studies that have a model; show how long a model has been loading, and the last error."""
        studies = await self.context.studies()
        self._records = sorted((r for r in studies if r.model_dir or r.best), key=lambda r: r.updated, reverse=True)
        if self._record is None:
            self._choose(self._records[0].study if self._records else None)
        if (record := self._record) is not None:
            await self._ask_for(record)
        self._update_texts()
        if self._trouble is not None:
            raise self._trouble

    def refresh_text(self) -> None:
        """Update after a change of the language."""
        t = self.context.t
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        text = msgid("Type or paste a text. {ask} asks.")
        if self._explains:
            text = msgid("Type or paste a text. {ask} asks, {explain} asks why.")
        ask, explain = (key_shown(f"predict.{one}", self.context.preferences.keymap) for one in ("ask", "explain"))
        self.form.invite(t(text, ask=ask, explain=explain))
        columns = (
            TableColumn("moment", t("Time of day"), 11),
            TableColumn("answer", t("Answer"), 20, share=2),
            TableColumn("study", t("Study"), 14, share=1, drop=1),
            TableColumn("input", t("Input"), 20, share=4),
        )
        self.history.set_columns(
            [TableColumn(c.key, c.label, c.width, c.right, c.share, c.drop, False) for c in columns]
        )
        self._list()
        self._update_texts()

    def can(self, action: str) -> bool | None:
        """Enable asking only if there is a model, and recalling only in the history."""
        if action == "explain" and not self._explains:
            return False
        if action in {"ask", "explain", "choose"}:
            return bool(self._records)
        return self.focused is self.history and bool(self._history) if action == "recall" else True

    # Asking

    def action_ask(self) -> None:
        """Ask for the answer."""
        self._ask(explain=False)

    def action_explain(self) -> None:
        """Ask for the answer and its explanation."""
        self._ask(explain=True)

    @on(InputForm.Changed)
    def _typed(self) -> None:
        given = self._given()
        if given is None or (self._answer is not None and self._answer.given == given):
            return
        if self._trouble is None and self._record is not None:
            self._start(self._live, "live")

    @on(InputForm.Submitted)
    def _entered(self) -> None:
        self._ask(explain=False)

    @on(TextPane.Refused)
    def _show_refused(self, event: TextPane.Refused) -> None:
        text = self.context.t("Not inserted: {size:count} characters are more than any model reads.", size=event.size)
        self.show_message(text, error=True)

    def _given(self) -> Any:
        """Return the input; None if the form is empty or invalid."""
        try:
            return self.form.given
        except ValueError:
            return None

    def _ask(self, *, explain: bool) -> None:
        t = self.context.t
        try:
            given = self.form.given
        except ValueError as error:
            self.show_message(t("Not a number: {field}", field=safe(error, 100)), error=True)
            return
        if given is None:
            text = msgid("Type or paste a text first.") if self.form.is_one_text else msgid("Fill in a field first.")
            self.show_message(t(text))
        elif self._record is not None:
            self.workers.cancel_group(self, "live")
            self._start(partial(self._put, given, explain=explain, keep=True), "ask")

    async def _live(self) -> None:
        await asyncio.sleep(_LIVE_AFTER)
        if self._loaded != self._study:
            await self._put(None, explain=False, keep=False)
        given = self._given()
        known = self._answer is not None and self._answer.given == given
        if self._loaded == self._study and given is not None and not known:
            await self._put(given, explain=False, keep=False)

    async def _put(self, given: Any, *, explain: bool, keep: bool) -> None:
        """Ask the chosen model; without an input it is only loaded."""
        record = self._record
        if record is None:
            return
        began = self._since = time.monotonic()
        self._update_texts()
        try:
            predictions = await self.context.predictions.ask(record, () if given is None else (given,), explain=explain)
            seconds = time.monotonic() - began
            answers = [
                ModelAnswer(record.study, given, shown, seconds, self.context.clock())
                for shown in await in_thread(lambda: [shown_by(task_of(record), one) for one in predictions])
            ]
        except StoppedError:  # the app is closing
            return
        except ModelcatError as error:
            self._trouble, self._loaded = error, None
            self.notice.say(error.message)
        else:
            self._trouble, self._loaded = None, record.study
            self.notice.say("")
            if answers and record.study == self._study:
                self._take(answers[0], keep=keep)
        finally:
            if self._since == began:
                self._since = None
            self.refresh_text()
            self.update_header()

    def _take(self, answer: ModelAnswer, *, keep: bool) -> None:
        self._answer = answer
        self.figure.show(self._draw)
        if keep:
            if [(old.study, old.given) for old in self._history[:1]] == [(answer.study, answer.given)]:
                del self._history[0]
            self._history = [answer, *self._history][:_REMEMBERED]
            self._list()

    # Choosing, clearing, recalling

    def action_choose(self) -> None:
        """Choose the study whose model is asked."""
        self._start(self._choose_study, "choose")

    async def _choose_study(self) -> None:
        context = self.context
        choices = [ChoiceItem(record.study, self._described(record)) for record in self._records]
        chosen = await self.app.push_screen_wait(ChoiceDialog(context, lambda: context.t("Whose model?"), choices))
        if chosen:
            self._choose(chosen[0])
            if (record := self._record) is not None:
                await self._ask_for(record)
            if self._given() is not None:
                self._start(self._live, "live")

    async def _ask_for(self, record: StudyRecord) -> None:
        """Show the fields of the study's task, once its module is loaded."""
        if record.study == self._asks_for:
            return
        try:
            fields = await in_thread(lambda: fields_of(record))
        except ModelcatError as error:
            self._trouble = error
            return
        if record.study == self._study:
            self._asks_for = record.study
            await self.form.ask_for(fields)
            self.set_class(not self.form.is_one_text, "-form")
            self.refresh_text()

    def _choose(self, study: str | None) -> None:
        if study != self._study:
            self._study, self._trouble, self._answer = study, None, None
            self.workers.cancel_group(self, "live")
            self.workers.cancel_group(self, "ask")
            self.notice.say("")
            self.figure.show(self._draw)
            self.update_header()
            self._update_texts()

    def action_clear(self) -> None:
        """Empty the form; undo restores a text."""
        self.form.show(None)
        self._answer = None
        self.figure.show(self._draw)
        self.form.focus_first()

    @on(VirtualTable.Chosen, "#history")
    def action_recall(self) -> None:
        """Restore the input of the chosen row, with its answer."""
        if self.history.cursor is not None:
            self._answer = self._history[int(self.history.cursor)]
            self.form.show(self._answer.given)
            self.figure.show(self._draw)
            self.form.focus_first()

    def on_descendant_focus(self) -> None:
        """Update the footer for the focused part."""
        self.update_header()

    def on_descendant_blur(self) -> None:
        """Update the footer."""
        self.update_header()

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
        """Run a background task in place of the earlier task of its group."""
        run_in_background(self, work, group, alone=True)

    # Showing

    @property
    def _record(self) -> StudyRecord | None:
        return next((record for record in self._records if record.study == self._study), None)

    @property
    def _explains(self) -> bool:
        """Whether the model may be able to explain; true of a model that is not loaded yet."""
        return self._record is None or self._record.key not in self.context.predictions.unexplained

    def _described(self, record: StudyRecord) -> str:
        parts = [record.title or record.study, record.key.rpartition("/")[2]]
        if record.best is not None:
            metric = record.tuned
            parts.append(
                f"{self.context.metric_label(metric, _CLASS)} {self.context.metric(metric, record.best.value)}"
            )
        return flat(" · ".join(safe(part, 80) for part in parts), self.context.glyphs)

    def _whose(self) -> Content:
        context, palette, record = self.context, self.context.palette, self._record
        if record is None:
            return Content.styled(context.t("No study has a model yet."), palette.muted)
        state, colour = "", palette.muted
        if self._since is not None:
            seconds = int(time.monotonic() - self._since)
            doing = msgid("The model is being loaded") if self._loaded != self._study else msgid("Asking")
            parts = [
                f"{context.glyphs.states['running']} {context.t(doing)}",
                *([context.seconds(seconds)] if seconds else []),
            ]
            state, colour = " · ".join(parts), palette.running
        elif self._loaded == self._study:
            state = context.t("answers while you type")
        return Content.assemble(
            (self._described(record), f"bold {palette.text}"), (f"  {flat(state, context.glyphs)}", colour)
        )

    def _draw(self, canvas: Canvas) -> Content:
        if self._answer is not None:
            return draw_answer(self._answer, canvas)
        t = self.context.t
        text = (
            t("The answer will stand here, and why it is what it is.")
            if self._explains
            else t("The answer will stand here.")
        )
        if not self._records:
            key = key_shown("app.submit", self.context.preferences.keymap)
            text = t(
                "No study has a model yet. Press {key} where no text is typed to submit one, or run modelcat run "
                "examples/quickstart.json.",
                key=key,
            )
        return Content("\n").join(Content.styled(text, canvas.palette.muted).wrap(max(1, canvas.width)))

    def _list(self) -> None:
        self.history.set_rows([str(index) for index in range(len(self._history))], self._row)

    def _row(self, key: str) -> list[Cell]:
        answer, said = self._history[int(key)], self._history[int(key)].shown.headline
        return [
            f"{answer.moment.astimezone():%H:%M:%S}",
            safe(self.context.say(said) if isinstance(said, Statement) else said, 80),
            safe(answer.study, 80),
            summary(answer.given),
        ]

    def _update_texts(self) -> None:
        if self.is_mounted:
            self._study_label.refresh_text()
            if self._answer is None:
                self.figure.refresh_text()
