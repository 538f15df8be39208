"""`TrialScreen`: one trial, a tab for each question about it."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.worker import Worker

from catalog.errors import InputError, ModelcatError, UnknownStudyError
from catalog.statement import Statement
from runner.presentation.datatable import DataTable
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import ACTIONS, key_label, keys_of, textual_bindings
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.prediction_files import ExampleRow
from runner.tui.screens.input_form import fields_of, task_of
from runner.tui.screens.predict_answer import Shown, shown_by
from runner.tui.screens.trial.example_files import ExampleFiles
from runner.tui.screens.trial.labels import state
from runner.tui.screens.trial.panes.tabs import make, tabs_of
from runner.tui.screens.trial.title import title
from runner.tui.screens.trial.trial_facts import SplitEvaluation, TrialFacts, gather
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.study_source import in_thread
from runner.tui.table_export import copy_table, save_table
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from runner.tui.screens.trial.panes.examples import ExamplesPane
    from runner.tui.screens.trial.panes.page import BasePane

__all__ = ["TrialScreen"]

_NOT_JUDGED = ("curves", "parameters")
"""Tabs that are not about an evaluation."""
_NAME = 24
"""Most characters of a tab's name."""
_OF_EXAMPLES = ("filter", "search", "explain", "sort", "turn")
"""Actions of the tab Examples."""


class TrialScreen(BaseScreen):
    """A trial of a study.

    Args:
        context: The context of the app.
        study: Name of the study.
        number: Number of the trial.
    """

    SCREEN_NAME = "trial"
    BINDINGS: ClassVar[list[BindingType]] = textual_bindings("trial")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    TrialScreen .title { height: 1; padding: 0 1; }
    TrialScreen #panes { height: 1fr; padding: 0 1; }
    TrialScreen .page { height: 1fr; scrollbar-size-vertical: 1; }
    TrialScreen .columns { height: auto; layout: vertical; }
    TrialScreen .column { height: auto; width: 1fr; padding-right: 1; }
    TrialScreen.-wide #panes { padding: 1 1 0 1; }
    TrialScreen.-wide .columns { layout: horizontal; }
    TrialScreen.-wide .column { padding-right: 2; }
    TrialScreen.-wide .wider > .columns > .column:first-child { width: 3fr; }
    TrialScreen.-wide .wider > .columns > .column:last-child { width: 2fr; }
    TrialScreen .part { height: auto; text-style: bold; margin-top: 1; }
    TrialScreen .source, TrialScreen .muted { height: auto; }
    TrialScreen .status { margin-bottom: 1; }
    TrialScreen .column > FigureView { margin-bottom: 1; }
    TrialScreen .chart { height: 12; }
    TrialScreen.-wide .chart { height: 44vh; min-height: 12; }
    TrialScreen .chart.-low, TrialScreen.-wide .chart.-low { height: 20vh; min-height: 9; }
    TrialScreen.-wide .chart.-high { height: 80vh; }
    TrialScreen.-wide ExamplesPane { layout: horizontal; }
    TrialScreen.-wide ExamplesPane .reader {
        border-top: none; border-left: solid $border-blurred; padding: 0 1;
    }
    TrialScreen.-signs-ascii .page, TrialScreen.-signs-ascii ExamplesPane .reader { scrollbar-size-vertical: 0; }
    TrialScreen.-signs-ascii ExamplesPane .reader { border-top: ascii $border-blurred; }
    TrialScreen.-wide.-signs-ascii ExamplesPane .reader { border-top: none; border-left: ascii $border-blurred; }
    """

    def __init__(self, context: AppContext, study: str, number: int) -> None:
        super().__init__(context)
        self._study = study
        self._number = number
        self._facts: TrialFacts | None = None
        self._tab = ""
        self._state = ""
        self._at = 0
        self._panes: dict[str, BasePane] = {}
        self._files = ExampleFiles()
        self._explanations: dict[tuple[Path, int], Shown] = {}
        self._asking: frozenset[tuple[Path, int]] = frozenset()
        self._title = Drawing(context, classes="title")
        self._title.show(self._draw_title)
        self._tabs = TabBar(context, self._tab_names, id="tabs")

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """The study, and the trial in it."""
        name = (self._facts.study.title if self._facts else None) or self._study
        return (self.context.t("Studies"), name, self.context.t("Trial {number}", number=str(self._number)))

    @property
    def tab(self) -> str:
        """Key of the current tab; empty until the trial has been read."""
        return self._tab

    def body(self) -> ComposeResult:
        """Yield title, tabs and the container of the panes; a pane is made when its tab is first chosen."""
        yield self._title
        yield self._tabs
        yield Container(id="panes")

    # Polling

    async def poll(self) -> None:
        """Read the changes; close the screen if the trial or study is gone."""
        known, number, folder = self._facts, self._number, self.context.source.folder_of(self._study)
        try:
            found = await self.context.source.read(
                lambda store: gather(store, folder, self._study, number, known), cast("TrialFacts | None", None)
            )
        except UnknownStudyError as error:
            self._leave(error.message)
            return
        if number != self._number:  # the user has moved to another trial meanwhile
            return
        if found is None:
            self._leave(self.context.t("The study is gone."))
        elif not self._tab:
            self._facts = found
            await self.choose(_first_tab(found, self.context))
        elif found is not known or self._state != state(found, self.context):
            self._facts = found
            if known is None or replace(found, study=known.study) != known or self._state != state(found, self.context):
                self._refresh()  # otherwise another trial of the study has progressed, which changes the title at most
            self._title.refresh_text()
            self.update_header()
        elif self._state == "running":
            self._title.refresh_text()

    def refresh_text(self) -> None:
        """Draw everything in the current language."""
        self._refresh()

    def _leave(self, message: str) -> None:
        if self.is_current:
            self.show_message(message, error=True)
            self.app.call_later(self.app.run_action, "out")

    def _refresh(self) -> None:
        """Show the data of the current tab, and read the missing data."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self._title.refresh_text()
        self._tabs.refresh()  # the figures of the first evaluation add tabs
        view = self._view()
        if view is None or (pane := self._panes.get(self._tab)) is None:
            return
        self._state = state(view.facts, self.context)
        pane.show(view)
        if self._tab == "examples" and self._files.lacks(view.judgement):
            self._work(partial(self._read, cast("SplitEvaluation", view.judgement)), "examples", exclusive=True)

    def _work(
        self, task: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = False
    ) -> Worker[None]:
        return self.run_worker(task, group=group, exclusive=exclusive)

    async def _read(self, judgement: SplitEvaluation) -> None:
        await self._files.read(judgement)
        self._refresh()

    def _view(self) -> TrialView | None:
        facts = self._facts
        if facts is None:
            return None
        if not facts.judgements:
            return TrialView(facts)
        judgement = facts.judgements[self._at % len(facts.judgements)]
        path, split = judgement.predictions, judgement.examples
        return TrialView(
            facts,
            judgement,
            self._files.predictions.get(path) if path else None,
            self._files.examples.get(split, {}),
            self._files.trouble(judgement),
            {row: shown for (of, row), shown in self._explanations.items() if of == split},
            frozenset(row for of, row in self._asking if of == split),
        )

    def _draw_title(self, canvas: Canvas) -> Content:
        return title(self._facts, canvas, self.context) if self._facts else Content(canvas.t("Reading the trial..."))

    # Tabs

    async def choose(self, tab: str) -> None:
        """Show a tab by its key; its pane is made the first time. Does nothing before the trial has been read."""
        if self._facts is None:
            return
        if tab not in self._panes:
            self._panes[tab] = made = make(tab, self._facts, self.context, self._key)
            await self.query_one("#panes", Container).mount(made.widget)
        self._tab = tab
        for name, pane in self._panes.items():
            pane.widget.display = name == tab
        self._tabs.choose(tab)
        if tab == "examples":
            self._examples.focus_first()
        else:
            self._panes[tab].widget.focus()
        self._refresh()
        self.update_header()

    def _key(self, action: str) -> str:
        """Return the displayed name of an action's key."""
        found = next(known for known in ACTIONS if known.id == action)
        return key_label(keys_of(found, self.context.preferences.keymap)[0])

    @property
    def _examples(self) -> "ExamplesPane":
        return cast("ExamplesPane", self._panes["examples"])

    @on(TabBar.Chosen)
    async def choose_tab(self, event: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        event.stop()
        await self.choose(event.key)

    async def action_next_tab(self) -> None:
        """Show the next tab."""
        await self._step(1)

    async def action_previous_tab(self) -> None:
        """Show the previous tab."""
        await self._step(-1)

    async def _step(self, by: int) -> None:
        names = list(tabs_of(self._facts))
        at = names.index(self._tab) if self._tab in names else 0
        await self.choose(names[(at + by) % len(names)])

    def _tab_names(self) -> list[tuple[str, str]]:
        say = self.context.say
        return [
            (key, safe(say(name) if isinstance(name, Statement) else name, _NAME))
            for key, name in tabs_of(self._facts).items()
        ]

    # Actions

    def can(self, action: str) -> bool | None:
        """Return whether an action suits the tab and the trial."""
        facts = self._facts
        if facts is None:
            return False
        match action:
            case "next_trial":
                return self._number + 1 < facts.count
            case "previous_trial":
                return self._number > 0
            case "explain" if facts.study.key in self.context.predictions.unexplained:
                return False
            case "split":
                return self._tab not in _NOT_JUDGED and len(facts.judgements) > 1
            case _:
                return self._tab == "examples" if action in _OF_EXAMPLES else True

    def action_next_trial(self) -> None:
        """Move to the next trial; the tab stays."""
        self._go_to(self._number + 1)

    def action_previous_trial(self) -> None:
        """Move to the previous trial; the tab stays."""
        self._go_to(self._number - 1)

    def _go_to(self, number: int) -> None:
        self._number, self._at = number, 0
        self._polling = False  # a poll for the previous trial may be running; it is dropped
        self.update_header()
        self.poll_now()

    def action_split(self) -> None:
        """Show the next evaluation: of the trial, of the kept model, on validation, on test."""
        self._at += 1
        self._refresh()

    def action_filter(self) -> None:
        """Show the next kind of examples."""
        self._examples.next_kind()

    def action_search(self) -> None:
        """Open the search of the examples."""
        self._examples.search()

    def action_sort(self) -> None:
        """Sort examples by the next column."""
        self._examples.next_sort()

    def action_turn(self) -> None:
        """Reverse the order of the examples."""
        self._examples.turn()

    def action_explain(self) -> None:
        """Ask the kept model to explain its answer to the example."""
        example, t, view = self._examples.example, self.context.t, self._view()
        if example is None or view is None or view.judgement is None:
            self.show_message(t("Choose an example first."))
            return
        key = (view.judgement.examples, example.row)
        if key not in self._asking | self._explanations.keys():
            self.show_message(t("The kept model of the study is asked, whichever trial this is."))
            self._work(partial(self._ask, key, example), "ask")

    async def _ask(self, key: tuple[Path, int], example: ExampleRow) -> None:
        facts = self._facts
        if facts is None:
            return
        study = facts.study
        self._asking |= {key}
        self._refresh()
        try:
            given = await in_thread(lambda: _input_of(study, example))
            if given is None:
                self.show_message(self.context.t("The example is empty: there is nothing to ask about."))
                return
            answers = await self.context.predictions.ask(study, [given], explain=True)
            self._explanations[key] = await in_thread(lambda: shown_by(task_of(study), answers[0]))
        except ModelcatError as error:
            self.show_message(error.message, error=True)
        finally:
            self._asking -= {key}
            self._refresh()
            self.update_header()

    def action_export(self) -> None:
        """Save the numbers of the tab as a table."""
        name = f"{self._study}-trial-{self._number}-{self._tab}"
        save_table(self, name, self._table)

    def action_copy(self) -> None:
        """Copy the text of the example if it is being read; otherwise the numbers of the tab as a table."""
        example = self._examples.example if self._tab == "examples" else None
        if example is None:
            copy_table(self, self._table())
        else:
            self.app.copy_to_clipboard(safe(example.text))
            self.show_message(self.context.t("Copied row {row:count}.", row=example.row))

    def _table(self) -> DataTable:
        view = self._view()
        return self._panes[self._tab].table(view) if view is not None and self._tab in self._panes else DataTable()


def _first_tab(facts: TrialFacts, context: AppContext) -> str:
    """Return the first tab: parameters for a trial that failed or was pruned, otherwise curves."""
    return "parameters" if state(facts, context) == "failed" else "curves"


def _input_of(study: StudyRecord, example: ExampleRow) -> Any:
    """Return an example as an input of the study's task; None if it is empty.

    Raises:
        ModelcatError: The task takes no inputs, or the file of examples has none of their parts.
    """
    names = [field.name for field in fields_of(study)]
    if not any(name in example.cells for name in names):
        raise InputError(f"the file of examples has no column {', '.join(names)}")
    given = {name: example.cells.get(name) for name in names}
    if all(value is None or (isinstance(value, str) and not value.strip()) for value in given.values()):
        return None
    return given if len(given) > 1 else next(iter(given.values()))
