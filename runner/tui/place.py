"""`Place`: what all screens share: header, notice and footer, looking at the store, and being told anew."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen

from catalog.errors import ModelcatError
from runner.tui.bindings import actions_of
from runner.tui.desk import Desk
from runner.tui.widgets.footer import Footer
from runner.tui.widgets.header import Header
from runner.tui.widgets.notice import Notice

if TYPE_CHECKING:
    from runner.tui.app import Browser

__all__ = ["Place"]


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
        self.set_interval(self.desk.interval, self.look_now)
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
        if self.is_current and not self._looking:
            self._looking = True
            self.run_worker(self._look(), exit_on_error=True)

    async def _look(self) -> None:
        try:
            await self.browser.count_studies(self)
            await self.look()
        except ModelcatError as error:
            self.notice.say(error.message)
        else:
            self.notice.say("")
        finally:
            self._looking = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep from what cannot be done now, and in read-only mode from whatever changes something."""
        del parameters
        for known in actions_of(self.PLACE):
            if known.method == action:
                return False if known.changes and self.desk.read_only else self.can(action)
        return True
