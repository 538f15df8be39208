"""The top line: the breadcrumb, the other main screens, and how many studies run and wait."""

from textual.content import Content
from textual.events import Click
from textual.widget import Widget
from textual.widgets import Input, TextArea

from runner.presentation.text import safe
from runner.tui.bindings import ACTIONS, Action, key_label, keys_of
from runner.tui.context import AppContext

__all__ = ["TopBar"]

_MAIN_SCREENS = tuple(action for action in ACTIONS if action.call.startswith("go_to("))


class TopBar(Widget):
    """Breadcrumb to the left, then the other screens with their keys if there is room, counts of studies right."""

    DEFAULT_CSS = """
    TopBar { height: 1; dock: top; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self._breadcrumbs: tuple[str, ...] = ()
        self._counts: tuple[int, int] = (0, 0)
        self._spans: list[tuple[int, int, Action]] = []

    def on_mount(self) -> None:
        """Watch whether text is being typed: digits are then no keys."""
        self.watch(self.screen, "focused", self._refocus, init=False)

    def _refocus(self) -> None:
        self.refresh()

    def at(self, breadcrumbs: tuple[str, ...]) -> None:
        """Set the breadcrumb, outermost first; untrusted text."""
        self._breadcrumbs = breadcrumbs
        self.refresh()

    def count(self, running: int, queued: int) -> None:
        """Set how many studies run and wait."""
        if (running, queued) != self._counts:
            self._counts = (running, queued)
            self.refresh()

    def refresh_text(self) -> None:
        """Update after a change of the language."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Go to the screen that was clicked; on a click elsewhere go out, as Escape does."""
        offset = event.get_content_offset(self)
        for low, high, action in self._spans:
            if offset is not None and low <= offset.x < high:
                self.app.call_later(self.app.run_action, action.method)
                return
        self.app.call_later(self.app.run_action, "out")

    def render(self) -> Content:
        """Return the line, cut in the middle of the breadcrumb if it is too long."""
        palette, glyphs = self.context.palette, self.context.glyphs
        right = self._right()
        room = max(10, self.content_size.width - right.cell_length - 2)
        parts: list[Content] = [Content.styled("modelcat", f"bold {palette.accent}")]
        for place, name in enumerate(self._breadcrumbs):
            last = place == len(self._breadcrumbs) - 1
            parts.append(Content.styled(f" {glyphs.crumb} " if place else "  ", palette.muted))
            parts.append(Content.styled(safe(name, 60), f"bold {palette.text}" if last else palette.muted))
        left = Content("").join(parts)
        if left.cell_length > room:
            left = left.truncate(room, ellipsis=True)
        others = self._others(left.cell_length, room)
        gap = self.content_size.width - left.cell_length - others.cell_length - right.cell_length
        return Content.assemble(left, others, " " * max(1, gap), right)

    def _others(self, start: int, room: int) -> Content:
        """Return the other screens with their keys; empty if there is no room, or if their keys would be typed."""
        self._spans = []
        if isinstance(self.screen.focused, Input | TextArea):
            return Content("")
        preferences, palette = self.context.preferences, self.context.palette
        accent, muted = palette.accent, palette.muted
        places = [
            (action, Content.assemble((key_label(keys[0]), accent), (f" {self.context.t(action.label)}", muted)))
            for action in _MAIN_SCREENS
            if (keys := keys_of(action, preferences.keymap)) and action.method != f"go_to('{self.app.current_mode}')"
        ]
        for gap in (2, 1):
            at, spans = start + 3, []
            for action, text in places:
                spans.append((at, at + text.cell_length, action))
                at += text.cell_length + gap
            if places and at - gap <= room:
                self._spans = spans
                return Content("   ") + Content(" " * gap).join(text for _, text in places)
        return Content("")

    def _right(self) -> Content:
        context, palette = self.context, self.context.palette
        parts: list[Content] = []
        if context.read_only:
            parts.append(Content.styled(context.t("read-only"), palette.warn))
        for state, count in zip(("running", "queued"), self._counts, strict=True):
            if count:
                text = context.t(
                    "{count:count} running" if state == "running" else "{count:count} waiting", count=count
                )
                parts.append(Content.styled(f"{context.glyphs.states[state]} {text}", palette.state(state)))
        return Content("  ").join(parts)
