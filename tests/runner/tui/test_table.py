"""The table: virtual rows, a cursor that stays where it is, columns that leave, and text that cannot break it."""

import asyncio

from rich.cells import cell_len
from textual import on
from textual.app import App
from textual.content import Content

from runner.tui.context import AppContext
from runner.tui.figures.fitting import cut, fit, flat
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.preferences import Preferences
from runner.tui.widgets.table_column import place
from runner.tui.widgets.virtual_table import TableColumn, VirtualTable

COLUMNS = (
    TableColumn("name", "Study", 12, share=1),
    TableColumn("best", "Best", 8, right=True),
    TableColumn("time", "Time", 8, drop=1),
)


class _App(App):
    def __init__(self, **preferences):
        super().__init__()
        self.context = AppContext(None, Preferences(**preferences))
        self.messages = []

    def compose(self):
        yield VirtualTable(self.context, lambda: "No studies yet.\nPress n.", id="t")

    def on_mount(self):
        self.table.set_columns(COLUMNS, sorted_by="best", descending=True)
        self.table.focus()

    @property
    def table(self):
        return self.query_one(VirtualTable)

    @on(VirtualTable.Moved, "#t")
    @on(VirtualTable.Chosen, "#t")
    @on(VirtualTable.HeaderClicked, "#t")
    def tell(self, message):
        self.messages.append((type(message).__name__, getattr(message, "key", None) or message.column_key))


def run(story, size=(60, 8), **preferences):
    async def main():
        app = _App(**preferences)
        async with app.run_test(size=size) as pilot:
            await story(app, app.table, pilot)

    asyncio.run(main())


def lines(table):
    return [table.render_line(y).text for y in range(table.size.height)]


def rows(count):
    return [f"k{n}" for n in range(count)]


def cells(key):
    return (f"study {key}", "92.4 %", Content.styled("1 h", "red"))


def test_only_visible_rows_are_asked_for():
    """Of ten thousand rows no more cells are asked for than are seen, each row once; the screen stays as arranged."""

    async def story(app, table, pilot):
        asked = []
        keys = rows(10_000)
        table.set_rows(keys[:10], cells)

        def counted(key):
            asked.append(key)
            return cells(key)

        await pilot.pause()
        table.set_rows(keys, counted)
        await pilot.pause()
        await pilot.press("down", "up")
        assert sorted(set(asked)) == rows(7)
        assert len(asked) == 7

    run(story)


def test_cursor_and_scroll_stay():
    """New rows leave the cursor on its key, else on its line, and the scroll where it was."""

    async def story(app, table, pilot):
        table.set_rows(rows(50), cells)
        table.move_to("k30")
        await pilot.pause()
        scroll = table.scroll_offset.y
        table.set_rows(["new", *rows(50)], cells)
        await pilot.pause()
        assert (table.cursor, table.scroll_offset.y) == ("k30", scroll)
        table.set_rows([key for key in rows(50) if key != "k30"], cells)
        await pilot.pause()
        assert (table.cursor, table.scroll_offset.y) == ("k32", scroll)
        table.set_rows([], cells)
        assert table.cursor is None
        assert app.messages == [("Moved", "k0"), ("Moved", "k30"), ("Moved", "k32")]

    run(story)


def test_keys_move_the_cursor():
    """Arrows, pages, Home and End move the cursor and keep it in sight; at the ends it stays."""

    async def story(app, table, pilot):
        table.set_rows(rows(50), cells)
        for key, expected in (("up", "k0"), ("down", "k1"), ("pagedown", "k7"), ("end", "k49"), ("down", "k49")):
            await pilot.press(key)
            assert table.cursor == expected
            assert any(f"study {expected} " in line for line in lines(table))
        await pilot.press("pageup", "home")
        assert table.cursor == "k0"
        assert lines(table)[1].startswith(UNICODE.cursor)

    run(story)


def test_clicks():
    """A click moves the cursor, one more chooses the row, a click on a heading tells of its column."""

    async def story(app, table, pilot):
        table.set_rows(rows(3), cells)
        await pilot.click(VirtualTable, offset=(5, 3))
        await pilot.click(VirtualTable, offset=(5, 3))
        await pilot.click(VirtualTable, offset=(5, 0))
        await pilot.click(VirtualTable, offset=(5, 6))
        assert app.messages == [("Moved", "k0"), ("Moved", "k2"), ("Chosen", "k2"), ("HeaderClicked", "name")]

    run(story)


def test_heading_shows_the_order():
    """The heading of the column that rows are sorted by carries a mark, before a right-aligned label."""

    async def story(app, table, pilot):
        table.set_rows(rows(3), cells)
        assert "▼ Best" in lines(table)[0]
        table.set_columns(COLUMNS, sorted_by="name")
        assert "Study ▲" in lines(table)[0]
        line = lines(table)[1]
        assert line.index("92.4 %") + len("92.4 %") == lines(table)[0].index("Best") + len("Best")

    run(story)


def test_foreign_text_cannot_break_a_line():
    """Markup, controls, bidirectional marks and wide characters leave every line as wide as the table."""

    async def story(app, table, pilot):
        evil = ["[/nope]", "\x1b[31m\n\x00x", "\u202egnp", "日本語の長い名前のスタディ", "😀❤\ufe0f", "a\tb", "x" * 500]
        table.set_rows(evil, lambda key: (key, Content(key, strip_control_codes=False), key))
        await pilot.pause()
        for y in range(table.size.height):
            strip = table.render_line(y)
            assert strip.cell_length == table.size.width == cell_len(strip.text)
            assert strip.text.replace("\u034f", "").isprintable()
        assert "[/nope]" in lines(table)[1]

    run(story)


def test_missing_cells_are_blank():
    """A row with too few cells is drawn with blanks instead of ending the app."""

    async def story(app, table, pilot):
        table.set_rows(["a"], lambda _: ("only",))
        assert lines(table)[1].split() == [UNICODE.cursor, "only"]

    run(story)


def test_empty_table_says_what_to_do():
    """Without rows the text stands in the middle, its lines as they are."""

    async def story(app, table, pilot):
        table.set_rows([], cells)
        shown = lines(table)
        assert [line.strip() for line in shown if line.strip()][1:] == ["No studies yet.", "Press n."]
        assert abs(len(shown[3]) - len(shown[3].lstrip()) - (60 - len("No studies yet.")) // 2) <= 1

    run(story)


def test_ascii_signs_only():
    """With ASCII signs nothing else is drawn, not even the ellipsis or the space of a number."""

    async def story(app, table, pilot):
        table.set_rows(rows(30), lambda _: ("a name that is much too long to be shown whole", "92.4\u00a0%", "–"))
        await pilot.pause()
        assert "".join(lines(table)).isascii()
        assert not table.show_vertical_scrollbar or table.styles.scrollbar_size_vertical == 0
        assert lines(table)[1].startswith(">")

    run(story, size=(40, 8), ascii=True)


def test_text_has_all_columns_and_rows():
    """The text has headings and every row, columns included that have no room."""

    async def story(app, table, pilot):
        table.set_rows(rows(20), cells)
        assert [column.key for column in table.visible_columns] == ["name", "best"]
        text = table.text()
        assert text[0] == ["Study", "Best", "Time"]
        assert len(text) == 21
        assert text[20] == ["study k19", "92.4 %", "1 h"]

    run(story, size=(30, 8))


def test_refreshing_asks_again():
    """`refresh_text` asks for the cells in another language."""

    async def story(app, table, pilot):
        word = ["open"]
        table.set_rows(["a"], lambda _: (word[0], "", ""))
        assert "open" in lines(table)[1]
        word[0] = "offen"
        table.refresh_text()
        assert "offen" in lines(table)[1]

    run(story)


def test_columns_leave_by_drop_and_share_what_is_left():
    """The highest drop leaves first; left-over room completes headings and then goes by share, without loss."""
    columns = (
        TableColumn("a", "A", 5, share=2),
        TableColumn("b", "B", 5, share=1, drop=1),
        TableColumn("c", "C", 5, drop=2),
    )
    assert [one.column.key for one in place(columns, 18)] == ["a", "b"]
    assert [one.column.key for one in place(columns, 12)] == ["a"]
    wide = place(columns, 50)
    assert [one.width for one in wide] == [5 + 18, 5 + 10, 5]
    assert wide[-1].start + wide[-1].width == 49
    assert [one.start for one in wide] == [2, 27, 44]
    long = place((TableColumn("a", "A long heading", 3), TableColumn("b", "B", 3, share=1)), 60)
    assert long[0].width == len("A long heading") + 2


def test_fit_is_exact():
    """Fitted text takes just its width, cut with an ellipsis, also within a wide character."""
    assert fit("abcdef", 4, UNICODE).plain == "abc…"
    assert fit("日本語", 4, UNICODE).plain == "日… "
    assert fit("5", 3, UNICODE, right=True).plain == "  5"
    assert fit("abc", 0, UNICODE).plain == ""
    assert cut("abcdef", 4, ASCII) == "abc~"
    assert flat("a\x1b\u202eb\nc", UNICODE) == "a??b c"
    assert fit(Content.styled("abcdef", "red"), 4, UNICODE).spans[0][:2] == (0, 3)
