"""The top line: where one is, as a breadcrumb, and how many studies run and wait."""

from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from runner.console.text import safe
from runner.tui.desk import Desk

__all__ = ["Header"]


class Header(Widget):
    """Breadcrumb to the left, counts of running and queued studies to the right."""

    DEFAULT_CSS = """
    Header { height: 1; dock: top; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._crumbs: tuple[str, ...] = ()
        self._counts: tuple[int, int] = (0, 0)

    def at(self, crumbs: tuple[str, ...]) -> None:
        """Say where one is, outermost first; anybody's text."""
        self._crumbs = crumbs
        self.refresh()

    def count(self, running: int, queued: int) -> None:
        """Say how many studies run and wait."""
        if (running, queued) != self._counts:
            self._counts = (running, queued)
            self.refresh()

    def retell(self) -> None:
        """Tell again in another language."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Go out by a click, as Escape does."""
        del event
        self.app.call_later(self.app.run_action, "out")

    def render(self) -> Content:
        """Return the line, cut in the middle of the breadcrumb where it is too long."""
        palette, glyphs = self._desk.palette, self._desk.glyphs
        right = self._right()
        room = max(10, self.content_size.width - right.cell_length - 2)
        parts: list[Content] = [Content.styled("modelcat", f"bold {palette.accent}")]
        for place, crumb in enumerate(self._crumbs):
            last = place == len(self._crumbs) - 1
            parts.append(Content.styled(f" {glyphs.crumb} " if place else "  ", palette.muted))
            parts.append(Content.styled(safe(crumb, 60), f"bold {palette.text}" if last else palette.muted))
        left = Content("").join(parts)
        if left.cell_length > room:
            left = left.truncate(room, ellipsis=True)
        gap = self.content_size.width - left.cell_length - right.cell_length
        return Content.assemble(left, " " * max(1, gap), right)

    def _right(self) -> Content:
        desk, palette = self._desk, self._desk.palette
        parts: list[Content] = []
        if desk.read_only:
            parts.append(Content.styled(desk.t("read-only"), palette.warn))
        for state, count in zip(("running", "queued"), self._counts, strict=True):
            if count:
                text = desk.t("{count:count} running" if state == "running" else "{count:count} queued", count=count)
                parts.append(Content.styled(f"{desk.glyphs.states[state]} {text}", palette.state(state)))
        return Content("  ").join(parts)
