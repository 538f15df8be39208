"""`BaseScreen`: what all screens share: header, notice, footer, polling of the store, and messages."""

import asyncio
import time
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.screen import ModalScreen, Screen

from catalog.errors import ModelcatError
from runner.presentation.text import safe
from runner.tui.background import run_in_background
from runner.tui.bindings import actions_of
from runner.tui.context import AppContext
from runner.tui.widgets.key_bar import KeyBar
from runner.tui.widgets.notice import Notice
from runner.tui.widgets.top_bar import TopBar

__all__ = ["BaseScreen", "refresh_text", "show_message"]

_REST = 3.0
"""The next poll waits at least this many times the duration of the last, so that polling leaves time for keys."""
_LONGEST_REST = 3.0
"""Most seconds until the next poll; a poll that waits for a locked database takes long but uses no processor time."""
_PATIENCE = 2.0
"""Seconds after which the notice says that a poll is still waiting for the database."""
_COUNTED = 3.0
"""Intervals after which the header's counts are read again: they need all studies, most screens only their own."""


class BaseScreen(Screen[None]):
    """A screen with header, notice and footer that polls the store.

    A subclass sets `SCREEN_NAME` (its name in the table of bindings) and ``BINDINGS = textual_bindings(SCREEN_NAME)``,
    defines `body` and `breadcrumbs`, and overrides `poll`, `refresh_text` and `can` where it needs them.
    """

    SCREEN_NAME: ClassVar[str]

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.notice = Notice(context)
        self._polling = False
        self._rested = 0.0

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """Path of names to this screen, outermost first, in the current language; the header makes them safe."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """Yield the widgets between header and footer."""
        raise NotImplementedError

    async def poll(self) -> None:
        """Read the store and show what has changed; called when the screen is shown and once an interval.

        A `ModelcatError` that it raises is shown in the notice, and polling continues.
        """

    def refresh_text(self) -> None:
        """Update what no widget updates by itself (columns of tables, titles) after a change of the language.

        Widgets with a ``refresh_text`` of their own are updated by the app.
        """

    def can(self, action: str) -> bool | None:
        """Return whether an action is possible now; the footer leaves out the others."""
        del action
        return True

    def show_message(self, message: str, *, error: bool = False) -> None:
        """Show a message that disappears after a few seconds."""
        show_message(self.app, message, error=error)

    def compose(self) -> ComposeResult:
        """Put header, notice, body and footer together."""
        yield TopBar(self.context)
        yield self.notice
        yield from self.body()
        yield KeyBar(self.context, self.SCREEN_NAME)

    def on_mount(self) -> None:
        """Poll now, and then once an interval."""
        self.update_header()
        self.set_interval(self.context.interval, self._poll_again)
        self.poll_now()

    def on_screen_resume(self) -> None:
        """Poll now: the screen is in front again."""
        self.update_header()
        self.poll_now()

    def update_header(self) -> None:
        """Update breadcrumbs and footer."""
        for header in self.query(TopBar):
            header.at(self.breadcrumbs)
        for footer in self.query(KeyBar):
            footer.refresh_text()

    def poll_now(self) -> None:
        """Start a poll, unless one is running or another screen is in front."""
        if self._in_front and not self._polling:
            self._polling = True
            run_in_background(self, self._poll)

    @property
    def _in_front(self) -> bool:
        """Whether only dialogs are above this screen; Textual's `is_current` is true of the second screen as well."""
        screens = (screen for screen in reversed(self.app.screen_stack) if not isinstance(screen, ModalScreen))
        return next(screens, None) is self

    def _poll_again(self) -> None:
        if time.monotonic() >= self._rested:
            self.poll_now()

    async def _poll(self) -> None:
        began = time.monotonic()
        waiting = asyncio.get_running_loop().call_later(_PATIENCE, self._show_waiting)
        try:
            await self._count_studies()
            await self.poll()
        except ModelcatError as error:
            self.notice.say(error.message)
        else:
            self.notice.say("")
        finally:
            waiting.cancel()
            ended = time.monotonic()
            self._rested = ended + min(_REST * (ended - began), _LONGEST_REST)
            self._polling = False

    async def _count_studies(self) -> None:
        """Update the counts of the header, and check whether a worker serves the queue."""
        now = self.context.clock()
        states = [record.effective_state(now) for record in await self.context.studies(intervals=_COUNTED)]
        self.context.attended = "queued" not in states or await self.context.source.attended()
        for header in self.query(TopBar):
            header.count(states.count("running"), states.count("queued"))

    def _show_waiting(self) -> None:
        if self.is_attached:
            self.notice.say(
                self.context.t(
                    "The database does not answer yet: another process keeps it locked, or its disk or server is slow. "
                    "What is shown may be old."
                )
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run: it is possible now, and changes nothing if the app is read-only."""
        del parameters
        for known in actions_of(self.SCREEN_NAME):
            if known.method == action:
                return False if known.changes and self.context.read_only else self.can(action)
        return True


def refresh_text(screen: Screen[Any]) -> None:
    """Update all text on a screen after a change of language, theme or glyphs."""
    for node in [*screen.walk_children(), screen]:
        if (update := getattr(node, "refresh_text", None)) is not None:
            update()
    if isinstance(screen, BaseScreen):
        screen.update_header()


def show_message(app: App[Any], message: str, *, error: bool = False) -> None:
    """Show a message that disappears after a few seconds; a longer one is cut, and its control characters escaped."""
    app.notify(safe(message, 600), severity="error" if error else "information", timeout=6, markup=False)
