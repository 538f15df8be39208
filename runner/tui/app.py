"""`Browser`: the application: it navigates between screens and applies preferences."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App
from textual.events import Resize
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.widget import AwaitMount, Widget
from textual.worker import WorkerFailed

from catalog.errors import InputError
from runner.tui import gc_tuning
from runner.tui.ascii_filter import AsciiFilter
from runner.tui.base_screen import BaseScreen, refresh_text, show_message
from runner.tui.bindings import EVERY_SCREEN, textual_bindings
from runner.tui.context import AppContext
from runner.tui.navigation import OpenSpec, OpenStudy
from runner.tui.palette import DARK, LIGHT, THEMES, palette_of
from runner.tui.preferences import keep_preferences

__all__ = ["SMALLEST", "Browser"]

SMALLEST = (60, 18)
"""Columns and lines below which the screens are unreadable; the app then says so."""

_ROOTS = ("studies", "catalog", "submit", "predict")


class Browser(App[None]):
    """The terminal UI.

    Args:
        context: The context that all screens share.
        preferences_path: File for theme and language; None: they are not kept.
    """

    TITLE = "modelcat"
    CSS_PATH = "style.tcss"
    BINDINGS = textual_bindings(EVERY_SCREEN)
    ENABLE_COMMAND_PALETTE = False  # the palette is opened by an action of the binding table
    DEFAULT_MODE: ClassVar[str] = "studies"

    def __init__(self, context: AppContext, preferences_path: Path | None = None) -> None:
        super().__init__()
        self.context = context
        self.defect: Exception | None = None
        """The error that ended the app, for the caller to report; None if the app ended normally."""
        self._preferences_path = preferences_path
        self._appearances: dict[str, tuple[str, str, bool]] = {self.DEFAULT_MODE: context.appearance}
        self._ascii = AsciiFilter()
        for theme in THEMES:
            self.register_theme(theme)
        for name in _ROOTS:
            self.add_mode(name, self._root(name))
        self._bindings.bind("ctrl+c", "copy_or_quit", priority=True)
        if context.preferences.keymap:
            self.set_keymap(dict(context.preferences.keymap))
        self._apply_theme()
        if context.preferences.ascii:
            self.add_class("-ascii")

    # Ending on a defect

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.defect = self.defect or (cause if isinstance(cause, Exception) else error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which prints the values of variables: foreign strings and passwords."""
        self._close_messages_no_wait()

    # Navigation

    def on_open_study(self, message: OpenStudy) -> None:
        """Show a study, from any screen."""
        from runner.tui.screens.study import StudyScreen

        self._go_home("studies")
        self.push_screen(StudyScreen(self.context, message.study))

    def on_open_spec(self, message: OpenSpec) -> None:
        """Show the editor with a spec in it."""
        from runner.tui.screens.submit import SubmitScreen

        self._go_home("submit")
        if isinstance(self.screen, SubmitScreen):
            self.screen.edit(message.text, message.base)

    def action_go_to(self, name: str) -> None:
        """Show one of the four main screens; if it is shown already, close what was opened from it."""
        if self.current_mode == name:
            self._go_home(name)
        else:
            self.switch_mode(name)

    def action_out(self) -> None:
        """Go one level up: to the screen that this one was opened from, in the end to the studies."""
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

                    return CatalogScreen(self.context)
                case "submit":
                    from runner.tui.screens.submit import SubmitScreen

                    return SubmitScreen(self.context)
                case "predict":
                    from runner.tui.screens.predict import PredictScreen

                    return PredictScreen(self.context)
                case _:
                    from runner.tui.screens.studies import StudiesScreen

                    return StudiesScreen(self.context)

        return make

    def on_mount(self) -> None:
        """Handle keys before reading."""
        gc_tuning.begin()

    def on_unmount(self) -> None:
        """Leave no process behind, and restore Python's settings."""
        gc_tuning.end()
        self.context.close()

    # Language, theme, glyphs

    def prefer(self, **changes: Any) -> None:
        """Change preferences, write them to their file, and show the difference."""
        self.context.preferences = replace(self.context.preferences, **changes)
        self._apply_theme()
        self.set_class(self.context.preferences.ascii, "-ascii")
        self._refresh_screens()
        if self._preferences_path is not None and not self.context.read_only:
            try:
                keep_preferences(self._preferences_path, changes)
            except (InputError, OSError) as error:
                reason = error.message if isinstance(error, InputError) else str(error.strerror)
                path = str(self._preferences_path)
                show_message(
                    self,
                    self.context.t("The settings cannot be kept in {path}: {reason}", path=path, reason=reason),
                    error=True,
                )

    def switch_mode(self, mode: str) -> AwaitMount:
        """Switch to another of the four main screens; update it and its dialogs if preferences changed meanwhile."""
        switched = super().switch_mode(mode)
        self._appearances.setdefault(mode, self.context.appearance)
        if self._appearances[mode] != self.context.appearance:
            self._refresh_screens()
        return switched

    def _refresh_screens(self) -> None:
        """Update everything on this screen in the current language, theme and glyphs."""
        self._appearances[self.current_mode] = self.context.appearance
        for screen in self.screen_stack:
            refresh_text(screen)

    def _apply_theme(self) -> None:
        """Apply the chosen theme; the dark one if there is no theme of that name."""
        chosen = self.context.preferences.theme
        self.theme = chosen if chosen in self.available_themes else DARK.name
        self.context.palette = palette_of(self.current_theme, self.theme_variables)

    def action_toggle_dark(self) -> None:
        """Switch between the dark and the light theme."""
        self.prefer(theme=LIGHT.name if self.current_theme.dark else DARK.name)

    def action_next_language(self) -> None:
        """Switch to the next language."""
        from runner.presentation.language import LANGUAGES

        codes = list(LANGUAGES)
        self.prefer(language=codes[(codes.index(self.context.preferences.language) + 1) % len(codes)])

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of all drawn lines; if `ascii` is preferred, only ASCII reaches the terminal."""
        filters = super().get_line_filters()
        return [*filters, self._ascii] if self.context.preferences.ascii else filters

    def action_set_theme(self, name: str) -> None:
        """Switch to a theme."""
        self.prefer(theme=name)

    def action_set_language(self, code: str) -> None:
        """Switch to a language."""
        self.prefer(language=code)

    def themes(self) -> Iterable[Theme]:
        """Return the themes that can be chosen, modelcat's first, without those in the terminal's own colours.

        If NO_COLOR is set, Textual paints those black on black.
        """
        return [*THEMES, *(theme for theme in self.available_themes.values() if not theme.ansi and theme not in THEMES)]

    # Actions of every screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the app's keys while a dialog is open, except those that change the appearance or quit."""
        del parameters
        if isinstance(self.screen, ModalScreen):
            return action in {"toggle_dark", "next_language", "copy_or_quit", "quit", "export_screen"}
        return not (action == "out" and len(self.screen_stack) == 1 and self.current_mode == self.DEFAULT_MODE)

    def action_commands(self) -> None:
        """Open the command palette."""
        from runner.tui.commands import open_palette

        open_palette(self, [theme.name for theme in self.themes()])

    def action_help(self) -> None:
        """Show what every key does on this screen."""
        from runner.tui.dialogs.help import HelpDialog

        place = self.screen.SCREEN_NAME if isinstance(self.screen, BaseScreen) else EVERY_SCREEN
        self.push_screen(HelpDialog(self.context, self.screen, place))

    def action_about(self) -> None:
        """Show versions, files and settings."""
        from runner.tui.dialogs.about import AboutDialog

        self.push_screen(AboutDialog(self.context, self._preferences_path))

    def action_jump(self) -> None:
        """Label the widgets that can be focused, and focus the chosen one."""
        from runner.tui.dialogs.jump import JumpDialog, targets_of

        def focus(chosen: Widget | None) -> None:
            if chosen is not None:
                self.set_focus(chosen)

        if targets := targets_of(self.screen):
            self.push_screen(JumpDialog(self.context, targets), focus)

    def action_export_screen(self) -> None:
        """Save the screen as SVG: in the current folder, or as a download in a web browser."""
        name = f"modelcat-{self.context.clock():%Y-%m-%d-%H%M%S}.svg"
        if self.is_web:
            self.deliver_screenshot(name)
            return
        path = Path.cwd() / name
        try:
            path.write_text(self.export_screenshot(title="modelcat"), encoding="utf-8")
        except OSError as error:
            text = self.context.t("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
            show_message(self, text, error=True)
        else:
            show_message(self, self.context.t("Saved {path}", path=str(path)))

    def action_copy_or_quit(self) -> None:
        """Copy the selection; quit if nothing is selected."""
        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        else:
            self.exit()

    def on_resize(self, event: Resize) -> None:
        """Show a message if the terminal is too small."""
        from runner.tui.dialogs.too_small import TooSmallDialog

        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        shown = isinstance(self.screen, TooSmallDialog)
        if small and not shown:
            self.push_screen(TooSmallDialog(self.context, SMALLEST))
        elif shown and not small:
            self.pop_screen()
