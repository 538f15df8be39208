"""The command palette: every action of the current screen, every study, theme and language."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from catalog.errors import ModelcatError
from runner.presentation.language import LANGUAGES
from runner.presentation.text import safe
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import EVERY_SCREEN, key_label, keys_of
from runner.tui.navigation import OpenStudy
from runner.tui.widgets.key_bar import available

__all__ = ["open_palette"]


def open_palette(app: App[Any], themes: Sequence[str]) -> None:
    """Open the palette over the current screen.

    Args:
        app: The app; the current screen is a `BaseScreen`, otherwise nothing happens.
        themes: Names of the themes to offer.
    """
    if isinstance(app.screen, BaseScreen):
        placeholder = app.screen.context.t("Search commands and studies")
        providers = [type("Commands", (_Commands,), {"themes": tuple(themes)})]
        app.push_screen(CommandPalette(providers, placeholder=placeholder, id="--command-palette"))


class _Commands(Provider):
    """Offers actions, studies, themes and languages."""

    themes: Sequence[str] = ()
    _studies: tuple[str, ...] = ()

    async def startup(self) -> None:
        """Read the names of the studies, in the background."""
        assert isinstance(self.screen, BaseScreen)
        try:
            self._studies = tuple(record.study for record in await self.screen.context.studies())
        except ModelcatError:  # the notice behind the palette reports it already
            self._studies = ()

    async def discover(self) -> Hits:
        """Yield all commands; shown before the user types anything."""
        for name, help_text, run in self._commands():
            yield DiscoveryHit(name, run, help=help_text)

    async def search(self, query: str) -> Hits:
        """Yield the commands that match."""
        matcher = self.matcher(query)
        for name, help_text, run in self._commands():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=help_text)

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        screen = self.screen
        assert isinstance(screen, BaseScreen)
        t, keymap = screen.context.t, screen.context.preferences.keymap
        for action in available(screen, screen.SCREEN_NAME):
            if action.id != "app.commands":
                keys = ", ".join(key_label(key) for key in keys_of(action, keymap))
                node = self.app if action.screen == EVERY_SCREEN else screen
                yield f"{t(action.label)} ({keys})", t(action.help), self._run(action.method, node)
        for study in self._studies:
            name = t("Study {name}", name=safe(study, 60))
            yield name, t("Open the study."), partial(screen.post_message, OpenStudy(study))
        for theme in self.themes:
            yield t("Theme {name}", name=theme), t("Change the colours."), self._run(f"set_theme({theme!r})")
        for code, name in LANGUAGES.items():
            yield t("Language {name}", name=name), t("Change the language."), self._run(f"set_language({code!r})")

    def _run(self, action: str, node: Any = None) -> Callable[[], Any]:
        """Return a callback that runs an action of a node, by default of the app, once the palette is closed."""
        return partial(self.app.call_later, self.app.run_action, action, node or self.app)
