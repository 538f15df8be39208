"""Examples: every prediction with its input; filtered, searched, sorted, read and explained."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.widget import Widget
from textual.worker import Worker

from runner.presentation.datatable import DataTable, table_of
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.prediction_files import ExampleRow
from runner.tui.screens.trial.example_view import cells_of, columns_for, detail
from runner.tui.screens.trial.panes.page import missing, source_line
from runner.tui.screens.trial.selection import KINDS, Selection, kinds_of, select
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.study_source import in_thread
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.search_line import SearchLine
from runner.tui.widgets.text_label import TextLabel
from runner.tui.widgets.virtual_table import VirtualTable

__all__ = ["ExamplesPane"]


class ExamplesPane(Container):
    """A table of predictions, and the chosen example in full next to it or below it.

    Args:
        context: The context of the app.
        keys: Returns the keys of an action of the screen, for hints.
    """

    DEFAULT_CSS = """
    ExamplesPane { layout: vertical; height: 1fr; }
    ExamplesPane .list { height: 1fr; width: 1fr; }
    ExamplesPane .reader { height: 1fr; width: 1fr; border-top: solid $border-blurred; scrollbar-size-vertical: 1; }
    ExamplesPane .filter { height: auto; color: $secondary; }
    """

    def __init__(self, context: AppContext, keys: Callable[[str], str]) -> None:
        super().__init__()
        self.context = context
        self._keys = keys
        self._view: TrialView | None = None
        self._selection = Selection()
        self._chosen: tuple[Selection, object, object, tuple[int, ...]] | None = None
        self._source = source_line(lambda: self._view, context, lambda: keys("trial.split"))
        self._status_label = TextLabel(self._status, classes="filter")
        self._search = SearchLine(context)
        self._table = VirtualTable(context, self._empty, id="examples")
        self._detail = Drawing(context)
        self._reader = VerticalScroll(self._detail, classes="reader")

    @property
    def widget(self) -> Widget:
        """The pane, for ``@on`` handlers."""
        return self

    def compose(self) -> ComposeResult:
        """Yield the table, its search line and the example."""
        yield Vertical(self._source, self._status_label, self._search, self._table, classes="list")
        yield self._reader

    def show(self, view: TrialView) -> None:
        """Show predictions; cursor and scroll position stay."""
        before, self._view = self._view, view
        self._source.refresh_text()
        self._set_columns()
        if before is None or (before.predictions, before.examples) != (view.predictions, view.examples):
            self._arrange()
        else:
            self._table.refresh_text()
            self._status_label.refresh_text()
        self._read()

    def table(self, view: TrialView) -> DataTable:
        """Return the shown rows, with their strings in full; `cut` if the file has more of a text."""
        return DataTable() if view.predictions is None else table_of([_data(view, place) for place in self._places])

    @property
    def example(self) -> ExampleRow | None:
        """The example under the cursor; None if there is none, or it cannot be read."""
        place = self._place
        if self._view is None or self._view.predictions is None or place is None:
            return None
        return self._view.examples.get(self._view.predictions.rows[place])

    @property
    def selection(self) -> Selection:
        """The user's selection."""
        return self._selection

    def next_kind(self) -> None:
        """Show the next kind of examples."""
        view = self._view
        kinds = (
            kinds_of(view.predictions, view.examples) if view is not None and view.predictions is not None else ["all"]
        )
        at = kinds.index(self._selection.kind) if self._selection.kind in kinds else -1
        kind = kinds[(at + 1) % len(kinds)]
        self._select(replace(self._selection, kind=kind, sort="", descending=False))

    def search(self) -> None:
        """Open the search."""
        self._search.open()

    def next_sort(self) -> None:
        """Sort by the next column."""
        orders = ("", *self._sorts)
        at = orders.index(self._selection.sort) if self._selection.sort in orders else 0
        self._select(replace(self._selection, sort=orders[(at + 1) % len(orders)], descending=False))

    def turn(self) -> None:
        """Reverse the order."""
        selection = self._selection
        self._select(replace(selection, sort=selection.sort or "row", descending=not selection.descending))

    def focus_first(self) -> None:
        """Focus the table."""
        self._table.focus()

    @on(VirtualTable.Moved)
    def read_other(self, event: VirtualTable.Moved) -> None:
        """Show another example from its start."""
        event.stop()
        self._read()
        self._reader.scroll_home(animate=False)

    @on(VirtualTable.Chosen)
    def read_on(self, event: VirtualTable.Chosen) -> None:
        """Focus the example."""
        event.stop()
        self._reader.focus()

    @on(VirtualTable.HeaderClicked)
    def sort_by(self, event: VirtualTable.HeaderClicked) -> None:
        """Sort by the column that was clicked; a second click reverses the order."""
        event.stop()
        if event.column_key == self._selection.sort:
            self.turn()
        elif event.column_key in self._sorts:
            self._select(replace(self._selection, sort=event.column_key, descending=False))

    @on(SearchLine.Changed)
    def narrow(self, event: SearchLine.Changed) -> None:
        """Show only examples that contain the words."""
        event.stop()
        self._select(replace(self._selection, words=event.words))

    @on(SearchLine.Left)
    def leave_search(self, event: SearchLine.Left) -> None:
        """Return to the table."""
        event.stop()
        self._table.focus()

    @property
    def _sorts(self) -> list[str]:
        """The columns to sort by."""
        view = self._view
        return [] if view is None else [one.key for one in columns_for(view, self.context) if one.sortable]

    def _select(self, selection: Selection) -> None:
        self._selection = selection
        self._set_columns()
        self._arrange()

    def _set_columns(self) -> None:
        if self._view is not None:
            columns = columns_for(self._view, self.context)
            self._table.set_columns(
                columns, sorted_by=self._selection.sort or None, descending=self._selection.descending
            )

    def _arrange(self) -> Worker[None]:
        """Find the examples to show: in a thread, because many examples may have to be searched."""
        return self.run_worker(self._find, group="examples", exclusive=True)

    async def _find(self) -> None:
        view, selection = self._view, self._selection
        if view is None or view.predictions is None:
            self._show_places(())
            return
        found, examples, names = view.predictions, view.examples, view.facts.names
        self._show_places(await in_thread(lambda: select(found, examples, names, selection)))

    def _show_places(self, places: Sequence[int]) -> None:
        view, context = self._view, self.context
        self._table.set_rows(
            [str(place) for place in places], lambda key: cells_of(view, int(key), context) if view else ()
        )
        self._status_label.refresh_text()
        self._read()

    @property
    def _places(self) -> tuple[int, ...]:
        return tuple(map(int, self._table.keys))

    @property
    def _place(self) -> int | None:
        return None if self._table.cursor is None else int(self._table.cursor)

    def _read(self) -> None:
        """Show the example under the cursor."""
        view, place, context = self._view, self._place, self.context
        self._reader.display = place is not None
        if view is not None and place is not None:
            self._detail.show(lambda canvas: detail(view, place, canvas, context))

    def _status(self) -> str:
        """Return which examples are shown, of how many."""
        view, context = self._view, self.context
        if view is None or view.predictions is None:
            return ""
        said = context.t(
            "{shown:count} of {all:count}: {kind}",
            shown=len(self._table.keys),
            all=len(view.predictions.rows),
            kind=context.t(KINDS[self._selection.kind]),
        )
        if words := self._selection.words.strip():
            said += ", " + context.t("with {words}", words=safe(words, 40))
        return said

    def _empty(self) -> str:
        """Return why there are no examples, and what to do."""
        view, t = self._view, self.context.t
        if view is None or view.trouble:
            return safe(view.trouble, 600) if view else ""
        if view.judgement is None:
            return missing(view, self.context)
        if view.judgement.predictions is None:
            return t("The predictions were not kept.")
        if view.predictions is None:
            return t("Reading the predictions...")
        if not view.predictions.rows:
            return t("The split has no examples.")
        key = self._keys("trial.filter")
        return t("No example is of this kind; {key} shows the next kind.", key=key)


def _data(view: TrialView, place: int) -> dict[str, Any]:
    """Return an example as data: answers by their names, everything else as in the files."""
    found = view.predictions
    if found is None:
        return {}
    row: dict[str, Any] = {"row": found.rows[place]}
    if found.tells_right:
        row |= {"truth": view.named(found.truths[place]), "predicted": view.named(found.predicted[place])}
    if found.confidence is not None:
        row["confidence"] = found.confidence[place]
    row |= {name: values[place] for name, values in found.columns.items()}
    if (example := view.examples.get(found.rows[place])) is not None:
        cells = {name: value for name, value in example.cells.items() if name not in row}
        if found.tells_right:
            cells.pop("label", None)
        row |= {**cells, "cut": example.cut}
    return row
