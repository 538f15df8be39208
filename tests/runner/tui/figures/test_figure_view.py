"""The view of a figure: limits, ticks, marks, zoom, every kind in turn, and that nothing that comes in ends it."""

import asyncio
import math
import random

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.widget import Widget

from catalog.figures import Axis, Bar, Bars, Empty, Level, Plot, Series
from runner.presentation.language import Language
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.frame import frame_of
from runner.tui.figures.legend import legend
from runner.tui.figures.plot import foot, plot_field
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.preferences import Preferences
from runner.tui.widgets.figure_view import FigureView

EPOCH, ACCURACY = Axis("epoch", "count"), Axis("accuracy", "percent", better="high")
CURVES = Plot(
    "curves",
    "",
    EPOCH,
    ACCURACY,
    (
        Series("trial 7", ((1, 0.8), (2, 0.9), (3, 0.92)), "line", "selected"),
        Series("trial 3", ((1, 0.7), (2, 0.75), (3, 0.76)), "line", "complete"),
    ),
    (Level(0.905, "linear baseline", "baseline"),),
)
EMPTY = Empty("curves", "", "No scores yet.")


def canvas(width=60, height=12, glyphs=UNICODE, code="en"):
    language = Language(code)
    return Canvas(width, height, palette_of(DARK, {}), glyphs, language, language.translate)


def of(*points, draw="line", x=EPOCH, y=ACCURACY, **more):
    return Plot("k", "", x, y, (Series("s", points, draw, **more),))


class _App(App):
    CSS = "FigureView, FigureView.-plot { height: 1fr; overflow-y: auto; }"

    def __init__(self, figure, **preferences):
        super().__init__()
        self.context = AppContext(None, Preferences(**preferences))
        self.figure = figure

    def compose(self):
        yield FigureView(self.context)

    def on_mount(self):
        self.query_one(FigureView).show(self.figure)


def run(figure, story, size=(60, 16), **preferences):
    async def main():
        app = _App(figure, **preferences)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.pause()
            await story(app.query_one(FigureView), pilot)

    asyncio.run(main())


def test_chart_shows_lines_signs_and_units():
    """Series differ by their signs, the level is named with its value, and the axes have units."""

    async def story(chart, pilot):
        shown = chart.plain.replace("\u00a0", " ")
        assert "accuracy  ↑ better   ┄ linear baseline 90.5 %" in shown.split("\n")[0]
        assert shown.split("\n")[0].endswith("⊕ trial 7")
        assert "✓ trial 3" in shown.split("\n")[1]
        assert shown.count("⊕") == shown.count("✓") == 4
        assert "80 %" in shown
        assert any(0x2800 < ord(character) < 0x2900 for character in shown)
        assert shown.rstrip().endswith("epoch")

    run(CURVES, story)


def test_chart_in_german():
    """Numbers are written as the language writes them, also after it has changed."""

    async def story(chart, pilot):
        assert "90,5 %" in chart.plain
        chart.context.preferences = Preferences(language="en")
        chart.refresh_text()
        await pilot.pause()
        assert "90.5 %" in chart.plain

    run(CURVES, story, language="de")


def test_ascii_chart_is_ascii():
    """With ASCII signs nothing else is drawn, and textual-plot is not even made."""

    async def story(chart, pilot):
        assert chart.plain.replace("\u00a0", " ").isascii()
        assert chart._plot is None
        assert chart.plain.count("&") > 3

    run(CURVES, story, ascii=True)


def test_every_kind_follows_every_other():
    """An empty figure says why, bars take the place of a plot, and a plot takes theirs."""

    async def story(chart, pilot):
        assert chart.plain.strip() == "No scores yet."
        chart.show(Bars("b", "Shares", Axis("share", "percent"), (Bar("one", 0.5),)))
        await pilot.pause()
        assert chart.plain.startswith("Shares")
        assert "━" in chart.plain
        chart.show(CURVES)
        await pilot.pause()
        await pilot.pause()
        assert "trial 7" in chart.plain
        assert "Shares" not in chart.plain
        chart.show(of((-1.0, 0.5), x=Axis("rate", scale="log")))
        await pilot.pause()
        assert chart.plain.strip() == "There is nothing to draw."

    run(EMPTY, story)


def test_a_chart_that_is_being_left_can_still_be_told_of_news():
    """What comes in while the screen's parts are taken away one after the other ends nothing."""

    async def story(chart, pilot):
        await pilot.pause(0.1)
        plot = chart._plot
        assert plot.is_whole
        await plot.query("*").remove()
        assert not plot.is_whole
        chart.show(of((1, 0.2), (2, 0.4)))
        await chart.query("*").remove()
        chart._plot = None
        chart.show(CURVES)
        await pilot.pause()

    run(CURVES, story)


def test_zoom_stays_while_axes_stay():
    """New points leave the zoom where it is; 0 shows the whole again; other axes begin whole."""

    async def story(chart, pilot):
        await pilot.press("tab", "plus", "plus", "plus")
        await pilot.pause()
        zoomed = chart.plain.split("\n")[-2].split()
        assert zoomed != ["1", "2", "3"]
        chart.show(of((1, 0.8), (2, 0.9), (3, 0.91)))
        await pilot.pause()
        assert chart.plain.split("\n")[-2].split() == zoomed
        await pilot.press("0")
        await pilot.pause()
        assert chart.plain.split("\n")[-2].split()[0] == "1"
        await pilot.press("plus")
        chart.show(of((1, 0.5), (2, 0.6), x=Axis("step", "count")))
        await pilot.pause()
        assert chart._seen == (0.0, 1.0)

    run(CURVES, story)


def test_zoom_has_an_end():
    """Zooming without end comes back to the whole instead of ending the app."""

    async def story(chart, pilot):
        for _ in range(90):
            chart._plot.action_zoom_in()
        await pilot.pause()
        assert chart._seen[1] - chart._seen[0] > 1e-4

    run(CURVES, story)


def test_intervals_and_labels_of_points_are_drawn():
    """A point's interval is a line through it, its label stands next to it, also where signs are drawn a cell each."""
    figure = of((0.6, 0.5), (0.9, 0.9), draw="points", intervals=((0.3, 0.7), None), labels=("n = 12", "n = 700"))

    async def story(chart, pilot):
        assert "n = 12" in chart.plain
        assert "n = 700" in chart.plain

    run(figure, story)
    frame = frame_of(figure, 60)
    assert frame.y.low < 0.3
    drawn = plot_field(frame, 6, 12, canvas())
    assert "◆ n = 12" in drawn.plain
    assert drawn.plain.count("│") > 11 + 2


def test_a_point_of_several_series_is_labelled_once():
    """The winner is also a trial, and maybe the selected one: its label stands next to it a single time."""
    points, names = ((0.0, 0.5), (1.0, 0.9)), ("trial 0", "trial 1")
    series = (
        Series("search", points, labels=names),
        Series("selected", points[1:], role="selected", labels=names[1:]),
        Series("winner", points[1:], role="winner", labels=names[1:]),
    )
    figure = Plot("k", "", EPOCH, ACCURACY, series)

    async def story(chart, pilot):
        assert (chart.plain.count("trial 0"), chart.plain.count("trial 1")) == (1, 1)

    run(figure, story)
    drawn = plot_field(frame_of(figure, 60), 6, 12, canvas()).plain
    assert (drawn.count("trial 0"), drawn.count("trial 1")) == (1, 1)
    assert "trial" not in legend(figure, canvas()).plain


def test_among_many_points_the_legend_says_which_one_is_selected():
    """Where there is no room for labels next to points, those of winner and cursor stand in the legend."""
    points = tuple((float(number), number / 40) for number in range(30))
    names = tuple(f"trial {number}" for number in range(30))
    series = (
        Series("search", points, labels=names),
        Series("winner", points[7:8], role="winner", labels=names[7:8]),
    )
    figure = Plot("k", "", EPOCH, ACCURACY, series)
    assert "winner: trial 7" in legend(figure, canvas()).plain
    assert "trial" not in plot_field(frame_of(figure, 60), 6, 12, canvas()).plain


def test_points_are_shaded_by_their_score():
    """Points with scores have colours of their own, from faint to the accent."""
    frame = frame_of(of((0, 0.5), (1, 0.9), draw="points", scores=(0.0, 1.0)), 60)
    styles = {str(span.style) for span in plot_field(frame, 6, 12, canvas()).spans}
    assert f"bold {canvas().palette.accent.lower()}" in {style.lower() for style in styles}
    assert len({style for style in styles if style.startswith("bold")}) == 2


def test_only_what_can_be_told_apart_is_drawn(monkeypatch):
    """Of many points only as many are drawn as the plot has room for, the largest among them, in one repaint."""
    many = of(*((float(n), math.sin(n / 300)) for n in range(2_000)), x=Axis("step", "count"), y=Axis("loss"))

    async def story(chart, pilot):
        drawn, repaints = [], []
        plot_line, refresh = chart._plot.plot, Widget.refresh
        monkeypatch.setattr(
            chart._plot, "plot", lambda xs, ys, **more: (drawn.append(len(xs)), plot_line(xs, ys, **more))
        )
        monkeypatch.setattr(
            Widget, "refresh", lambda self, *args, **more: (repaints.append(self.id), refresh(self, *args, **more))[1]
        )
        chart._framed = (None, 0)
        chart._draw()
        chart._plot._render_plot()
        assert 100 < sum(drawn) <= 4 * 100
        assert repaints.count("plot") == 1

    run(many, story, size=(100, 30))
    points = tuple((float(n), math.sin(n)) for n in range(10_000))
    assert len(frame_of(of(*points), 80).shapes[0].points) <= 4 * 90
    kept = frame_of(of(*points), 80).shapes[0].points
    assert max(y for _, y in kept) == max(y for _, y in points)


def test_limits():
    """Limits leave room for the signs, are those of the axis where given, and stay within what is possible."""
    frame = frame_of(of((1, 0.5), (3, 1.0)), 60)
    assert frame.x.low < 1
    assert frame.x.high > 3
    assert 1.0 < frame.y.high < 1.02
    given = frame_of(of((1, 0.5), y=Axis("a", "percent", low=0, high=1)), 60)
    assert (given.y.low, given.y.high) == (0, 1)
    wrong = frame_of(of((1, 0.5), (2, 0.7), y=Axis("a", "percent", low=5, high=1)), 60)
    assert wrong.y.low < 0.5
    assert 0.7 < wrong.y.high < 1
    single = frame_of(of((3, 0.9)), 60)
    assert [text for _, text in single.x.spaced(40, canvas())] == ["3"]
    nothing = frame_of(of((1, 0), (2, 0), y=Axis("errors", "count")), 60)
    assert [text for _, text in nothing.y.ticks(4, canvas())] == ["0", "1"]


def test_logarithms():
    """An axis of logarithms leaves out what has none, and writes the values, not their logarithms."""
    axis = Axis("learning rate", scale="log")
    frame = frame_of(of((1e-5, 0.5), (0, 0.6), (-1, 0.7), (1e-3, 0.8), x=axis), 60)
    assert [round(x, 9) for x, _ in frame.shapes[0].points] == [-5, -3]
    labels = [text for _, text in frame.x.spaced(60, canvas())]
    assert {"1e-5", "1e-4", "0.001"} <= set(labels)


def test_steps_hold_until_the_next_point():
    """The path of steps turns at each point and holds to the end of the axis; it carries no marks."""
    frame = frame_of(of((0, 1), (2, 3), draw="steps", x=Axis("n", low=0, high=4)), 60)
    assert frame.shapes[0].path == ((0, 1), (2, 1), (2, 3), (4, 3))
    assert plot_field(frame, 4, 8, canvas()).plain.count("◆") == 0


def test_axes_say_what_they_measure():
    """Name, unit, scale and the better end stand at each axis."""
    x = Axis("size", "bytes", scale="log", better="low")
    y = Axis("gain", "points", better="high")
    figure = of((1e6, 0.01), (2e6, 0.02), x=x, y=y)
    assert legend(figure, canvas()).plain == "gain (points)  ↑ better"
    assert foot(frame_of(figure, 60).x, 6, 50, canvas()).plain.endswith("size (log)  ← better")
    assert foot(frame_of(figure, 60).x, 6, 50, canvas(glyphs=ASCII, code="de")).plain.endswith("< besser")


def test_many_series_end_the_legend():
    """A legend of too many names ends with how many more there are, within its lines; names of one role differ."""
    series = tuple(Series(f"a rather long name {n}", ((1, 1),), role="complete") for n in range(20))
    expected = legend(Plot("k", "", EPOCH, ACCURACY, series), canvas()).plain
    assert expected.count("\n") == 1
    assert expected.endswith("more")
    assert all(len(line) <= 60 for line in expected.split("\n"))
    assert {"✓ a rather", "● a rather"} <= {expected[at : at + 10] for at in range(len(expected))}


@pytest.mark.parametrize("ascii_only", [False, True])
def test_foreign_data_never_end_a_view(figures, ascii_only):
    """Whatever comes in, at whatever size, the view goes on and every line has its width."""
    dice = random.Random(3)

    async def story(chart, pilot):
        for width, height in ((12, 5), (60, 14)):
            await pilot.resize_terminal(width, height)
            for figure in (*figures(dice), *figures(dice)):
                chart.show(figure)
                await pilot.pause()
                assert all(cell_len(line) <= width for line in chart.plain.split("\n"))
                assert chart.plain.replace("\n", "").replace("\u00a0", "").replace("\u034f", "").isprintable()
        chart.show(CURVES)
        await pilot.press("tab", "plus", "left")

    run(CURVES, story, ascii=ascii_only)
