"""The tab Charts: one chart of `runner.study.charts` at a time, chosen by a key or a click."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from catalog.statement import Statement
from runner.presentation.text import safe
from runner.store.records import EvaluationRecord
from runner.study.charts import CHARTS, Chart, StudySnapshot
from runner.study.charts.curves import curves_wanted
from runner.tui.background import run_in_background
from runner.tui.context import AppContext
from runner.tui.screens.study.importance_estimates import ImportanceEstimates
from runner.tui.screens.study.pane_state import PAUSE, EpochCache, LoadRequested, PaneState
from runner.tui.screens.study.study_data import training_of
from runner.tui.widgets.figure_view import FigureView
from runner.tui.widgets.tab_bar import TabBar

__all__ = ["ChartPane"]


class ChartPane(Widget):
    """One chart of the study.

    Args:
        context: The context of the app.
        curves: The measurements of trials read so far.
    """

    DEFAULT_CSS = """
    ChartPane { width: 1fr; height: 1fr; layout: vertical; }
    ChartPane > FigureView, ChartPane > FigureView.-plot { height: 1fr; overflow-y: auto; padding: 0 1; }
    ChartPane > FigureView.-plot { padding: 0; }
    """

    def __init__(self, context: AppContext, curves: EpochCache) -> None:
        super().__init__(id="pane-charts")
        self.context = context
        self._curves = curves
        self._kind = next(iter(CHARTS))
        self._chosen: dict[str, str] = {}
        self._evaluated: tuple[int, Sequence[EvaluationRecord]] = (0, ())
        self._estimates = ImportanceEstimates()
        self._scene: PaneState | None = None
        self._snapshot: StudySnapshot | None = None
        self._shown: tuple[object, ...] = ()
        self._later: Timer | None = None
        self._kinds = TabBar(
            context, lambda: [(key, context.say(chart.label)) for key, chart in CHARTS.items()], id="charts"
        )
        self._parts = TabBar(context, self._part_names, id="chart-parts")
        self._view = FigureView(context)

    @property
    def kind(self) -> str:
        """Key of the chart that is shown."""
        return self._kind

    @property
    def has_parts(self) -> bool:
        """Whether the chart has options, such as a parameter."""
        return bool(self._chart.options)

    def compose(self) -> ComposeResult:
        """Yield the names of the charts, the options of the chart, and the chart itself."""
        yield self._kinds
        yield self._parts
        yield self._view

    @on(TabBar.Chosen, "#charts")
    def choose_kind(self, event: TabBar.Chosen) -> None:
        """Show the chart that was clicked."""
        event.stop()
        self._turn_to(event.key)

    @on(TabBar.Chosen, "#chart-parts")
    def choose_part(self, event: TabBar.Chosen) -> None:
        """Draw the option that was clicked."""
        event.stop()
        self._choose(event.key)

    def next_kind(self) -> None:
        """Show the next chart."""
        keys = list(CHARTS)
        self._turn_to(keys[(keys.index(self._kind) + 1) % len(keys)])

    def next_part(self) -> None:
        """Choose the next value of the chart's first option."""
        keys = list(self._values())
        if keys:
            self._choose(keys[(keys.index(self._part) + 1) % len(keys)])

    def show(self, scene: PaneState) -> None:
        """Draw the chart from the data so far; does nothing if its data has not changed."""
        self._scene, needs = scene, self._chart.needs
        known = (
            self._kind,
            scene.book,
            self._estimates.found if "insights" in needs else None,
            self._curves.found if "epochs" in needs else None,
            self._evaluated if "evaluations" in needs else None,
        )
        news = not _same(known, self._shown[:-2])
        if news:
            self._snapshot = self._gathered(scene)
        shown = (*known, self._part, scene.chosen)
        if _same(shown, self._shown):
            return
        moved = not news and _same(shown[:-1], self._shown[:-1])
        self._shown = shown
        if self._later is not None:
            self._later.stop()
        if moved:  # only the cursor moved: the charts wait until it rests
            self._later = self.set_timer(PAUSE, lambda: self._draw(scene))
        else:
            self._draw(scene)

    async def follow(self, scene: PaneState) -> None:
        """Read the missing data of the chart, and draw it."""
        book, needs = scene.book, self._chart.needs
        if "epochs" in needs:
            await self._curves.want(book, curves_wanted(book.snapshot, scene.chosen))
        if "evaluations" in needs and self._evaluated[0] != book.record.trials.complete:
            study = book.record.study
            nothing: list[EvaluationRecord] = []
            found = await self.context.source.read(lambda store: store.evaluations(study), nothing)
            self._evaluated = (book.record.trials.complete, found)
        if "insights" in needs:
            run_in_background(self, partial(self._estimate, scene), "estimate")  # it takes seconds
        elif needs:
            self.show(self._scene or scene)  # the cursor may have moved meanwhile

    async def _estimate(self, scene: PaneState) -> None:
        if await self._estimates.make(scene.book):
            self.show(self._scene or scene)

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        self._shown = ()
        if self._scene is not None:
            self.show(self._scene)
            self._view.refresh_text()

    @property
    def _chart(self) -> Chart:
        return CHARTS[self._kind]

    def _gathered(self, scene: PaneState) -> StudySnapshot:
        """Return the data of the chart: the study, and what has been read for it."""
        needs, snapshot = self._chart.needs, scene.book.snapshot
        if "insights" in needs and self._estimates.found is not None:
            snapshot = replace(snapshot, insights={"importance": self._estimates.found} | dict(snapshot.insights))
        if "epochs" in needs:
            epochs = {training_of(number): measured for number, measured in self._curves.found.items()}
            snapshot = replace(snapshot, epochs=epochs)
        return replace(snapshot, evaluations=self._evaluated[1]) if "evaluations" in needs else snapshot

    def _values(self) -> Mapping[str, Statement | str]:
        """Return the values of the chart's first option."""
        options, snapshot = self._chart.options, self._snapshot
        return options[0].values(snapshot) if options and snapshot is not None else {}

    @property
    def _part(self) -> str:
        values, wanted = self._values(), self._chosen.get(self._kind, "")
        return wanted if wanted in values else next(iter(values), "")

    def _part_names(self) -> list[tuple[str, str]]:
        named = self._values().items()
        say = self.context.say
        return [(key, safe(say(name) if isinstance(name, Statement) else name, 30)) for key, name in named]

    def _choose(self, part: str) -> None:
        self._chosen[self._kind] = part
        self._turn_to(self._kind)

    def _turn_to(self, kind: str) -> None:
        self._kind = kind
        if self._scene is not None:
            self.show(self._scene)
            self.post_message(LoadRequested())

    def _draw(self, scene: PaneState) -> None:
        if self._snapshot is None:
            return
        self._kinds.choose(self._kind)
        self._parts.display = self.has_parts
        self._parts.choose(self._part)
        self._parts.refresh()
        chosen = {option.key: self._part for option in self._chart.options[:1] if self._part}
        self._view.show(self._chart.figure(self._snapshot, scene.chosen, chosen))


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Return whether two are the same by name and identity: comparing 10,000 trials takes longer than drawing them."""
    if len(one) != len(other):
        return False
    return all(a is b or (isinstance(a, str | int) and a == b) for a, b in zip(one, other, strict=True))
