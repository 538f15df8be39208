"""The chart: limits, ticks, signs, zoom, and that nothing that comes in ends it."""

import asyncio
import math

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.widget import Widget

from runner.language import Language
from runner.tui.desk import Desk
from runner.tui.figures.caption import caption
from runner.tui.figures.frame import frame_of
from runner.tui.figures.plot import foot, plot
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.preferences import Preferences
from runner.tui.widgets.chart import Axis, Chart, Drawing, Series
from runner.tui.figures.canvas import Canvas

EPOCH, ACCURACY = Axis("epoch", "count"), Axis("accuracy", "percent")
CURVES = Drawing(
    (
        Series("trial 7", ((1, 0.8), (2, 0.9), (3, 0.92))),
        Series("trial 3", ((1, 0.7), (2, 0.75), (3, 0.76))),
    ),
    EPOCH,
    ACCURACY,
    levels=((0.905, "linear baseline"),),
)


def canvas(width=60, height=12, glyphs=UNICODE, code="en"):
    language = Language(code)
    return Canvas(width, height, palette_of(DARK, {}), glyphs, language, language.translate)


def of(*points, kind="line", x=EPOCH, y=ACCURACY):
    return Drawing((Series("s", points, kind),), x, y)


class _App(App):
    def __init__(self, drawing, **preferences):
        super().__init__()
        self.desk = Desk(None, Preferences(**preferences))
        self.drawing = drawing

    def compose(self):
        yield Chart(self.desk)

    def on_mount(self):
        self.query_one(Chart).show(self.drawing, "No scores yet.")


def run(drawing, story, size=(60, 16), **preferences):
    async def main():
        app = _App(drawing, **preferences)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.pause()
            await story(app.query_one(Chart), pilot)

    asyncio.run(main())


def test_chart_shows_lines_signs_and_units():
    """Series differ by their signs, the level is named with its value, and the axes have units."""

    async def story(chart, pilot):
        shown = chart.plain.replace("\u00a0", " ")
        assert "accuracy   ┄ linear baseline 90.5 %   ● trial 7   ▲ trial 3" in shown.split("\n")[0]
        assert shown.count("●") == shown.count("▲") == 4
        assert "80 %" in shown
        assert any(0x2800 < ord(character) < 0x2900 for character in shown)
        assert shown.rstrip().endswith("epoch")

    run(CURVES, story)


def test_chart_in_german():
    """Numbers are written as the language writes them, also after it has changed."""

    async def story(chart, pilot):
        assert "90,5 %" in chart.plain
        chart._desk.preferences = Preferences(language="en")
        chart.retell()
        await pilot.pause()
        assert "90.5 %" in chart.plain

    run(CURVES, story, language="de")


def test_ascii_chart_is_ascii():
    """With ASCII signs nothing else is drawn, and textual-plot is not even made."""

    async def story(chart, pilot):
        assert chart.plain.replace("\u00a0", " ").isascii()
        assert chart._plot is None
        assert chart.plain.count("o") > 3

    run(CURVES, story, ascii=True)


def test_empty_chart_says_so():
    """Where there is nothing to draw the given text stands in the middle; a drawing takes its place."""

    async def story(chart, pilot):
        assert chart.plain.strip() == "No scores yet."
        chart.show(of((math.nan, 1.0)), "None are numbers.")
        await pilot.pause()
        assert chart.plain.strip() == "None are numbers."
        chart.show(CURVES)
        await pilot.pause()
        await pilot.pause()
        assert "trial 7" in chart.plain

    run(None, story)


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
        more = Series("trial 7", ((1, 0.8), (2, 0.9), (3, 0.91)))
        chart.show(Drawing((more,), EPOCH, ACCURACY))
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


def test_bars_have_names_and_fillings():
    """Bars stand over the names of their classes, wide ones too, and those of two series differ by their filling."""
    names = ("no", "日本語", "[b]")
    series = (Series("right", ((0, 5), (1, 9), (2, 3)), "bars"), Series("wrong", ((0, 1), (1, 2), (2, 9)), "bars"))

    async def story(chart, pilot):
        assert "█ right   ▒ wrong" in chart.plain
        assert all(name in chart.plain for name in names)
        assert "██" in chart.plain
        assert "▒▒" in chart.plain

    run(Drawing(series, Axis("class", names=names), Axis("texts", "count")), story)


def test_bar_of_nothing_is_none():
    """A bar of nothing fills no cell; its neighbour stands on the ground."""
    frame = frame_of(of((0, 0), (1, 9), kind="bars", y=Axis("n", "count")), 30)
    drawn = plot(frame, 4, 8, canvas(30, 8)).plain.split("\n")
    assert "█" not in "".join(line[:17] for line in drawn)
    assert all("█" in line for line in drawn[1:-1])


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
    assert [text for _, text in single.x.spaced(40, Language("en"), UNICODE)] == ["3"]
    grounded = frame_of(of((0, 5), (1, 9), kind="bars", y=Axis("n", "count")), 60)
    assert grounded.y.low == 0


def test_logarithms():
    """An axis of logarithms leaves out what has none, and writes the values, not their logarithms."""
    axis = Axis("learning rate", "log")
    frame = frame_of(of((1e-5, 0.5), (0, 0.6), (-1, 0.7), (1e-3, 0.8), x=axis), 60)
    assert [round(x, 9) for x, _ in frame.shapes[0].points] == [-5, -3]
    labels = [text for _, text in frame.x.spaced(60, Language("en"), UNICODE)]
    assert {"1e-5", "1e-4", "0.001"} <= set(labels)


def test_steps_hold_until_the_next_point():
    """The path of steps turns at each point; its signs stand at the points alone."""
    shape = frame_of(of((0, 1), (2, 3), kind="steps"), 60).shapes[0]
    assert shape.path == ((0, 1), (2, 1), (2, 3))
    assert shape.points == ((0, 1), (2, 3))


def test_many_series_end_the_caption():
    """A caption of too many names ends with how many more there are, within its lines."""
    series = tuple(Series(f"a rather long name {n}", ((1, 1),)) for n in range(20))
    told = caption(Drawing(series, EPOCH, ACCURACY), canvas()).plain
    assert told.count("\n") == 1
    assert told.endswith("more")
    assert all(len(line) <= 60 for line in told.split("\n"))


HOSTILE = (
    of((None, 1.0), ("a", 2.0), (1.0,), (10**400, 1.0), (1.0, math.inf)),
    of((1e308, -1e308), (-1e308, 1e308), (5e-324, 3.0), x=Axis("[/x]\x1b", low=math.nan), y=Axis("\n", low=math.inf)),
    of(*((float(n), 1e15) for n in range(5)), y=Axis("y")),
    of((1.0, 10.0), (2.0, 1e300), kind="bars", y=Axis("y", "log")),
    of((1.0, -1e300), (1e6, 5.0), kind="bars", x=Axis("x", low=0, high=3), y=Axis("y", low=4, high=5)),
    of((0.0, 0.0), (1.0, 1.0), kind="scatter", x=Axis("", names=("[/nope]", "日本語", "\u202ex"), kind="log")),
    of((0.0, 0.0), (1.0, 1.0), y=Axis("", names=("[red]", "日本語"))),
    Drawing(
        (Series("[/x]\x1b\n", ((1, 1),), color="red[", mark="日本"),),
        EPOCH,
        EPOCH,
        levels=((math.nan, "[/]"), (1e308, "x")),
    ),
    Drawing((), EPOCH, EPOCH),
)


@pytest.mark.parametrize("drawing", HOSTILE)
def test_foreign_data_never_end_a_chart(drawing):
    """Whatever comes in, at whatever size, the chart goes on and every line has its width."""

    async def story(chart, pilot):
        await pilot.press("tab", "plus", "left")
        for width, height in ((12, 5), (60, 14)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert all(cell_len(line) <= width for line in chart.plain.split("\n"))
            assert chart.plain.replace("\n", "").replace("\u00a0", "").replace("\u034f", "").isprintable()

    run(drawing, story)
    for glyphs in (ASCII, UNICODE):
        frame = frame_of(drawing, 30)
        if frame is not None:
            assert all(cell_len(line) <= 30 for line in plot(frame, 6, 8, canvas(30, 8, glyphs)).plain.split("\n"))
            assert all(cell_len(line) <= 30 for line in foot(frame.x, 7, 23, canvas(30, 8, glyphs)).plain.split("\n"))
