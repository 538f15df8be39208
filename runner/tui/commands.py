"""The command palette: everything that the keys do here, every study, every theme, every language."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from runner.presentation.text import safe
from runner.tui.bindings import EVERYWHERE, key_label, keys_of
from runner.tui.place import Place
from runner.tui.widgets.footer import available

if TYPE_CHECKING:
    from runner.tui.app import Browser

__all__ = ["open_palette"]


def open_palette(app: "Browser") -> None:
    """Open the palette over the present place."""
    placeholder = app.desk.t("Search commands and studies")
    app.push_screen(CommandPalette([Commands], placeholder=placeholder, id="--command-palette"))


class Commands(Provider):
    """Offers actions, studies, themes and languages."""

    _studies: tuple[str, ...] = ()

    @property
    def _app(self) -> "Browser":
        return cast("Browser", self.app)

    async def startup(self) -> None:
        """Find out which studies there are, in the background."""
        from catalog.errors import ModelcatError

        try:
            self._studies = tuple(record.study for record in await self._app.studies())
        except ModelcatError:  # the notice behind the palette says so already
            self._studies = ()

    async def discover(self) -> Hits:
        """Yield everything, before anything is typed."""
        for name, help_text, run in self._everything():
            yield DiscoveryHit(name, run, help=help_text)

    async def search(self, query: str) -> Hits:
        """Yield what matches."""
        matcher = self.matcher(query)
        for name, help_text, run in self._everything():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=help_text)

    def _everything(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        app, screen, t = self._app, self.screen, self._app.desk.t
        place = screen.PLACE if isinstance(screen, Place) else EVERYWHERE
        for action in available(screen, place):
            if action.id == "app.commands":
                continue
            node = app if action.place == EVERYWHERE else screen
            keys = ", ".join(key_label(key) for key in keys_of(action, app.desk.preferences.keymap))

            def run(method: str = action.method, node: Any = node) -> None:
                app.call_later(app.run_action, method, node)

            yield f"{t(action.label)} ({keys})", t(action.help), run
        for study in self._studies:
            name = t("Study {name}", name=safe(study, 60))
            yield name, t("Open the study."), partial(app.go_to_study, study)
        for theme in app.themes():
            yield (
                t("Theme {name}", name=theme.name),
                t("Change the colours."),
                partial(app.prefer, theme=theme.name),
            )
        from runner.presentation.language import LANGUAGES

        for code, name in LANGUAGES.items():
            text = t("Language {name}", name=name)
            yield text, t("Change the language."), partial(app.prefer, language=code)
