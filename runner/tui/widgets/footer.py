"""The bottom line: what the keys do here, from the one binding table."""

from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from runner.tui.bindings import EVERYWHERE, Action, actions_of, key_label, keys_of
from runner.tui.desk import Desk

__all__ = ["Footer", "available"]


def available(screen: Screen[object], place: str) -> list[Action]:
    """Return the actions of a place that can be done now, its own first."""
    actions = [*actions_of(place), *actions_of(EVERYWHERE)] if place != EVERYWHERE else [*actions_of(EVERYWHERE)]
    found = []
    for action in actions:
        name = action.method.partition("(")[0]
        node = screen.app if action.place == EVERYWHERE else screen
        if node.check_action(name, ()):
            found.append(action)
    return found


class Footer(Widget):
    """Keys with their labels, as many as fit; a click does what the key does."""

    DEFAULT_CSS = """
    Footer { height: 1; dock: bottom; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self, desk: Desk, place: str) -> None:
        super().__init__()
        self._desk = desk
        self._place = place
        self._spans: list[tuple[int, int, Action]] = []

    def retell(self) -> None:
        """Tell again: language, keymap or what can be done has changed."""
        self.refresh()

    def render(self) -> Content:
        """Return the line; actions of the app come last and always fit."""
        shown = [action for action in available(self.screen, self._place) if action.footer]
        own = [action for action in shown if action.place != EVERYWHERE]
        common = [action for action in shown if action.place == EVERYWHERE]
        cells = {action.id: self._cell(action) for action in shown}
        room = self.content_size.width - sum(len(text) + 2 for text in map(self._text, common))
        parts, self._spans, at = [], [], 0
        for action in (*own, *common):
            width = len(self._text(action)) + 2
            if action in own and at + width > room:
                continue
            self._spans.append((at, at + width, action))
            parts.append(cells[action.id])
            at += width
        return Content("  ").join(parts)

    def on_click(self, event: Click) -> None:
        """Do what was clicked at."""
        for low, high, action in self._spans:
            if low <= event.x - 1 < high:
                node = self.app if action.place == EVERYWHERE else self.screen
                self.app.call_later(self.app.run_action, action.method, node)

    def _key(self, action: Action) -> str:
        return key_label(keys_of(action, self._desk.preferences.keymap)[0])

    def _text(self, action: Action) -> str:
        return f"{self._key(action)} {self._desk.t(action.label)}"

    def _cell(self, action: Action) -> Content:
        palette, label = self._desk.palette, self._desk.t(action.label)
        return Content.assemble((self._key(action), f"bold {palette.accent}"), (f" {label}", palette.muted))
