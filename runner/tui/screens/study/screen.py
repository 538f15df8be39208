"""`StudyScreen`: a study's trials to the left, and the chosen tab about them to the right."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from catalog.errors import InputError, ModelcatError, UnknownStudyError
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.store.records import TRIAL_STATES
from runner.tui import gc_tuning, study_actions
from runner.tui.background import run_in_background
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import textual_bindings
from runner.tui.context import AppContext
from runner.tui.labels import state
from runner.tui.screens.study.headline import headline
from runner.tui.screens.study.pane_state import PAUSE, EpochCache, LoadRequested, PaneState
from runner.tui.screens.study.study_data import StudyData, prepare, read_book
from runner.tui.screens.study.trial_columns import TableView, data_columns
from runner.tui.screens.study.trial_order import TrialOrder, order_of
from runner.tui.screens.study.trial_pane import TrialPane
from runner.tui.screens.study.trials_table import TrialsTable
from runner.tui.widgets.tab_bar import TabBar
from runner.tui.widgets.text_label import TextLabel
from runner.tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from runner.presentation.datatable import DataTable
    from runner.store.store import Store
    from runner.tui.screens.study.chart_pane import ChartPane
    from runner.tui.screens.study.compare_pane import ComparePane
    from runner.tui.screens.study.log_pane import LogPane

__all__ = ["StudyScreen"]

TABS: Mapping[str, str] = {
    "trials": msgid("Trials"),
    "charts": msgid("Charts"),
    "compare": msgid("Compare"),
    "diagnosis": msgid("Diagnosis"),
    "log": msgid("Log"),
}
_NARROW = 100
"""Columns below which table and tab are stacked."""
_GONE = 0.5
"""Seconds after which nothing refers to a closed screen any more."""
_OF_TRIALS = frozenset({"open", "sort", "turn", "columns", "mark", "export", "copy", "down", "up"})
"""Actions that need a trial."""


class StudyPane(Protocol):
    """A tab: a widget that shows the known data at once, and then reads the missing data."""

    def show(self, scene: PaneState) -> None:
        """Show the known data."""

    async def follow(self, scene: PaneState) -> None:
        """Read the missing data, and show it."""


class StudyScreen(BaseScreen):
    """One study.

    Args:
        context: The context of the app.
        study: Name of the study.
    """

    SCREEN_NAME = "study"
    BINDINGS = textual_bindings("study")
    DEFAULT_CSS = """
    StudyScreen #headline { height: auto; max-height: 4; padding: 0 1; }
    StudyScreen #main { layout: horizontal; height: 1fr; width: 1fr; }
    StudyScreen #left { width: 1fr; min-width: 46; height: 1fr; }
    StudyScreen #shown { height: 1; padding: 0 1; color: $warning; display: none; }
    StudyScreen #side { width: 2fr; height: 1fr; border-left: solid $border-blurred; }
    StudyScreen.-signs-ascii #side { border-left: ascii $border-blurred; }
    StudyScreen.-narrow #main { layout: vertical; }
    StudyScreen.-narrow #side { width: 1fr; height: 9; border: none; }
    StudyScreen.-narrow #left { height: 1fr; }
    StudyScreen.-narrow.-signs-ascii #side { border: none; }
    StudyScreen.-narrow.-pane #left { height: 4; }
    StudyScreen.-narrow.-pane #side { height: 1fr; }
    StudyScreen #tabs { background: $panel 40%; }
    """

    def __init__(self, context: AppContext, study: str) -> None:
        super().__init__(context)
        self.study = study
        self.book: StudyData | None = None
        self.view = TableView()
        self._tab = "trials"
        self._marked: tuple[int, ...] = ()
        self._curves = EpochCache(context)
        self._headline = TextLabel(self._headline_text, id="headline")
        self._table = TrialsTable(context)
        self._filter = TextLabel(self._filter_text, id="shown")
        self._tabs = TabBar(context, lambda: [(key, context.t(text)) for key, text in TABS.items()], id="tabs")
        self._side = Vertical(self._tabs, id="side")
        self._panes: dict[str, Widget] = {}
        self._rests: Timer | None = None
        self._kept = 0

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """The studies, then the study by its title."""
        title = self.book.record.title if self.book is not None else None
        return self.context.t("Studies"), title or self.study

    def body(self) -> ComposeResult:
        """Yield the headline, the table and the tab."""
        yield self._headline
        yield Container(Vertical(self._filter, self._table, id="left"), self._side, id="main")

    def on_mount(self) -> None:
        """Start with the table and the first tab."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        if not self._side.is_attached:  # the app is closing at this moment
            return
        self._tabs.choose(self._tab)
        self._turn_to(self._tab)
        self._table.focus()

    def on_resize(self, event: Resize) -> None:
        """Stack table and tab if they do not fit side by side."""
        self.set_class(event.size.width < _NARROW, "-narrow")
        self._headline.refresh_text()

    # Polling

    async def poll(self) -> None:
        """Read the changes of the study, and show them."""
        self.context.source.folder_of(self.study)  # raises for a name that leads to another folder
        known, study, view, before = self.book, self.study, self.view, self._table.order
        now = self.context.clock()
        nothing: tuple[StudyData | None, TrialOrder | None] = (None, None)
        try:
            book, order = await self.context.source.read(
                lambda store: _read(store, study, known, view, before, now), nothing
            )
        except UnknownStudyError:
            book, order = nothing
        if book is None:
            self._leave()
            return
        if known is not None and book.record.created != known.record.created:
            self._marked = ()
        self.book = book
        if book is not known:
            self._headline.refresh_text()
            self.update_header()
            if known is None or book.trials is not known.trials or book.record.state != known.record.state:
                self._show_trials(order)
            self._show_pane()
            self._keep(book)
        elif book.record.state in {"running", "queued"}:
            self._headline.refresh_text()  # its worker, or that of the queue, may have died
            self.update_header()
        if self._rests is None:
            await self._follow()

    def _keep(self, book: StudyData) -> None:
        if abs(len(book.trials) - self._kept) > gc_tuning.MANY:
            self._kept = len(book.trials)
            gc_tuning.keep()

    def on_unmount(self) -> None:
        """Free the memory of many trials, once the screen itself is gone."""
        if self._kept:
            self.app.set_timer(_GONE, gc_tuning.let_go)

    def refresh_text(self) -> None:
        """Update the table after a change of language, theme or glyphs."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        if self.book is not None:
            self._show_trials()

    @property
    def _pane(self) -> "StudyPane":
        return cast("StudyPane", self._panes[self._tab])

    @property
    def _charts(self) -> "ChartPane":
        return cast("ChartPane", self._panes["charts"])

    @property
    def scene(self) -> PaneState | None:
        """The state of the tabs; None before the study is read."""
        if self.book is None:
            return None
        cursor = self._table.cursor
        chosen = None if cursor is None else int(cursor)
        return PaneState(self.book, chosen, self._marked, self.context.source.folder_of(self.study))

    def _headline_text(self) -> str | Content:
        return (
            self.context.t("Reading the study ...")
            if self.book is None
            else headline(self.book, self.context, self.size.width - 2)
        )

    def _filter_text(self) -> str:
        """Show which trials are listed, if not all are."""
        view, t = self.view, self.context.t
        if self.book is None or not (view.state or view.expression.strip()):
            return ""
        parts = [state(self.context, view.state)] if view.state else []
        parts += [safe(view.expression, 60)] if view.expression.strip() else []
        shown, total = len(self._table.keys), len(self.book.trials)
        count = t("{shown:count} of {all:count} trials", shown=shown, all=total)
        return f"{count}: {', '.join(parts)}"

    def _show_trials(self, order: TrialOrder | None = None) -> None:
        if self.book is not None:
            self._table.show(self.book, self.view, self._marked, order)
            self._filter.refresh_text()
            self._filter.display = bool(self.view.state or self.view.expression.strip())

    def _show_pane(self) -> None:
        scene = self.scene
        if scene is not None:
            self._pane.show(scene)
        self.refresh_bindings()

    async def _follow(self) -> None:
        scene = self.scene
        if scene is not None:
            await self._pane.follow(scene)

    @on(LoadRequested)
    def follow_soon(self) -> None:
        """Read the missing data of the tab in the background."""

        async def follow() -> None:
            try:
                await self._follow()
            except ModelcatError as error:
                self.notice.say(error.message)

        if self._rests is not None:
            self._rests.stop()
            self._rests = None
        run_in_background(self, follow, "follow", alone=True)

    def _leave(self) -> None:
        self.show_message(
            self.context.t("The study {name} is not there any more.", name=safe(self.study, 80)), error=True
        )
        self.context.forget_studies()
        self.app.call_later(self.app.run_action, "out")

    # The table

    @on(VirtualTable.Moved, "#trials")
    def moved(self) -> None:
        """Show the trial under the cursor; read its data once the cursor rests."""
        self._show_pane()
        if self._rests is not None:
            self._rests.stop()
        self._rests = self.set_timer(PAUSE, self.follow_soon)

    @on(VirtualTable.Chosen, "#trials")
    def chosen(self) -> None:
        """Open the trial after a second click."""
        self._open_trial()

    @on(VirtualTable.HeaderClicked, "#trials")
    def sort_by(self, event: VirtualTable.HeaderClicked) -> None:
        """Sort by a column; reverse the order if it is sorted by that column already."""
        self._sort(event.column_key)

    def action_down(self) -> None:
        """Move to the next trial, whatever is focused."""
        self._table.action_step(1)

    def action_up(self) -> None:
        """Move to the previous trial, whatever is focused."""
        self._table.action_step(-1)

    def action_open(self) -> None:
        """Open the trial under the cursor; on the four cells of a comparison, list the examples."""
        if self._tab == "compare" and self.focused is not None and self.focused.id == "quadrants":
            cast("ComparePane", self._panes["compare"]).list_cell()
        else:
            self._open_trial()

    def _open_trial(self) -> None:
        from runner.tui.screens.trial import TrialScreen

        if (cursor := self._table.cursor) is not None:
            self.app.push_screen(TrialScreen(self.context, self.study, int(cursor)))

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(self._table.next_column(self.view.sorted_by))

    def action_turn(self) -> None:
        """Reverse the order."""
        self._look_at(self.view.with_(turned=not self.view.turned))

    def action_states(self) -> None:
        """Show only the trials of the next state; after the last state all again."""
        present = {trial.state for trial in self.book.trials.values()} if self.book is not None else set()
        states = (None, *(name for name in TRIAL_STATES if name in present))
        at = states.index(self.view.state) if self.view.state in states else 0
        self._look_at(self.view.with_(state=states[(at + 1) % len(states)]))

    def action_filter(self) -> None:
        """Ask for a filter; it is checked while the user types."""
        from runner.tui.screens.study.table_dialogs import ask_filter

        if self.book is not None:
            ask_filter(
                self, self.book, self.view.expression, lambda text: self._look_at(self.view.with_(expression=text))
            )

    def action_columns(self) -> None:
        """Ask which columns to show."""
        from runner.tui.screens.study.table_dialogs import ask_columns

        if self.book is not None:
            ask_columns(self, self.book, self.view, lambda keys: self._look_at(self.view.with_(columns=keys)))

    def action_mark(self) -> None:
        """Mark the trial for comparison, or unmark it; the latest two stay marked."""
        scene = self.scene
        if scene is not None and scene.chosen is not None:
            rest = tuple(number for number in self._marked if number != scene.chosen)
            self._marked = rest if scene.chosen in self._marked else (*rest, scene.chosen)[-2:]
            self._show_trials()
            self._show_pane()
            self.follow_soon()

    def action_export(self) -> None:
        """Save the table."""
        from runner.tui.table_export import save_table

        save_table(self, f"{self.study}-trials", self._data)

    def action_copy(self) -> None:
        """Copy the table."""
        from runner.tui.table_export import copy_table

        copy_table(self, self._data())

    def _data(self) -> "DataTable":
        """Return the shown trials with their values in the store; if columns were chosen, only those."""
        from runner.presentation.datatable import DataTable
        from runner.presentation.study_tables import trials_table
        from runner.store.json_output import trial_line

        if self.book is None:
            return DataTable()
        shown = [self.book.trials[int(key)] for key in self._table.keys]
        named = self.book.record.metrics_of_class
        table = trials_table([trial_line(trial, named) for trial in shown], self.book.snapshot.parameters)
        return table if self.view.columns is None else table.only(data_columns(self.view.columns))

    def _sort(self, key: str) -> None:
        turned = not self.view.turned if key == self.view.sorted_by else False
        self._look_at(self.view.with_(sorted_by=key, turned=turned))

    def _look_at(self, view: TableView) -> None:
        try:
            self.view = view
            self._show_trials()
        except InputError as error:  # a column of the filter has gone
            self.view = view.with_(expression="")
            self._show_trials()
            self.show_message(error.message, error=True)
        self._show_pane()
        self.follow_soon()

    # The tabs

    @on(TabBar.Chosen, "#tabs")
    def choose_tab(self, event: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        self._turn_to(event.key)

    def action_next_tab(self) -> None:
        """Show the next tab."""
        self._turn(1)

    def action_previous_tab(self) -> None:
        """Show the previous tab."""
        self._turn(-1)

    def action_switch(self) -> None:
        """Switch between the table and the tab."""
        to_pane = not self.has_class("-pane") if self.has_class("-narrow") else self._table.has_focus
        self.set_class(to_pane, "-pane")
        if to_pane:
            self._focus_pane()
        else:
            self._table.focus()

    def action_compare(self) -> None:
        """Compare the two marked trials."""
        self._turn_to("compare")
        self.call_after_refresh(self._focus_pane)

    def action_chart(self) -> None:
        """Show the charts; if they are shown, the next chart."""
        if self._tab == "charts":
            self._charts.next_kind()
        else:
            self._turn_to("charts")

    def action_parameter(self) -> None:
        """Draw the next parameter."""
        self._charts.next_part()

    def action_only_trial(self) -> None:
        """Switch between the log of the trial under the cursor and the whole log."""
        cast("LogPane", self._panes["log"]).turn()

    def _turn(self, by: int) -> None:
        keys = list(TABS)
        self._turn_to(keys[(keys.index(self._tab) + by) % len(keys)])

    def _turn_to(self, tab: str) -> None:
        pane_had_focus = any(pane.has_focus or pane.has_focus_within for pane in self._panes.values())
        self._tab = tab
        self._tabs.choose(tab)
        if tab not in self._panes:
            self._panes[tab] = self._made(tab)
            self._side.mount(self._panes[tab])
        for name, pane in self._panes.items():
            pane.display = name == tab
        self.set_class(tab != "trials", "-pane")
        self._show_pane()
        self.follow_soon()
        if pane_had_focus:
            self.call_after_refresh(self._focus_pane)

    def _focus_pane(self) -> None:
        """Focus the tab; if it uses no keys, the table stays focused."""
        target = next(
            (widget for widget in self._panes[self._tab].walk_children(Widget) if widget.focusable), self._table
        )
        target.focus(scroll_visible=False)  # the lines above it are to be seen first

    def _made(self, tab: str) -> Widget:
        """Return a tab's widget; its modules are imported when it is first shown."""
        match tab:
            case "charts":
                from runner.tui.screens.study.chart_pane import ChartPane

                return ChartPane(self.context, self._curves)
            case "compare":
                from runner.tui.screens.study.compare_pane import ComparePane

                return ComparePane(self.context)
            case "diagnosis":
                from runner.tui.screens.study.diagnosis_pane import DiagnosisPane

                return DiagnosisPane(self.context)
            case "log":
                from runner.tui.screens.study.log_pane import LogPane

                return LogPane(self.context)
            case _:
                return TrialPane(self.context, self._curves)

    # Actions on the study

    def action_stop(self) -> None:
        """Ask the study to stop."""
        if self.book is not None:
            study_actions.stop(self, self.book.record)

    def action_resume(self) -> None:
        """Put the study back into the queue."""
        if self.book is not None:
            study_actions.resume(self, self.book.record)

    def action_describe(self) -> None:
        """Edit title and notes."""
        if self.book is not None:
            study_actions.describe(self, self.book.record)

    def can(self, action: str) -> bool | None:  # noqa: PLR0911 -- one return for each action
        """Return whether an action suits the study in its state."""
        book = self.book
        if book is None:
            return action in {"next_tab", "previous_tab", "switch"}
        match action:
            case "stop":
                return study_actions.can_stop(book.record, self.context)
            case "resume":
                return study_actions.can_resume(book.record, self.context)
            case "compare":
                return len(book.trials) > 1 and book.snapshot.best is not None
            case "parameter":
                return self._tab == "charts" and self._charts.has_parts
            case "only_trial":
                return self._tab == "log"
            case "states" | "filter":
                return bool(book.trials)
            case _ if action in _OF_TRIALS:
                return self._table.cursor is not None
            case _:
                return True


def _read(
    store: "Store", study: str, known: StudyData | None, view: TableView, before: TrialOrder, now: datetime
) -> tuple[StudyData, TrialOrder | None]:
    """Read the changes, and sort the trials: in a thread, so that no key waits for 10,000 trials.

    Raises:
        UnknownStudyError: There is no such study any more.
    """
    book = read_book(store, study, known, now)
    if book is known:
        return book, None
    with suppress(InputError):  # the filter; the table shows its error
        return prepare(book), order_of(book, view, before)
    return book, None
