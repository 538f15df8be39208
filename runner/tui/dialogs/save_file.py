"""A dialog that asks for the path of a file, and whether to replace an existing file."""

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.dialogs.confirm import ConfirmDialog
from runner.tui.dialogs.frame import frame
from runner.tui.widgets.text_label import TextLabel

__all__ = ["SaveDialog"]


class SaveDialog(ModalScreen[Path | None]):
    """Returns a path that may be written, or None if the user leaves.

    Its folder exists, its suffix is one of `formats`, and the user has agreed to replace an existing file.

    Args:
        context: The context of the app.
        default_path: The initial path.
        formats: Possible suffixes, without dots; the suffix chooses the format.
    """

    BINDINGS = [("escape", "leave", ""), ("ctrl+t,f8", "next_format", "")]  # noqa: RUF012 -- Textual's convention

    def __init__(self, context: AppContext, default_path: Path, formats: Sequence[str]) -> None:
        super().__init__()
        self.context = context
        self._formats = tuple(formats)
        self._input = Input(str(default_path), max_length=4096)
        self._hint = TextLabel(self._hint_text)

    def compose(self) -> ComposeResult:
        """Show the input."""
        several = len(self._formats) > 1
        keys = msgid("Enter save   ^t next format   Esc leave") if several else msgid("Enter save   Esc leave")
        yield frame(self.context, lambda: self.context.t("Save as"), self._input, self._hint, keys=keys)

    def on_mount(self) -> None:
        """Focus the input."""
        self._input.focus()

    @on(Input.Changed)
    def judge(self) -> None:
        """Report what is wrong while the user types."""
        self._hint.refresh_text()

    @on(Input.Submitted)
    def take(self) -> None:
        """Close with the path, if it can be written; ask first if a file would be replaced."""
        path = self._path
        if self._wrong(path):
            self._hint.refresh_text()
        elif not path.exists():
            self.dismiss(path)
        else:
            question = ConfirmDialog(
                self.context,
                lambda: self.context.t("Write over it?"),
                lambda: self.context.t(
                    "There is a file {path} already; what is in it will be lost.", path=safe(path, 300)
                ),
            )
            self.app.push_screen(question, lambda yes: self._end(path, yes=bool(yes)))

    def action_next_format(self) -> None:
        """Change the suffix to that of the next format."""
        if self._formats:
            given = self._path.suffix[1:].lower()
            at = self._formats.index(given) + 1 if given in self._formats else 0
            stem = self._path.with_suffix("") if given in self._formats else self._path
            self._input.value = f"{stem}.{self._formats[at % len(self._formats)]}"

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def _end(self, path: Path, *, yes: bool) -> None:
        if yes:
            self.dismiss(path)

    @property
    def _path(self) -> Path:
        return Path(self._input.value.strip())

    def _wrong(self, path: Path) -> str:
        t = self.context.t
        if not self._input.value.strip() or "\0" in self._input.value:
            return t("Name a file.")
        if path.is_dir():
            return t("There is a folder {path}: name a file in it.", path=safe(path, 300))
        if path.suffix[1:].lower() not in self._formats:
            return t("The name must end in {endings}.", endings=self._endings)
        if not path.parent.is_dir():
            return t("There is no folder {path}.", path=safe(path.parent, 300))
        return ""

    def _hint_text(self) -> str:
        return self._wrong(self._path) or self.context.t("In {folder}", folder=safe(self._path.absolute().parent, 300))

    @property
    def _endings(self) -> str:
        return ", ".join(f".{ending}" for ending in self._formats)
