"""The studies: the list, the progress of each, and the actions on them. The home screen of the terminal UI."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize

from runner.presentation.datatable import DataTable
from runner.store.records import StudyRecord, TrialCounts
from runner.tui import gc_tuning, study_actions
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import textual_bindings
from runner.tui.context import AppContext
from runner.tui.rows.study_cells import ago, class_labels, study_cells, study_columns
from runner.tui.rows.study_legend import legend
from runner.tui.rows.study_row import ORDERS, StudyRow, holds, ordered, rows_of
from runner.tui.rows.study_state import state_sentence, state_word
from runner.tui.table_export import copy_table, save_table
from runner.tui.widgets.line_label import LineLabel
from runner.tui.widgets.search_line import SearchLine
from runner.tui.widgets.study_panel import StudyPanel
from runner.tui.widgets.virtual_table import VirtualTable

__all__ = ["StudiesScreen"]


class StudiesScreen(BaseScreen):
    """The live list of studies; on a wide screen with the study under the cursor next to it."""

    SCREEN_NAME = "studies"
    BINDINGS: ClassVar[list[BindingType]] = [
        *textual_bindings("studies"),
        Binding("escape", "show_all", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    StudiesScreen #list { width: 1fr; padding: 0 1; }
    StudiesScreen StudyPanel { display: none; width: 44; border-left: solid $border-blurred; }
    StudiesScreen.-wide StudyPanel { display: block; }
    StudiesScreen.-signs-ascii StudyPanel { border-left: ascii $border-blurred; scrollbar-size-vertical: 0; }
    StudiesScreen.-wide #state { display: none; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._rows: dict[str, StudyRow] = {}
        self._courses: dict[str, tuple[float, ...]] = {}
        self._read: dict[str, tuple[datetime, datetime, TrialCounts]] = {}
        self._order: tuple[str, bool] = (ORDERS[0], False)
        self._seen: tuple[list[StudyRow], str, bool] | None = None
        self._labels: tuple[str, ...] = ()
        self._table = VirtualTable(context, self._empty, id="studies")
        self._search = SearchLine(context)
        self._state = LineLabel(context, lambda: state_sentence(self._here, context) if self._here else "", id="state")
        self._legend = LineLabel(context, lambda: legend(self._here, self._order, context), id="legend")
        self._panel = StudyPanel(context)

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """The path to the home screen."""
        return (self.context.t("Studies"),)

    def body(self) -> ComposeResult:
        """Yield list and panel."""
        with Horizontal():
            with Vertical(id="list"):
                yield self._table
                yield self._search
                yield self._state
                yield self._legend
            yield self._panel

    def on_mount(self) -> None:
        """Focus the list."""
        self.refresh_text()
        self._table.focus()

    def on_resize(self, event: Resize) -> None:
        """Adapt the width of names to the screen."""
        del event
        self.call_after_refresh(self._set_columns)

    # Polling

    async def poll(self) -> None:
        """Read the studies, and show the changes."""
        records = await self.context.studies()
        await self._read_courses(records)
        now = self.context.clock()
        rows = rows_of(records, self._courses, now)
        latest = max((row.record.updated for row in rows), default=now)
        seen = (rows, ago(latest, now, self.context), self.context.attended)
        if seen != self._seen:
            if self._seen is None:
                gc_tuning.keep()  # by now everything that reads and draws the list is imported
            self._seen = seen
            self._rows = {row.record.study: row for row in rows}
            if self._labels != class_labels(records, self.context):
                self._set_columns()
            self._arrange()

    async def _read_courses(self, records: list[StudyRecord]) -> None:
        """Read the courses of the studies whose trials have changed since the last poll."""
        marks = {record.study: (record.created, record.updated, record.trials) for record in records}
        changed = [study for study, mark in marks.items() if self._read.get(study) != mark]
        if changed:
            nothing: dict[str, tuple[float, ...]] = {}
            found = await self.context.source.read(lambda store: store.courses(among=changed), nothing)
            self._courses = {study: found.get(study, self._courses.get(study, ())) for study in marks}
            self._read = marks

    def refresh_text(self) -> None:
        """Update headings, states and glyphs in the current language."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self._set_columns()
        self._arrange()

    def _arrange(self) -> None:
        """Show the rows that match the search, in order."""
        now, words = self.context.clock(), self._search.words
        found = [row for row in self._rows.values() if holds(row, words, state_word(row.state, self.context))]
        by, turned = self._order
        keys = [row.record.study for row in ordered(found, by, turned=turned)]
        self._table.set_rows(keys, lambda key: study_cells(self._rows[key], self.context, now))
        self._show_here()

    def _set_columns(self) -> None:
        by, turned = self._order
        self._labels = class_labels((row.record for row in self._rows.values()), self.context)
        descending = (by in {"best", "trials", "time", "updated", "created"}) != turned
        self._table.set_columns(
            study_columns(self.context, wide=self._panel.display, labels=self._labels),
            sorted_by=by,
            descending=descending,
        )

    def _show_here(self) -> None:
        self._state.refresh_text()
        self._legend.refresh_text()
        self._panel.show(self._here)
        self.update_header()

    @property
    def _here(self) -> StudyRow | None:
        """The study under the cursor."""
        return self._rows.get(self._table.cursor or "")

    def _empty(self) -> str:
        t = self.context.t
        if self._seen is None:
            return "" if self.notice.message else t("Reading the studies...")  # otherwise there is no data yet
        if self._rows:
            return t("No study holds these words. Esc shows all.")
        if self.context.read_only:
            return t("No studies yet.")
        return t("No studies yet. Press n to start one from the catalog, or run modelcat run examples/quickstart.json")

    # Actions

    def can(self, action: str) -> bool | None:
        """Return whether an action suits the study under the cursor."""
        here = self._here
        match action:
            case "new":
                return True
            case "show_all":
                return bool(self._search.words)
            case "stop":
                stopping = here is not None and here.record.stop_requested is not None
                return here is not None and here.state in {"running", "queued", "gone"} and not stopping
            case "resume":
                return here is not None and study_actions.can_resume(here.record, self.context)
            case "search" | "export" | "copy" | "sort" | "turn":
                return bool(self._rows)
            case _:
                return here is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to the screen if no search is open."""
        return self.can(action) if action == "show_all" else super().check_action(action, parameters)

    def action_open(self) -> None:
        """Open the study."""
        from runner.tui.screens.study import StudyScreen

        if (study := self._table.cursor) is not None:
            self.app.push_screen(StudyScreen(self.context, study))

    def action_new(self) -> None:
        """Open the catalog, where a new study starts."""
        self.app.call_later(self.app.run_action, "go_to('catalog')")

    def action_stop(self) -> None:
        """Ask the study to stop."""
        self._do(study_actions.stop)

    def action_resume(self) -> None:
        """Put the study into the queue, and make sure that a worker serves the queue."""
        self._do(study_actions.resume)

    def action_delete(self) -> None:
        """Ask, and then delete the study and its files."""
        self._do(study_actions.delete)

    def action_describe(self) -> None:
        """Ask for title and notes."""
        self._do(study_actions.describe)

    def action_search(self) -> None:
        """Open the search."""
        self._search.open()

    def action_show_all(self) -> None:
        """End the search."""
        self._search.action_clear()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(ORDERS[(ORDERS.index(self._order[0]) + 1) % len(ORDERS)], turned=False)

    def action_turn(self) -> None:
        """Reverse the order."""
        by, turned = self._order
        self._sort(by, turned=not turned)

    def action_export(self) -> None:
        """Save the table."""
        save_table(self, "studies", self._data)

    def action_copy(self) -> None:
        """Copy the table."""
        copy_table(self, self._data())

    def _data(self) -> DataTable:
        """Return the listed studies with their values in the store."""
        from runner.presentation.study_tables import studies_table
        from runner.store.json_output import study_line

        return studies_table(study_line(self._rows[key].record) for key in self._table.keys)

    def _do(self, deed: Callable[[BaseScreen, StudyRecord], None]) -> None:
        if (row := self._here) is not None:
            deed(self, row.record)

    def _sort(self, by: str, *, turned: bool) -> None:
        self._order = (by, turned)
        self._set_columns()
        self._arrange()

    @on(VirtualTable.Moved, "#studies")
    def follow(self) -> None:
        """Show the study that came under the cursor."""
        self._show_here()

    @on(VirtualTable.Chosen, "#studies")
    def go_in(self) -> None:
        """Open the study after a second click."""
        self.action_open()

    @on(VirtualTable.HeaderClicked, "#studies")
    def sort_by(self, event: VirtualTable.HeaderClicked) -> None:
        """Sort by the heading that was clicked; a second click reverses the order."""
        if event.column_key in ORDERS:
            by, turned = self._order
            self._sort(event.column_key, turned=by == event.column_key and not turned)

    @on(SearchLine.Changed)
    def narrow(self) -> None:
        """Show the studies that contain the words."""
        self._arrange()

    @on(SearchLine.Left)
    def return_to_list(self) -> None:
        """Return to the list."""
        self._table.focus()
