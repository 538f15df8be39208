"""The tab Charts: one chart at a time, chosen by a key or a click."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.timer import Timer
from textual.widget import Widget

from runner.console.text import safe
from runner.tui.beside import beside
from runner.tui.desk import Desk
from runner.tui.screens.study import charts, drawings
from runner.tui.screens.study.charts import CHARTS, Judged, SpeedAxis
from runner.tui.screens.study.estimating import Estimates
from runner.tui.screens.study.scene import PAUSE, Curves, Scene, Wanting
from runner.tui.widgets.chart import Chart
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.names import Names
from runner.tui.words import msgid

if TYPE_CHECKING:
    from runner.tui.widgets.chart import Drawing
    from runner.tui.figures.canvas import Draw

__all__ = ["ChartPane"]

_SPEEDS = {"speed": msgid("by speed"), "size": msgid("by size")}
_DRAWN = ("importance", "parallel", "timeline")
"""The charts that are drawn as cells."""


class ChartPane(Widget):
    """One chart of the study.

    Args:
        desk: For words, colours and the store.
        curves: What has been read of the trials' measurements.
    """

    DEFAULT_CSS = """
    ChartPane { width: 1fr; height: 1fr; layout: vertical; }
    ChartPane > VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ChartPane > Chart { height: 1fr; }
    """

    def __init__(self, desk: Desk, curves: Curves) -> None:
        super().__init__(id="pane-charts")
        self._desk = desk
        self._curves = curves
        self._kind = "history"
        self._parameter = ""
        self._by: SpeedAxis = "speed"
        self._judged: tuple[int, Mapping[int, Judged]] = (0, {})
        self._estimates = Estimates()
        self._scene: Scene | None = None
        self._shown: tuple[object, ...] = ()
        self._later: Timer | None = None
        self._kinds = Names(desk, lambda: [(key, desk.t(text)) for key, text in CHARTS.items()], id="charts")
        self._parts = Names(desk, self._part_names, id="chart-parts")
        self._chart = Chart(desk)
        self._figure = Drawing(desk)
        self._scroll = VerticalScroll(self._figure)

    @property
    def kind(self) -> str:
        """Key of the chart that is shown."""
        return self._kind

    @property
    def has_parts(self) -> bool:
        """Whether the chart can be drawn for another parameter."""
        return self._kind in {"slice", "pareto"}

    def compose(self) -> ComposeResult:
        """Hold both kinds of drawings; one of them is shown."""
        yield self._kinds
        yield self._parts
        yield self._chart
        yield self._scroll

    @on(Names.Chosen, "#charts")
    def choose_kind(self, event: Names.Chosen) -> None:
        """Show the chart that was clicked at."""
        event.stop()
        self._turn_to(event.key, self._parameter)

    @on(Names.Chosen, "#chart-parts")
    def choose_part(self, event: Names.Chosen) -> None:
        """Draw the parameter that was clicked at."""
        event.stop()
        self._turn_to(self._kind, event.key)

    def next_kind(self) -> None:
        """Show the next chart."""
        keys = list(CHARTS)
        self._turn_to(keys[(keys.index(self._kind) + 1) % len(keys)], self._parameter)

    def next_part(self) -> None:
        """Draw the next parameter."""
        keys = [key for key, _ in self._part_names()]
        if keys:
            at = keys.index(self._part) + 1 if self._part in keys else 0
            self._turn_to(self._kind, keys[at % len(keys)])

    def show(self, scene: Scene) -> None:
        """Draw the chart as far as it is known; nothing is done where nothing of it has changed."""
        self._scene = scene
        book = scene.book
        shown = (
            self._kind,
            self._part,
            book.trials,
            book.record.state,
            book.record.baseline,
            book.insights if self._kind == "importance" else None,
            self._estimates.found if self._kind == "importance" else None,
            None if self._kind in {"importance", "timeline"} else scene.chosen,
            self._curves.found if self._kind == "curves" else None,
            self._judged if self._kind == "pareto" else None,
        )
        if _same(shown, self._shown):
            return
        moved = len(shown) == len(self._shown) and _same(shown[:-3] + shown[-2:], self._shown[:-3] + self._shown[-2:])
        self._shown = shown
        if self._later is not None:
            self._later.stop()
        if moved:  # only the cursor: whoever runs through the trials is not kept waiting for charts
            self._later = self.set_timer(PAUSE, lambda: self._draw_now(scene))
        else:
            self._draw_now(scene)

    def _draw_now(self, scene: Scene) -> None:
        self._kinds.choose(self._kind)
        self._parts.display = self.has_parts
        self._parts.choose(self._part)
        self._parts.refresh()
        cells = self._kind in _DRAWN
        self._chart.display, self._scroll.display = not cells, cells
        if cells:
            self._figure.show(self._draw(scene))
        else:
            self._chart.show(self._drawing(scene), self._empty(scene))

    async def follow(self, scene: Scene) -> None:
        """Read what the chart needs and is not known yet, and draw it."""
        if self._kind == "curves":
            await self._curves.want(scene.book, charts.curves_wanted(scene.book, scene.chosen))
        elif self._kind == "pareto" and self._judged[0] != scene.book.record.trials.complete:
            study, metric = scene.book.record.study, scene.book.record.metric
            nothing: dict[int, Judged] = {}
            found = await self._desk.source.read(
                lambda store: charts.judged_of(store.evaluations(study), metric), nothing
            )
            self._judged = (scene.book.record.trials.complete, found)
        elif self._kind == "importance":
            beside(self, partial(self._estimate, scene), "estimate")  # it takes seconds
            return
        else:
            return
        self.show(self._scene or scene)  # one may have gone on meanwhile

    async def _estimate(self, scene: Scene) -> None:
        if await self._estimates.make(scene.book):
            self.show(self._scene or scene)

    def retell(self) -> None:
        """Tell again: language, theme or signs have changed."""
        self._shown = ()
        if self._scene is not None:
            self.show(self._scene)

    @property
    def _part(self) -> str:
        keys = [key for key, _ in self._part_names()]
        wanted = self._by if self._kind == "pareto" else self._parameter
        return wanted if wanted in keys else keys[0] if keys else ""

    def _part_names(self) -> list[tuple[str, str]]:
        if self._kind == "pareto":
            return [(key, self._desk.t(text)) for key, text in _SPEEDS.items()]
        names = self._scene.book.parameters if self._scene is not None and self._kind == "slice" else ()
        return [(name, safe(name, 30)) for name in names]

    def _turn_to(self, kind: str, part: str) -> None:
        self._kind = kind
        if kind == "pareto":
            self._by = "size" if part == "size" else "speed"
        elif kind == "slice":
            self._parameter = part
        if self._scene is not None:
            self.show(self._scene)
            self.post_message(Wanting())

    def _drawing(self, scene: Scene) -> "Drawing | None":
        book, desk, chosen = scene.book, self._desk, scene.chosen
        match self._kind:
            case "history":
                return charts.history(book, desk, chosen)
            case "slice":
                return charts.slice_of(book, desk, self._part, chosen)
            case "curves":
                return charts.curves(book, desk, self._curves.found, chosen)
            case _:
                return charts.pareto(book, desk, self._judged[1], self._by, chosen)

    def _draw(self, scene: Scene) -> "Draw":
        match self._kind:
            case "importance":
                return drawings.importance(scene.book, self._desk, self._estimates.found)
            case "parallel":
                return drawings.parallel_coordinates(scene.book, self._desk, scene.chosen)
            case _:
                return drawings.times(scene.book, self._desk)

    def _empty(self, scene: Scene) -> str:
        t = self._desk.t
        if self._kind == "pareto" and scene.book.ranked:
            return t("Nobody has measured the speed of these trials.")
        return t("No trial has a value.") if scene.book.trials else t("There is no trial yet.")


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Tell whether two are the same by name and identity: comparing 10,000 trials takes longer than drawing them."""
    if len(one) != len(other):
        return False
    return all(a is b or (isinstance(a, str | int) and a == b) for a, b in zip(one, other, strict=True))
