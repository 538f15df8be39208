"""The tab Log: the log of the study or of the trial under the cursor, live."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import RichLog

from runner.tui.context import AppContext
from runner.tui.screens.study.pane_state import PaneState
from runner.tui.screens.study.study_data import training_of
from runner.tui.study_source import in_thread
from runner.tui.widgets.text_label import TextLabel

if TYPE_CHECKING:
    from runner.study.log import LogLine

__all__ = ["LogPane"]

#: Bytes of an old log that are read at first, and lines that are kept.
_FIRST_BYTES, _MOST_LINES = 400_000, 4_000


class LogPane(Widget):
    """The end of the study's log; it scrolls with new lines while its end is visible.

    Args:
        context: The context of the app.
    """

    DEFAULT_CSS = """
    LogPane { width: 1fr; height: 1fr; layout: vertical; }
    LogPane > TextLabel { height: 1; padding: 0 1; color: $secondary; }
    LogPane > RichLog { height: 1fr; padding: 0 1; background: $background; scrollbar-size-vertical: 1;
                        overflow-x: hidden; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="pane-log")
        self.context = context
        self._scene: PaneState | None = None
        self._lines: deque[LogLine] = deque(maxlen=_MOST_LINES)
        self._offset: int | None = None
        self._own = False
        self._shown: int | None = None
        self._title = TextLabel(self._title_text)
        self._log = RichLog(
            max_lines=_MOST_LINES, wrap=True, markup=False, highlight=False, auto_scroll=False, min_width=1
        )

    def compose(self) -> ComposeResult:
        """Yield a line that names the log, and the log."""
        yield self._title
        yield self._log

    @property
    def main(self) -> Widget:
        """The use of the pane's keys."""
        return self._log

    @property
    def lines(self) -> "list[LogLine]":
        """The lines that are shown."""
        return self._wanted(self._lines)

    def show(self, scene: PaneState) -> None:
        """Show the log of the trial under the cursor, if the user chose that."""
        self._scene = scene
        wanted = scene.chosen if self._own else None
        if wanted != self._shown:
            self._shown = wanted
            self._fill()
        self._title.refresh_text()

    async def follow(self, scene: PaneState) -> None:
        """Read the new lines."""
        before = self._offset
        new, after = await in_thread(lambda: _read(scene.folder, before))
        self._offset, dropped = after, before is not None and after < before
        if dropped:  # the older half is dropped, and everything is read again
            self._lines.clear()
        self._lines.extend(new)
        if before is None or dropped:
            self._fill()
        elif new:
            at_end = self._log.is_vertical_scroll_end
            self._write(self._wanted(new))
            if at_end:
                self._log.scroll_end(animate=False)
        self._title.refresh_text()

    def turn(self) -> None:
        """Switch between the log of the trial under the cursor and the whole log."""
        self._own = not self._own
        if self._scene is not None:
            self.show(self._scene)

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        self._title.refresh_text()
        self._fill()

    def on_resize(self, event: Resize) -> None:
        """Wrap the lines again."""
        del event
        self._fill()

    def _wanted(self, lines: "Iterable[LogLine]") -> "list[LogLine]":
        wanted = None if self._shown is None else training_of(self._shown)
        return [line for line in lines if wanted is None or line.training == wanted]

    def _fill(self) -> None:
        self._log.clear()
        self._write(self.lines)
        self._log.scroll_end(animate=False)

    def _write(self, lines: "list[LogLine]") -> None:
        for line in lines:
            self._log.write(self._line(line))

    def _line(self, line: "LogLine") -> Text:
        palette = self.context.palette
        styles = {
            "failed": palette.bad,
            "details": palette.muted,
            "measured": palette.muted,
            "phase": f"bold {palette.text}",
            "finished": palette.good,
            "stopped": palette.warn,
        }
        text = line.text.replace("│", "|") if self.context.glyphs.ascii else line.text
        time = f"{line.time.astimezone():%H:%M:%S}  "
        return Text.assemble((time, palette.muted), (text, styles.get(line.kind, palette.text)))

    def _title_text(self) -> str:
        t = self.context.t
        if not self._lines:
            return t("There is no log yet: it begins when a worker takes the study.")
        if self._shown is not None:
            return t("The log of trial {number}; l shows all of it.", number=str(self._shown))
        return t("The study's log; l shows that of the trial under the cursor alone.")


def _read(folder: Path, offset: int | None) -> "tuple[list[LogLine], int]":
    from runner.study.log import LOG, read_log

    if offset is None:
        try:
            offset = max(0, (folder / LOG).stat().st_size - _FIRST_BYTES)
        except OSError:  # no log yet
            offset = 0
    return read_log(folder, offset=offset)
