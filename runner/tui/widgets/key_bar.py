"""The bottom line: the keys of the screen from the binding table; while the user types, only those that still work."""

from typing import Any

from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from runner.tui.bindings import EVERY_SCREEN, Action, actions_of, key_label, keys_of
from runner.tui.context import AppContext

__all__ = ["KeyBar", "available"]


def available(screen: Screen[Any], name: str) -> list[Action]:
    """Return the possible actions of a screen, its own first; `name` is its name in the table."""
    actions = [*actions_of(name), *actions_of(EVERY_SCREEN)] if name != EVERY_SCREEN else [*actions_of(EVERY_SCREEN)]
    found = []
    for action in actions:
        method = action.method.partition("(")[0]
        node = screen.app if action.screen == EVERY_SCREEN else screen
        if node.check_action(method, ()):
            found.append(action)
    return found


class KeyBar(Widget):
    """Keys with their labels, as many as fit; a click has the same effect as the key."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self, context: AppContext, name: str) -> None:
        super().__init__()
        self.context = context
        self._screen_name = name
        self._spans: list[tuple[int, int, Action]] = []

    def on_mount(self) -> None:
        """Watch whether text is being typed: letters are then no keys."""
        self.watch(self.screen, "focused", self._refocus, init=False)

    def _refocus(self) -> None:
        self.refresh()

    def refresh_text(self) -> None:
        """Update after a change of language, keymap or possible actions."""
        self.refresh()

    def render(self) -> Content:
        """Return the line; actions of the app come last and always fit."""
        hints = self._hints()
        shown = [
            action
            for action in available(self.screen, self._screen_name)
            if (action.footer or (self._typing and action.id == "app.out" and not hints)) and self._key(action)
        ]
        own = [action for action in shown if action.screen != EVERY_SCREEN]
        common = [action for action in shown if action.screen == EVERY_SCREEN]
        cells = {action.id: self._cell(action) for action in shown}
        room = self.content_size.width - sum(len(text) + 2 for text in map(self._text, common))
        parts, self._spans, at = [], [], 0
        for key, label in hints:
            parts.append(self._label_of(key, label))
            at += parts[-1].cell_length + 2
        for action in (*own, *common):
            width = len(self._text(action)) + 2
            if action in own and at + width > room:
                continue
            self._spans.append((at, at + width, action))
            parts.append(cells[action.id])
            at += width
        return Content("  ").join(parts)

    def on_click(self, event: Click) -> None:
        """Run the action that was clicked."""
        for low, high, action in self._spans:
            if low <= event.x - 1 < high:
                node = self.app if action.screen == EVERY_SCREEN else self.screen
                self.app.call_later(self.app.run_action, action.method, node)

    @property
    def _typing(self) -> bool:
        return isinstance(self.screen.focused, Input | TextArea)

    def _hints(self) -> list[tuple[str, str]]:
        """Return the own keys of the input that is being typed into, if it describes them."""
        focused = self.screen.focused
        line = next((node for node in focused.ancestors if hasattr(node, "hints")), None) if focused else None
        return list(line.hints) if line is not None else []

    def _key(self, action: Action) -> str:
        """Return the key to show; empty if none of them works now."""
        keys = keys_of(action, self.context.preferences.keymap)
        if self._typing:
            keys = tuple(key for key in keys if key == "escape" or key.startswith("ctrl+") or _is_function_key(key))
        return key_label(keys[0]) if keys else ""

    def _text(self, action: Action) -> str:
        return f"{self._key(action)} {self.context.t(action.label)}"

    def _cell(self, action: Action) -> Content:
        return self._label_of(self._key(action), self.context.t(action.label))

    def _label_of(self, key: str, label: str) -> Content:
        palette = self.context.palette
        return Content.assemble((key, f"bold {palette.accent}"), (f" {label}", palette.muted))


def _is_function_key(key: str) -> bool:
    return key[:1] == "f" and key[1:].isdigit()
