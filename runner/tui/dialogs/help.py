"""Shows what every key does on the current screen and on all screens."""

from collections.abc import Iterator, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen, Screen

from runner.presentation.labels import msgid
from runner.tui.bindings import EVERY_SCREEN, Action, key_label, keys_of
from runner.tui.context import AppContext
from runner.tui.dialogs.frame import frame
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import fit, width_of
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.key_bar import available

__all__ = ["HelpDialog", "help_page"]

_KEYS = 14
"""Cells for the keys before each sentence."""
_BETWEEN = 4
"""Cells between two columns."""
_WIDE = 92
"""Least cells for two columns side by side with sentences of reasonable length."""
_WIDTH = 124
"""Cells of the dialog if there is room."""
_CHROME = 8
"""Lines of the dialog for title, keys and frame."""


class HelpDialog(ModalScreen[None]):
    """Lists the keys of the binding table; Escape closes.

    Args:
        context: The context of the app.
        screen: The screen below; actions that are not possible there now are left out.
        place: Name of the screen in the binding table.
    """

    BINDINGS = [("escape,question_mark,f1", "leave", "")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    HelpDialog VerticalScroll { height: auto; scrollbar-size-vertical: 1; scrollbar-color: $border;
        scrollbar-background: $surface; }
    HelpDialog.-signs-ascii VerticalScroll { scrollbar-size-vertical: 0; }
    """

    def __init__(self, context: AppContext, screen: Screen[object], place: str) -> None:
        super().__init__()
        self.context = context
        # Checked now: once this dialog is open, the app's own keys are disabled.
        actions = available(screen, place)
        self._here = tuple(action for action in actions if action.screen != EVERY_SCREEN)
        self._everywhere = tuple(action for action in actions if action.screen == EVERY_SCREEN)
        self._page = Drawing(context)
        self._scroll = VerticalScroll(self._page)

    def compose(self) -> ComposeResult:
        """Show the page."""
        keys = msgid("Arrows scroll   Esc close")
        yield frame(self.context, lambda: self.context.t("Keys"), self._scroll, keys=keys)

    def on_mount(self) -> None:
        """Draw the page and focus the scroll area."""
        self._page.show(lambda canvas: help_page(self._here, self._everywhere, self.context.preferences.keymap, canvas))
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self.query_one(".dialog").styles.width = _WIDTH  # a rule here would lose to the app's own for all dialogs
        self._scroll.focus()

    def on_resize(self, event: Resize) -> None:
        """Leave room for title and keys."""
        self._scroll.styles.max_height = max(3, event.size.height * 9 // 10 - _CHROME)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)


def help_page(
    here: Sequence[Action], everywhere: Sequence[Action], keymap: Mapping[str, str], canvas: Canvas
) -> Content:
    """Return the keys of a screen and those of all screens: side by side if there is room.

    Args:
        here: Actions of the screen.
        everywhere: Actions of the app.
        keymap: Keys by an action's id, if the user chose others.
        canvas: The canvas to draw for.
    """
    wide = canvas.width >= _WIDE and bool(here)
    width = (canvas.width - _BETWEEN) // 2 if wide else canvas.width
    left = list(_section(canvas.t("Here"), here, keymap, canvas, width)) if here else []
    right = list(_section(canvas.t("Everywhere"), everywhere, keymap, canvas, width))
    right += [Content(""), *_wrapped(canvas.t(_MOVING), width, canvas)]
    if not wide:
        return Content("\n").join([*left, *([Content("")] if left else []), *right])
    height = max(len(left), len(right))
    left += [Content("")] * (height - len(left))
    right += [Content("")] * (height - len(right))
    gap = " " * _BETWEEN
    lines = [
        Content.assemble(first, " " * (width - first.cell_length), gap, second)
        for first, second in zip(left, right, strict=True)
    ]
    return Content("\n").join(lines)


_MOVING = msgid(
    "Tab goes to the next part. Arrows, Page Up, Page Down, Home and End move; a second click opens. "
    "The settings file can give every action other keys."
)


def _section(
    title: str, actions: Sequence[Action], keymap: Mapping[str, str], canvas: Canvas, width: int
) -> Iterator[Content]:
    palette = canvas.palette
    yield Content.styled(title, f"bold {palette.text}")
    for action in actions:
        keys = ", ".join(key_label(key) for key in keys_of(action, keymap))
        shown = fit(
            Content.styled(keys, f"bold {palette.accent}"), max(_KEYS, min(width, width_of(keys))), canvas.glyphs
        )
        said = [line.rstrip() for line in Content(canvas.t(action.help)).wrap(max(10, width - _KEYS))]
        if shown.cell_length == _KEYS:
            yield shown + said.pop(0)
        else:
            yield shown  # keys of a user's own keymap may be long
        for line in said:
            yield Content(" " * _KEYS) + line


def _wrapped(text: str, width: int, canvas: Canvas) -> list[Content]:
    return list(Content.styled(text, canvas.palette.muted).wrap(width))
