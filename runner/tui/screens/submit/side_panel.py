"""The panel next to the editor: the problems; if there are none, facts about the data and the plan."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runner.tui.context import AppContext
from runner.tui.figures.fitting import flat
from runner.tui.screens.submit.spec_check import SpecFault
from runner.tui.screens.submit.status_lines import fault_line
from runner.tui.widgets.text_label import TextLabel

__all__ = ["SidePanel"]

_MOST = 200
"""Most problems that are listed; a user fixes one after the other."""


class SidePanel(Vertical):
    """Shows problems to choose from, or lines to read.

    Args:
        context: The context of the app.
    """

    DEFAULT_CSS = """
    SidePanel OptionList { height: 1fr; border: none; padding: 0; background: $background; scrollbar-size-vertical: 1; }
    SidePanel OptionList:focus { border: none; background: $background; }
    SidePanel VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    SidePanel .lines { width: 1fr; height: auto; }
    SidePanel .panel-title { height: 1; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="side", classes="panel")
        self.context = context
        self._faults: tuple[SpecFault, ...] = ()
        self._lines: tuple[tuple[str, Sequence[str]], ...] = ()
        self.problems = OptionList(id="problems", markup=False)
        self._text = TextLabel(self._get_text, classes="lines")
        self._read = VerticalScroll(self._text, id="facts")

    @property
    def faults(self) -> tuple[SpecFault, ...]:
        """The shown problems."""
        return self._faults

    def compose(self) -> ComposeResult:
        """Yield both lists; only one of them is visible."""
        yield self.problems
        yield self._read

    def on_mount(self) -> None:
        """Start with lines."""
        self.problems.display = False

    def show(self, faults: Sequence[SpecFault], lines: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Show problems; if there are none, show lines under their titles."""
        changed = tuple(faults) != self._faults
        self._faults, self._lines = tuple(faults), tuple(lines)
        if changed:
            self._list()
        self._text.refresh_text()
        self.problems.display = bool(faults)
        self._read.display = not faults

    def refresh_text(self) -> None:
        """Draw with the current glyphs and colours."""
        self._list()

    def _list(self) -> None:
        at = self.problems.highlighted
        self.problems.clear_options()
        self.problems.add_options([Option(fault_line(fault, self.context)) for fault in self._faults[:_MOST]])
        if self._faults:
            self.problems.highlighted = min(at or 0, len(self._faults[:_MOST]) - 1)

    def _get_text(self) -> Content:
        palette = self.context.palette
        parts: list[Content] = []
        for title, lines in self._lines:
            if parts:
                parts.append(Content(""))
            if title:
                parts.append(Content.styled(title, f"bold {palette.accent}"))
            parts += [Content(flat(line, self.context.glyphs)) for line in lines]
        return Content("\n").join(parts)
