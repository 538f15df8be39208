"""Says that the terminal is too small, until it is large enough."""

from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import ModalScreen

from runner.tui.context import AppContext
from runner.tui.widgets.text_label import TextLabel

__all__ = ["TooSmallDialog"]


class TooSmallDialog(ModalScreen[None]):
    """Covers the screen; the app removes it once there is room. Ctrl+C quits the app, as always.

    Args:
        context: The context of the app.
        smallest: Required columns and lines.
    """

    DEFAULT_CSS = """
    TooSmallDialog TextLabel { width: 100%; height: auto; text-align: center; }
    """

    def __init__(self, context: AppContext, smallest: tuple[int, int]) -> None:
        super().__init__()
        self.context = context
        self._smallest = smallest
        self._label = TextLabel(self._text)

    def compose(self) -> ComposeResult:
        """Show the sentence alone: there may be no room for a frame."""
        yield self._label

    def on_mount(self) -> None:
        """Hide the screen below: a CSS rule here would lose to the app's own for all dialogs."""
        self.styles.background = self.context.palette.ground

    def on_resize(self, event: Resize) -> None:
        """Show the current size."""
        del event
        self._label.refresh_text()

    def on_screen_resume(self) -> None:
        """Close if there is room now: the terminal may have grown while another screen was in front."""
        size = self.app.size
        if size.width >= self._smallest[0] and size.height >= self._smallest[1]:
            self.call_later(self._go)

    def _go(self) -> None:
        if self.is_current:
            self.dismiss()

    def _text(self) -> str:
        width, height = self._smallest
        return self.context.t(
            "The terminal has {columns:count} x {lines:count} characters; modelcat needs {width:count} x "
            "{height:count}. Make it larger. Ctrl+C leaves.",
            width=width,
            height=height,
            columns=self.app.size.width,
            lines=self.app.size.height,
        )
