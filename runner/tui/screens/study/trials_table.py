"""The table of trials as a widget."""

from collections.abc import Sequence

from runner.tui.context import AppContext
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_columns import TableView, cells, columns, sorted_downwards
from runner.tui.screens.study.trial_order import TrialOrder, order_of
from runner.tui.widgets.virtual_table import VirtualTable

__all__ = ["TrialsTable"]


class TrialsTable(VirtualTable):
    """Shows the trials of a study; the cursor stays on its trial.

    Args:
        context: The context of the app.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, self._empty_text, id="trials")
        self._book: StudyData | None = None
        self.order = TrialOrder()
        """The order of the shown trials."""

    def show(self, book: StudyData, view: TableView, marked: Sequence[int], order: TrialOrder | None = None) -> None:
        """Show trials.

        Args:
            book: The study.
            view: The view: which trials, and how.
            marked: Numbers of the trials marked for comparison.
            order: Their order, if it was made before.

        Raises:
            InputError: The filter uses a name that this study does not have.
        """
        suits = order is not None and order.suits(book, view)
        self.order = order if order is not None and suits else order_of(book, view, self.order)
        self._book = book
        working = book.record.effective_state(self.context.clock()) == "running"
        downwards = sorted_downwards(book, view)
        self.set_columns(columns(book, view, self.context), sorted_by=view.sorted_by, descending=downwards)
        self.set_rows(tuple(map(str, self.order.numbers)), cells(book, view, self.context, marked, working=working))

    def next_column(self, key: str) -> str:
        """Return the next column to sort by among the visible ones."""
        keys = [column.key for column in self.visible_columns if column.sortable] or [key]
        return keys[(keys.index(key) + 1) % len(keys)] if key in keys else keys[0]

    def _empty_text(self) -> str:
        t = self.context.t
        if self._book is None:
            return ""
        if self._book.trials:
            return t("No trial is shown: a shows all states, f changes the filter.")
        return t("There is no trial yet.")
