"""Says that the terminal is too small to read anything, until it is large enough."""

from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import ModalScreen

from runner.tui.context import AppContext
from runner.tui.widgets.text_label import TextLabel

__all__ = ["TooSmallDialog"]


class TooSmallDialog(ModalScreen[None]):
    """Covers everything; the app takes it away once there is room. Ctrl+C leaves the app, as always.

    Args:
        context: For words.
        smallest: Columns and lines that are needed.
    """

    DEFAULT_CSS = """
    TooSmallDialog TextLabel { width: 100%; height: auto; text-align: center; }
    """

    def __init__(self, context: AppContext, smallest: tuple[int, int]) -> None:
        super().__init__()
        self.context = context
        self._smallest = smallest
        self._told = TextLabel(self._text)

    def compose(self) -> ComposeResult:
        """Show the sentence alone: there may be no room for a frame."""
        yield self._told

    def on_mount(self) -> None:
        """Hide what cannot be read: a rule here would lose to the app's own for all dialogs."""
        self.styles.background = self.context.palette.ground

    def on_resize(self, event: Resize) -> None:
        """Say the size of the moment."""
        del event
        self._told.refresh_text()

    def on_screen_resume(self) -> None:
        """Go, if there is room by now: it was made while another place was in front."""
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
