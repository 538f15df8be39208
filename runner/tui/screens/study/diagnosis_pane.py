"""The tab Diagnosis: the verdict, the problems in the records, and their fixes."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from catalog.errors import ModelcatError
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.screens.study.headline import verdict
from runner.tui.screens.study.pane_state import PaneState
from runner.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from catalog.contract.diagnosis import Diagnosis
    from runner.store.store import Store

__all__ = ["DiagnosisPane"]

#: Least seconds between two diagnoses of a study that is being written to.
_PAUSE = 5.0


class DiagnosisPane(Widget):
    """The diagnoses of the rules of the study's plugin.

    Args:
        context: The context of the app.
    """

    DEFAULT_CSS = """
    DiagnosisPane { width: 1fr; height: 1fr; }
    DiagnosisPane > VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="pane-diagnosis")
        self.context = context
        self._figure = Drawing(context)
        self._scene: PaneState | None = None
        self._found: Sequence[Diagnosis] | None = None
        self._trouble = ""
        self._asked: tuple[datetime | None, float] = (None, 0.0)

    def compose(self) -> ComposeResult:
        """Yield the findings."""
        with VerticalScroll():
            yield self._figure

    def show(self, scene: PaneState) -> None:
        """Show the findings so far."""
        before, self._scene = self._scene, scene
        if before is None or before.book is not scene.book:
            self._figure.show(self._draw)

    async def follow(self, scene: PaneState) -> None:
        """Apply the rules, unless nothing was written since the last time, or they have just been applied."""
        record = scene.book.record
        updated, at = self._asked
        if record.updated == updated or (updated is not None and time.monotonic() - at < _PAUSE):
            return
        asked = record.updated, time.monotonic()
        nothing: Sequence[Diagnosis] = ()
        try:
            found = await self.context.source.read(lambda store: self._diagnose(store, record.study), nothing)
        except ModelcatError as error:
            self._found, self._trouble = None, error.message
        else:
            self._found, self._trouble = found, ""
        self._asked = asked  # set only now: the cursor may have moved on and cancelled this
        self._figure.show(self._draw)

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        self._figure.refresh_text()

    def _diagnose(self, store: "Store", study: str) -> "Sequence[Diagnosis]":
        from runner.study.diagnosis import diagnoses_of

        return diagnoses_of(store, study, self.context.source.workspace)

    def _draw(self, canvas: Canvas) -> Content:
        context, palette, t = self.context, self.context.palette, self.context.t
        lines: list[Content] = []
        if self._scene is not None and (shown := verdict(self._scene.book, context)):
            lines += [Content.styled(t("Verdict"), f"bold {palette.text}"), *map(Content, shown), Content("")]
        if self._trouble:
            lines.append(Content.styled(safe(self._trouble, 800), palette.warn))
        elif self._found is None:
            lines.append(Content.styled(t("Looking at the records ..."), palette.muted))
        elif not self._found:
            lines.append(Content.styled(t("No rule found anything wrong."), palette.good))
        for diagnosis in self._found or ():
            lines += [*self._finding(diagnosis), Content("")]
        return Content("\n").join(part for line in lines for part in line.wrap(max(1, canvas.width)) or [line])

    def _finding(self, diagnosis: "Diagnosis") -> list[Content]:
        from runner.study.fixes import option_of

        context, palette, glyphs = self.context, self.context.palette, self.context.glyphs
        colors = {"problem": palette.bad, "warning": palette.warn}
        names = {"problem": context.t("Problem"), "warning": context.t("Warning"), "note": context.t("Note")}
        color = colors.get(diagnosis.severity, palette.muted)
        sign = f"{glyphs.severities.get(diagnosis.severity, glyphs.bullet)} {names.get(diagnosis.severity, '')}  "
        lines = [
            Content.assemble((sign, color), (safe(context.say(diagnosis.title), 200), f"bold {palette.text}")),
            Content(safe(context.say(diagnosis.evidence), 800)),
        ]
        for remedy in diagnosis.remedies:
            advice = safe(context.say(remedy.advice), 400)
            lines.append(Content.assemble((f"{glyphs.arrow} ", palette.accent), advice))
            option = option_of(remedy, self._scene.book.record) if self._scene is not None else None
            if option is not None:
                lines.append(Content.styled(f"  {safe(option, 600)}", palette.muted))
        return lines
