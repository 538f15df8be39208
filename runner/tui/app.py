"""`Browser`: the application. It goes from place to place; the places do the rest."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.events import Resize
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.widget import AwaitMount, Widget
from textual.worker import WorkerFailed

from catalog.errors import InputError
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui import pace
from runner.tui.ascii_filter import AsciiFilter
from runner.tui.bindings import EVERYWHERE, textual_bindings
from runner.tui.desk import Desk
from runner.tui.palette import DARK, LIGHT, THEMES, palette_of
from runner.tui.place import Place, retell
from runner.tui.preferences import keep_preferences
from runner.tui.widgets.header import Header

if TYPE_CHECKING:
    from runner.tui.answering import Answers

__all__ = ["SMALLEST", "Browser"]

SMALLEST = (60, 18)
"""Columns and lines below which the screens cannot be read, and say so."""

_COUNTED = 3.0
"""Intervals after which the header's counts are looked up again: they need all studies, a place only its own."""
_ROOTS = ("studies", "catalog", "submit", "predict")


class Browser(App[None]):
    """The terminal UI.

    Args:
        desk: What every screen works with.
        preferences_path: Where to keep theme and language; None: they are forgotten.
    """

    TITLE = "modelcat"
    CSS_PATH = "look.tcss"
    BINDINGS = textual_bindings(EVERYWHERE)
    ENABLE_COMMAND_PALETTE = False  # the palette is opened by an action of the binding table
    DEFAULT_MODE: ClassVar[str] = "studies"

    def __init__(self, desk: Desk, preferences_path: Path | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.defect: Exception | None = None
        """What ended the app though nothing should; whoever started it tells."""
        self._preferences_path = preferences_path
        self._studies: tuple[float, list[StudyRecord]] = (float("-inf"), [])
        self._answers: Answers | None = None
        self._looks: dict[str, tuple[str, str, bool]] = {self.DEFAULT_MODE: desk.looks}
        self._ascii = AsciiFilter()
        for theme in THEMES:
            self.register_theme(theme)
        for name in _ROOTS:
            self.add_mode(name, self._root(name))
        self._bindings.bind("ctrl+c", "copy_or_quit", priority=True)
        if desk.preferences.keymap:
            self.set_keymap(dict(desk.preferences.keymap))
        self._wear()
        if desk.preferences.ascii:
            self.add_class("-ascii")

    # Ending on a defect

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.defect = self.defect or (cause if isinstance(cause, Exception) else error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which prints what variables hold: strings of others, and passwords."""
        self._close_messages_no_wait()

    # Going from place to place

    def go(self, screen: Screen[Any]) -> None:
        """Go in: put a place over the present one."""
        self.push_screen(screen)

    def go_to_study(self, study: str) -> None:
        """Go to a study from anywhere."""
        from runner.tui.screens.study import StudyScreen

        self._go_home("studies")
        self.go(StudyScreen(self.desk, study))

    def go_to_spec(self, text: str, base: Path | None = None) -> None:
        """Go to the editor with this spec in it; `base` is the folder that its paths are relative to."""
        from runner.tui.screens.submit import SubmitScreen

        self._go_home("submit")
        if isinstance(self.screen, SubmitScreen):
            self.screen.edit(text, base)

    def action_place(self, name: str) -> None:
        """Go to one of the four places; once more, to its first screen."""
        if self.current_mode == name:
            self._go_home(name)
        else:
            self.switch_mode(name)

    def action_out(self) -> None:
        """Go out: to the place that this one lies in, at last to the studies."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.current_mode != self.DEFAULT_MODE:
            self.switch_mode(self.DEFAULT_MODE)

    def _go_home(self, mode: str) -> None:
        if self.current_mode != mode:
            self.switch_mode(mode)
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def _root(self, name: str) -> Callable[[], Screen[Any]]:
        def make() -> Screen[Any]:
            match name:
                case "catalog":
                    from runner.tui.screens.catalog import CatalogScreen

                    return CatalogScreen(self.desk)
                case "submit":
                    from runner.tui.screens.submit import SubmitScreen

                    return SubmitScreen(self.desk)
                case "predict":
                    from runner.tui.screens.predict import PredictScreen

                    return PredictScreen(self.desk)
                case _:
                    from runner.tui.screens.studies import StudiesScreen

                    return StudiesScreen(self.desk)

        return make

    # What all places know

    async def studies(self, *, intervals: float = 0.5) -> list[StudyRecord]:
        """Return all studies, oldest first, as of at most so many intervals ago.

        Raises:
            ModelcatError: The database cannot be used.
        """
        read, known = self._studies
        if time.monotonic() - read > self.desk.interval * intervals:
            known = await self.desk.source.read(lambda store: store.studies(), [])
            self._studies = (time.monotonic(), known)
        return known

    @property
    def answers(self) -> "Answers":
        """The models of studies, answering; one worker process for all places, started by the first question."""
        if self._answers is None:
            from runner.tui.answering import Answers

            self._answers = Answers(self.desk.source)
        return self._answers

    def on_mount(self) -> None:
        """Let keys come before reading."""
        pace.begin()

    def on_unmount(self) -> None:
        """Leave no process behind, and Python as it was."""
        pace.end()
        if self._answers is not None:
            self._answers.close()

    def forget_studies(self) -> None:
        """Look at the store anew next time: something has just been changed."""
        self._studies = (float("-inf"), self._studies[1])

    async def count_studies(self, place: Place) -> None:
        """Bring the header's counts up to date, and see whether somebody works on what waits."""
        now = self.desk.clock()
        states = [record.effective_state(now) for record in await self.studies(intervals=_COUNTED)]
        self.desk.attended = "queued" not in states or await self.desk.source.attended()
        for header in place.query(Header):
            header.count(states.count("running"), states.count("queued"))

    def tell(self, message: str, *, bad: bool = False) -> None:
        """Show a passing message: something was done, or cannot be."""
        self.notify(safe(message, 600), severity="error" if bad else "information", timeout=6, markup=False)

    # Language, theme, signs

    def prefer(self, **changes: Any) -> None:
        """Change preferences, keep them in their file, and show the difference."""
        self.desk.preferences = replace(self.desk.preferences, **changes)
        self._wear()
        self.set_class(self.desk.preferences.ascii, "-ascii")
        self._catch_up()
        if self._preferences_path is not None and not self.desk.read_only:
            try:
                keep_preferences(self._preferences_path, changes)
            except (InputError, OSError) as error:
                reason = error.message if isinstance(error, InputError) else str(error.strerror)
                path = str(self._preferences_path)
                self.tell(
                    self.desk.t("The settings cannot be kept in {path}: {reason}", path=path, reason=reason), bad=True
                )

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to another of the four places; what was changed meanwhile is told anew there, dialogs too."""
        switched = super().switch_mode(mode)
        self._looks.setdefault(mode, self.desk.looks)
        if self._looks[mode] != self.desk.looks:
            self._catch_up()
        return switched

    def _catch_up(self) -> None:
        """Tell all that lies in this place in the language, theme and signs of the moment."""
        self._looks[self.current_mode] = self.desk.looks
        for screen in self.screen_stack:
            retell(screen)

    def _wear(self) -> None:
        """Put the chosen theme on; the dark one where there is none of that name."""
        chosen = self.desk.preferences.theme
        self.theme = chosen if chosen in self.available_themes else DARK.name
        self.desk.palette = palette_of(self.current_theme, self.theme_variables)

    def action_toggle_dark(self) -> None:
        """Change between the dark and the light theme."""
        self.prefer(theme=LIGHT.name if self.current_theme.dark else DARK.name)

    def action_next_language(self) -> None:
        """Change to the next language."""
        from runner.presentation.language import LANGUAGES

        codes = list(LANGUAGES)
        self.prefer(language=codes[(codes.index(self.desk.preferences.language) + 1) % len(codes)])

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every drawn line goes through; with ``ascii`` preferred nothing else reaches the terminal."""
        filters = super().get_line_filters()
        return [*filters, self._ascii] if self.desk.preferences.ascii else filters

    def themes(self) -> Iterable[Theme]:
        """Return the themes that can be chosen, ours first; those in the terminal's own colours are left out.

        With NO_COLOR set, Textual paints those black on black.
        """
        return [*THEMES, *(theme for theme in self.available_themes.values() if not theme.ansi and theme not in THEMES)]

    # Everywhere

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the app's keys away while a dialog is open, all but those that change how things look, or leave."""
        del parameters
        if isinstance(self.screen, ModalScreen):
            return action in {"toggle_dark", "next_language", "copy_or_quit", "quit", "export_screen"}
        return not (action == "out" and len(self.screen_stack) == 1 and self.current_mode == self.DEFAULT_MODE)

    def action_commands(self) -> None:
        """Open the command palette."""
        from runner.tui.commands import open_palette

        open_palette(self)

    def action_help(self) -> None:
        """Show what every key does here."""
        from runner.tui.dialogs.help import HelpDialog

        place = self.screen.PLACE if isinstance(self.screen, Place) else EVERYWHERE
        self.go(HelpDialog(self.desk, self.screen, place))

    def action_about(self) -> None:
        """Show versions, files and settings."""
        from runner.tui.dialogs.about import AboutDialog

        self.go(AboutDialog(self.desk, self._preferences_path))

    def action_jump(self) -> None:
        """Label what can be focused, and focus what is chosen."""
        from runner.tui.dialogs.jump import JumpDialog, targets_of

        def focus(chosen: Widget | None) -> None:
            if chosen is not None:
                self.set_focus(chosen)

        if targets := targets_of(self.screen):
            self.push_screen(JumpDialog(self.desk, targets), focus)

    def action_export_screen(self) -> None:
        """Save the screen as SVG: beside where one is, or as a download in a web browser."""
        name = f"modelcat-{self.desk.clock():%Y-%m-%d-%H%M%S}.svg"
        if self.is_web:
            self.deliver_screenshot(name)
            return
        path = Path.cwd() / name
        try:
            path.write_text(self.export_screenshot(title="modelcat"), encoding="utf-8")
        except OSError as error:
            text = self.desk.t("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
            self.tell(text, bad=True)
        else:
            self.tell(self.desk.t("Saved {path}", path=str(path)))

    def action_copy_or_quit(self) -> None:
        """Copy what is selected; leave where nothing is."""
        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        else:
            self.exit()

    def on_resize(self, event: Resize) -> None:
        """Say so where the terminal is too small to read anything."""
        from runner.tui.dialogs.small import SmallDialog

        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        shown = isinstance(self.screen, SmallDialog)
        if small and not shown:
            self.push_screen(SmallDialog(self.desk, SMALLEST))
        elif shown and not small:
            self.pop_screen()
