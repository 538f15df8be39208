"""`Place`: what all screens share: header, notice and footer, looking at the store, and being told anew."""

import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen

from catalog.errors import ModelcatError
from runner.tui.beside import beside
from runner.tui.bindings import actions_of
from runner.tui.desk import Desk
from runner.tui.widgets.footer import Footer
from runner.tui.widgets.header import Header
from runner.tui.widgets.notice import Notice

if TYPE_CHECKING:
    from runner.tui.app import Browser

__all__ = ["Place", "retell"]

_REST = 3.0
"""How many times as long as a look takes the next one waits: keys are not to share the processor with looks alone."""
_LONGEST_REST = 3.0
"""Seconds; a look that waited for a locked database was long, but cost nothing."""
_PATIENCE = 2.0
"""Seconds after which a look at the store is said to keep one waiting."""


class Place(Screen[None]):
    """One place of the map. A subclass names itself and gives a body.

    It sets `PLACE` (its name in the binding table) and ``BINDINGS = textual_bindings(PLACE)``, and defines `body`,
    `crumbs`, and what it needs of `look`, `retell` and `can`.
    """

    PLACE: ClassVar[str]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.notice = Notice(desk)
        self._looking = False
        self._rested = 0.0

    @property
    def browser(self) -> "Browser":
        """The app, for going to other places: ``self.browser.go(screen)``."""
        return cast("Browser", self.app)

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Where this is, outermost first, in the person's language; anybody's text is made safe by the header."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """Yield what stands between header and footer."""
        raise NotImplementedError

    async def look(self) -> None:
        """Look at the store and show what has changed; called when the place is entered and once an interval.

        What it raises of `ModelcatError` is shown in the notice, and looking goes on.
        """

    def retell(self) -> None:
        """Tell again what no widget tells by itself (columns of tables, titles): the language has changed.

        Widgets that have a ``retell`` of their own are told by the app.
        """

    def can(self, action: str) -> bool | None:
        """Tell whether an action can be done now; the footer leaves out what cannot."""
        del action
        return True

    def compose(self) -> ComposeResult:
        """Put header, notice, body and footer together."""
        yield Header(self.desk)
        yield self.notice
        yield from self.body()
        yield Footer(self.desk, self.PLACE)

    def on_mount(self) -> None:
        """Look at once, and then once an interval."""
        self.told()
        self.set_interval(self.desk.interval, self._look_again)
        self.look_now()

    def on_screen_resume(self) -> None:
        """Look at once when one comes back."""
        self.told()
        self.look_now()

    def told(self) -> None:
        """Bring breadcrumb and footer up to date."""
        for header in self.query(Header):
            header.at(self.crumbs)
        for footer in self.query(Footer):
            footer.retell()

    def look_now(self) -> None:
        """Look at the store, unless a look is under way or another place is in front."""
        if self._in_front and not self._looking:
            self._looking = True
            beside(self, self._look)

    @property
    def _in_front(self) -> bool:
        """Whether only dialogs lie over this; to Textual's `is_current` the screen below the top is current as well."""
        places = (screen for screen in reversed(self.app.screen_stack) if not isinstance(screen, ModalScreen))
        return next(places, None) is self

    def _look_again(self) -> None:
        if time.monotonic() >= self._rested:
            self.look_now()

    async def _look(self) -> None:
        began = time.monotonic()
        waiting = asyncio.get_running_loop().call_later(_PATIENCE, self._say_waiting)
        try:
            await self.browser.count_studies(self)
            await self.look()
        except ModelcatError as error:
            self.notice.say(error.message)
        else:
            self.notice.say("")
        finally:
            waiting.cancel()
            ended = time.monotonic()
            self._rested = ended + min(_REST * (ended - began), _LONGEST_REST)
            self._looking = False

    def _say_waiting(self) -> None:
        if self.is_attached:
            self.notice.say(
                self.desk.t(
                    "The database does not answer yet: another process keeps it locked, or its disk or server is slow. "
                    "What is shown may be old."
                )
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep from what cannot be done now, and in read-only mode from whatever changes something."""
        del parameters
        for known in actions_of(self.PLACE):
            if known.method == action:
                return False if known.changes and self.desk.read_only else self.can(action)
        return True


def retell(screen: Screen[Any]) -> None:
    """Tell everything on a screen anew, in the language, theme and signs of the moment."""
    for widget in screen.walk_children():
        if (again := getattr(widget, "retell", None)) is not None:
            again()
    if (again := getattr(screen, "retell", None)) is not None:
        again()
    if isinstance(screen, Place):
        screen.told()
