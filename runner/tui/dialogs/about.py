"""Versions, files and settings: the facts for a problem report."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen

from catalog.errors import InputError
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.dialogs.frame import frame
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import fit
from runner.tui.widgets.drawing import Drawing

__all__ = ["AboutDialog", "build_of"]

_LIBRARIES = ("textual", "optuna", "sqlalchemy", "pydantic", "torch", "transformers")
_LABELS = 18
"""Cells for the label before each value."""
_WIDTH = 84
"""Cells of the dialog if there is room."""
_CHROME = 8
"""Lines of the dialog for title, keys and frame."""


class AboutDialog(ModalScreen[None]):
    """Shows the facts; y copies them, Escape closes.

    Args:
        context: The context of the app.
        preferences_path: File of the preferences; None if there is none.
    """

    BINDINGS = [("escape,f10", "leave", ""), ("y", "copy", "")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    AboutDialog VerticalScroll { height: auto; scrollbar-size-vertical: 1; scrollbar-color: $border;
        scrollbar-background: $surface; }
    AboutDialog.-signs-ascii VerticalScroll { scrollbar-size-vertical: 0; }
    """

    def __init__(self, context: AppContext, preferences_path: Path | None) -> None:
        super().__init__()
        self.context = context
        self._preferences_path = preferences_path
        self._page = Drawing(context)
        self._scroll = VerticalScroll(self._page)

    def compose(self) -> ComposeResult:
        """Show the facts."""
        keys = msgid("y copy   Esc close")
        yield frame(self.context, lambda: self.context.t("About modelcat"), self._scroll, keys=keys)

    def on_mount(self) -> None:
        """Draw the facts and focus the scroll area."""
        self._page.show(self._draw)
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self.query_one(".dialog").styles.width = _WIDTH  # a rule here would lose to the app's own for all dialogs
        self._scroll.focus()

    def on_resize(self, event: Resize) -> None:
        """Leave room for title and keys, and show the terminal's new size."""
        self._scroll.styles.max_height = max(3, event.size.height * 9 // 10 - _CHROME)
        self._page.refresh_text()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the facts."""
        self.app.copy_to_clipboard("".join(f"{label}: {safe(value)}\n" for label, value in self._facts()))
        self.app.notify(self.context.t("Copied"), markup=False)

    def _draw(self, canvas: Canvas) -> Content:
        """Return the facts, each value wrapped next to its label."""
        lines: list[Content] = []
        for label, value in self._facts():
            first, *more = Content(safe(value, 400)).wrap(max(10, canvas.width - _LABELS))
            lines.append(fit(Content.styled(label, canvas.palette.muted), _LABELS, canvas.glyphs) + first)
            lines += [Content(" " * _LABELS) + line for line in more]
        return Content("\n").join(lines)

    def _facts(self) -> Iterator[tuple[str, str]]:
        from runner.store.url import redact  # without SQLAlchemy

        t, source = self.context.t, self.context.source
        yield "modelcat", f"{_version('modelcat') or t('not installed')} ({build_of(self.context)})"
        yield "Python", f"{platform.python_version()}, {platform.system()} {platform.machine()}"
        yield t("Libraries"), ", ".join(f"{name} {_version(name) or t('not installed')}" for name in _LIBRARIES)
        yield t("Database"), redact(source.storage)
        with suppress(InputError):  # an invalid URL: the notice reports it
            yield t("Studies folder"), str(source.folder)
        yield t("Settings file"), str(self._preferences_path) if self._preferences_path else t("none")
        size, console = self.app.size, self.app.console
        colours = str(console.color_system or t("no colours"))
        yield t("Terminal"), f"{os.environ.get('TERM', '')} {size.width} x {size.height}, {colours}, {console.encoding}"
        if self.context.read_only:
            yield t("Mode"), t("read-only")


def build_of(context: AppContext) -> str:
    """Return how modelcat was installed according to its metadata (PEP 610): commit, folder or package."""
    from runner.store.url import redact

    try:
        content = distribution("modelcat").read_text("direct_url.json")
        origin = json.loads(content) if content else {}
    except (PackageNotFoundError, json.JSONDecodeError):
        origin = {}
    where = redact(str(origin.get("url", "")))
    match origin:
        case {"vcs_info": {"commit_id": str(commit)}}:
            return context.t("commit {commit} of {where}", commit=commit[:12], where=where)
        case {"dir_info": {"editable": True}}:
            return context.t("the source tree {where}", where=where.removeprefix("file://"))
        case {"url": str()}:
            return context.t("built from {where}", where=where.removeprefix("file://"))
        case _:
            return context.t("a released package in {where}", where=sys.prefix)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
