"""The tab Compare: two trials side by side, and the examples with different answers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from catalog.errors import ModelcatError
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import fit, width_of
from runner.tui.labels import difference, trial_name
from runner.tui.screens.study.pane_state import LoadRequested, PaneState
from runner.tui.screens.study.quadrant_grid import QuadrantGrid
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_comparison import (
    CELLS,
    ParameterChange,
    Quadrants,
    StoredFlips,
    TrialPair,
    changes,
    pair_of,
    quadrants,
    rows_of,
    stored_flips,
)
from runner.tui.study_source import in_thread
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.text_label import TextLabel

__all__ = ["ComparePane"]

_TITLES = {
    CELLS[0]: msgid("Both are right"),
    CELLS[1]: msgid("Only {first} is right"),
    CELLS[2]: msgid("Only {second} is right"),
    CELLS[3]: msgid("Both are wrong"),
}
_NO_FLIPS = {
    "same": msgid("Winner against {other}: no example of {split} is answered in another way."),
    "kept": msgid("Winner against {other}: {rows:count} examples of {split} or more are answered in another way, but "
                  "none of them was kept."),
    "unknown": msgid("Winner against {other}: no example of {split} that is answered in another way was recorded."),
}  # fmt: skip
"""Why there are no examples: all answers agree, some are known to differ, or the examples were not counted."""
_OTHERS = {"given": msgid("the given configuration"), "baseline": msgid("baseline")}
_FLIPS = {
    "given": msgid("Winner and given configuration differ on {rows:count} kept examples of {split}"),
    "baseline": msgid("Winner and baseline differ on {rows:count} kept examples of {split}"),
}
_NAME, _VALUE, _TEXT, _CLASS = 26, 14, 400, 10
_ANSWERED = {"row", "truth", "first", "second", "first_confidence", "second_confidence"}
"""The fields of examples whose task can compare answers with the truth."""


class ComparePane(Widget):
    """The comparison of two trials.

    Args:
        context: The context of the app.
    """

    DEFAULT_CSS = """
    ComparePane { width: 1fr; height: 1fr; }
    ComparePane > VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ComparePane TextLabel { height: auto; }
    ComparePane Drawing { margin-top: 1; }
    ComparePane #examples { margin-top: 0; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="pane-compare")
        self.context = context
        self._scene: PaneState | None = None
        self._pair: TrialPair | None = None
        self._found: Quadrants | None = None
        self._trouble = ""
        self._asked: tuple[object, ...] = ()
        self._listed: str | None = None
        self._rows: Sequence[Mapping[str, Any]] = ()
        self._lists = Drawing(context, id="examples")
        self._sides = Drawing(context)
        self._flips = Drawing(context)
        self._title = TextLabel(self._title_text)
        self._part = TextLabel(self._part_title, id="part")
        self._list = TextLabel(self._list_title, id="list")
        self._grid = QuadrantGrid(context, self._names)

    def compose(self) -> ComposeResult:
        """Yield the lists, the four cells, and the examples."""
        with VerticalScroll(can_focus=False):
            yield self._title
            yield self._part
            yield self._grid
            yield self._list
            yield self._lists
            yield self._sides
            yield self._flips

    @property
    def main(self) -> Widget:
        """The use of the pane's keys."""
        return self._grid

    def show(self, scene: PaneState) -> None:
        """Show the two trials from the data so far."""
        pair = pair_of(scene.book, scene.marked, scene.chosen)
        self._scene = scene
        if pair != self._pair:
            self._pair, self._found, self._trouble, self._asked = pair, None, "", ()
            self._listed, self._rows = None, ()
        self._part.display = pair is not None
        if pair is None:
            said, muted = (
                self.context.t("It takes two trials to compare. Mark them with x."),
                self.context.palette.muted,
            )
            self._sides.show(lambda canvas: Content("\n").join(paragraph(said, canvas, muted)))
        else:
            self._sides.show(lambda canvas: self._draw_sides(scene.book, pair, canvas))
            self._flips.show(lambda canvas: self._draw_flips(scene, canvas))
        self._title.refresh_text()
        self._update_examples()

    async def follow(self, scene: PaneState) -> None:
        """Read the predictions of both trials, and compare them."""
        pair = self._pair
        asked = () if pair is None else (pair.first.predictions, pair.second.predictions, pair)
        if pair is not None and asked != self._asked:
            try:
                self._found, self._trouble = await in_thread(lambda: quadrants(pair, scene.folder)), ""
            except ModelcatError as error:
                self._found, self._trouble = None, error.message
            self._asked = asked  # set only now: the cursor may have moved on and cancelled this
            self._update_examples()
        found, cell = self._found, self._listed
        if found is not None and cell is not None and not self._rows:
            try:
                self._rows = await in_thread(lambda: rows_of(found, cell, scene.folder, scene.book.names))
            except ModelcatError as error:
                self._trouble = error.message
            self._update_examples()

    def list_cell(self) -> None:
        """List the examples of the cell under the cursor, or hide the list."""
        if self._found is not None:
            self._listed, self._rows = None if self._listed == self._grid.cell else self._grid.cell, ()
            self._update_examples()
            self.post_message(LoadRequested())

    @on(QuadrantGrid.Moved)
    def clicked(self, event: QuadrantGrid.Moved) -> None:
        """List the cell that was clicked."""
        event.stop()
        self.list_cell()

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        if self._scene is not None:
            self.show(self._scene)

    def _update_examples(self) -> None:
        found = self._found
        self._grid.display = self._pair is not None and not (found is None and self._trouble)
        self._grid.show({} if found is None else {cell: len(rows) for cell, rows in found.rows.items()})
        self._part.refresh_text()
        self._list.refresh_text()
        self._list.display = self._lists.display = self._listed is not None
        self._lists.show(self._draw_list)

    def _names(self) -> tuple[str, str]:
        if self._pair is None:
            return "A", "B"
        return trial_name(self.context, self._pair.first.number), trial_name(self.context, self._pair.second.number)

    def _title_text(self) -> Content:
        if self._pair is None:
            return Content("")
        first, second = (self._called(trial.number) for trial in (self._pair.first, self._pair.second))
        title = self.context.t("{first} against {second}", first=first, second=second)
        return Content.styled(title[:1].upper() + title[1:], f"bold {self.context.palette.text}")

    def _part_title(self) -> Content:
        palette, t = self.context.palette, self.context.t
        if self._trouble:
            return Content.styled(safe(self._trouble, 600), palette.warn)
        if self._found is None:
            return Content.styled(t("Reading the predictions ..."), palette.muted)
        rows = len(self._found.truths)
        title = t("Predictions on {rows:count} validation examples", rows=rows)
        how = t("Tab, then Enter lists a cell.")
        return Content.assemble((title, f"bold {palette.text}"), (f"  {how}", palette.muted))

    def _list_title(self) -> Content:
        palette, t = self.context.palette, self.context.t
        if self._listed is None or self._found is None or self._pair is None:
            return Content("")
        first, second = (trial_name(self.context, trial.number) for trial in (self._pair.first, self._pair.second))
        title = t(_TITLES[self._listed], first=first, second=second)
        total = len(self._found.rows[self._listed])
        label = self.context.language.count(total)
        if self._rows and len(self._rows) < total:
            label = t("the first {shown:count} of {all:count}", shown=len(self._rows), all=total)
        return Content.assemble((title, f"bold {palette.text}"), (f"  {label}", palette.muted))

    def _draw_sides(self, book: StudyData, pair: TrialPair, canvas: Canvas) -> Content:
        context, palette = self.context, self.context.palette
        heads = [
            "",
            trial_name(context, pair.first.number),
            trial_name(context, pair.second.number),
            context.t("+ is better"),
        ]
        lines = [
            self._line([Content.styled(head, palette.muted) for head in heads]),
        ]
        lines += [
            self._change_line(changed, changed.name, context.value(changed.first), context.value(changed.second), "")
            for changed in changes(pair.first.params, pair.second.params)
        ]
        lines.append(Content(""))
        for changed in changes(pair.first.metrics, pair.second.metrics):
            metric, gap = book.metric(changed.name), ""
            if changed.first is not None and changed.second is not None:
                gap = difference(context, metric, metric.gain(changed.first, changed.second))
            first, second = (context.metric(metric, value) for value in (changed.first, changed.second))
            label = context.metric_label(metric, _CLASS)
            lines.append(self._change_line(changed, label, first, second, gap))
        return Content("\n").join([line.truncate(canvas.width) for line in lines])

    def _called(self, number: int) -> str:
        book = self._scene.book if self._scene is not None else None
        name = trial_name(self.context, number)
        if book is not None and book.snapshot.given is not None and book.snapshot.given.number == number:
            return f"{name} ({self.context.t('given')})"
        if book is not None and book.snapshot.winner == number:
            return f"{name} {self.context.glyphs.star}"
        return name

    def _change_line(self, changed: ParameterChange, called: str, first: str, second: str, gap: str) -> Content:
        palette = self.context.palette
        mark, style = (self.context.glyphs.bullet, palette.text) if changed.differs else (" ", palette.muted)
        name = Content.assemble((f"{mark} ", palette.accent), (safe(called, 40), palette.muted))
        return self._line(
            [name, Content.styled(first, style), Content.styled(second, style), Content.styled(gap, palette.muted)]
        )

    def _line(self, cells: Sequence[Content]) -> Content:
        name, *values = cells
        parts = [fit(name, _NAME, self.context.glyphs)]
        parts += [fit(value, _VALUE, self.context.glyphs, right=True) for value in values]
        return Content(" ").join(parts)

    def _draw_list(self, canvas: Canvas) -> Content:
        if self._pair is None:
            return Content("")
        lines: list[Content] = []
        first, second = (trial_name(self.context, trial.number) for trial in (self._pair.first, self._pair.second))
        for row in self._rows:
            lines += self._example(row, first, second, canvas.width)
        return Content("\n").join(lines)

    def _draw_flips(self, scene: PaneState, canvas: Canvas) -> Content:
        """Draw the examples stored at the end of the study: those that winner and another model answer differently."""
        lines: list[Content] = []
        for other, text in _FLIPS.items():
            if (stored := stored_flips(scene.book, other)) is not None:
                if not stored.rows:
                    lines += [*self._no_flips(stored, other, canvas.width), Content("")]
                    continue
                title = self.context.t(text, rows=len(stored.rows), split=safe(stored.split, 20))
                lines += [Content.styled(title, f"bold {self.context.palette.text}"), Content("")]
                for row in stored.rows:
                    lines += self._example(row, self.context.t("winner"), self.context.t(other), canvas.width)
        return Content("\n").join(lines)

    def _no_flips(self, stored: StoredFlips, other: str, width: int) -> list[Content]:
        """Return why there are no examples: none differs, or none was kept."""
        context = self.context
        text = _NO_FLIPS["unknown" if stored.known is None else "kept" if stored.known else "same"]
        said = context.t(text, other=context.t(_OTHERS[other]), rows=stored.known or 0, split=safe(stored.split, 20))
        return _wrap(Content.styled(said, context.palette.muted), width)

    def _example(self, found: Mapping[str, Any], first: str, second: str, width: int) -> list[Content]:
        """Return an example: short fields on a line, then its strings."""
        palette = self.context.palette
        strings = {name: value for name, value in found.items() if self._is_text(name, value)}
        short = {name: value for name, value in found.items() if name not in strings}
        head = Content("  ").join(list(self._short(short, first, second)))
        lines = _wrap(head, width)
        if set(found) <= _ANSWERED:
            lines += _wrap(Content(self.context.t("Its input is kept when the study has ended.")), width)
        for name, text in strings.items():
            label = Content.styled(f"{safe(name, 40)} ", palette.muted) if len(strings) > 1 else Content("")
            lines += _wrap(Content.assemble(label, safe(text, _TEXT)), width)
        return [*lines, Content("")]

    @staticmethod
    def _is_text(name: str, value: object) -> bool:
        return isinstance(value, str) and name not in _ANSWERED

    def _short(self, found: Mapping[str, Any], first: str, second: str) -> Iterator[Content]:
        """Yield row, truth and answers if they exist, then all other fields by name."""
        context, palette, truth = self.context, self.context.palette, found.get("truth")
        if isinstance(row := found.get("row"), int):
            yield Content.styled(context.t("Row {row:count}", row=row), palette.muted)
        if truth is not None:
            yield Content.assemble((f"{context.t('Truth')} ", palette.muted), self._written(truth))
        for name, key in ((first, "first"), (second, "second")):
            if key in found:
                right = truth is not None and found[key] == truth
                color = palette.text if truth is None else palette.good if right else palette.bad
                sign = "" if truth is None else f"{context.glyphs.states['complete' if right else 'failed']} "
                answer = (f"{sign}{self._written(found[key])}", color)
                sure = found.get(f"{key}_confidence")
                share = f" {context.language.percent(sure)}" if isinstance(sure, int | float) else ""
                yield Content.assemble((f"{name} ", palette.muted), answer, share)
        for name, value in found.items():
            if name not in _ANSWERED:
                yield Content.assemble((f"{safe(name, 40)} ", palette.muted), self._written(value))

    def _written(self, value: object) -> str:
        return safe(value, 30) if isinstance(value, str) else self.context.value(value)


def _wrap(content: Content, width: int) -> list[Content]:
    return list(content.wrap(max(1, width))) if width_of(content.plain) > width else [content]
