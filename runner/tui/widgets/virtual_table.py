"""`VirtualTable`: rows under a fixed heading. Only visible rows are drawn, so 10,000 rows cost no more than ten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from runner.tui.context import AppContext
from runner.tui.figures.fitting import cut, fit, flat, width_of
from runner.tui.widgets.table_column import GAP, PlacedColumn, TableColumn, place

__all__ = ["Cell", "TableColumn", "VirtualTable"]

Cell = str | Content
"""A cell. Plain text is never read as markup; it must be safe to show."""


class VirtualTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of cells; one row is under the cursor.

    Args:
        context: The context of the app.
        empty: Returns the message of an empty table in the current language; may have several lines.
        id: As in Textual.
        classes: As in Textual.
    """

    DEFAULT_CSS = """
    VirtualTable { width: 1fr; height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
            scrollbar-color: $border; scrollbar-color-hover: $secondary; scrollbar-color-active: $accent;
            scrollbar-background: $background; scrollbar-background-hover: $background;
            scrollbar-background-active: $background; }
    VirtualTable.-signs-ascii { scrollbar-size-vertical: 0; }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,ctrl+home", "edge(False)", show=False),
        Binding("end,ctrl+end", "edge(True)", show=False),
    ]

    @dataclass
    class Moved(Message):
        """Another row came under the cursor: by a key or a click, or because the rows changed."""

        table: "VirtualTable"
        key: str

        @property
        def control(self) -> "VirtualTable":
            """The table, for ``@on(VirtualTable.Moved, "#id")``."""
            return self.table

    @dataclass
    class Chosen(Message):
        """The row under the cursor was clicked again."""

        table: "VirtualTable"
        key: str

        @property
        def control(self) -> "VirtualTable":
            """The table, for ``@on(VirtualTable.Chosen, "#id")``."""
            return self.table

    @dataclass
    class HeaderClicked(Message):
        """A heading was clicked."""

        table: "VirtualTable"
        column_key: str

        @property
        def control(self) -> "VirtualTable":
            """The table, for ``@on(VirtualTable.HeaderClicked, "#id")``."""
            return self.table

    def __init__(
        self,
        context: AppContext,
        empty: Callable[[], str],
        *,
        id: str | None = None,  # noqa: A002 -- Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.context = context
        self._empty = empty
        self._columns: tuple[TableColumn, ...] = ()
        self._order: tuple[str | None, bool] = (None, False)
        self._keys: tuple[str, ...] = ()
        self._index_of: dict[str, int] = {}
        self._cells_of: Callable[[str], Sequence[Cell]] = lambda _: ()
        self._known: dict[str, tuple[Cell, ...]] = {}
        self._at = 0
        self._placed: tuple[int, tuple[PlacedColumn, ...]] = (-1, ())

    def set_columns(
        self, columns: Sequence[TableColumn], *, sorted_by: str | None = None, descending: bool = False
    ) -> None:
        """Set the columns, and the column by which the rows are sorted; the caller sorts them."""
        given, order = tuple(columns), (sorted_by, descending)
        if (given, order) == (self._columns, self._order):
            return
        if given != self._columns:
            self._known.clear()
        self._columns, self._order = given, order
        self._placed = (-1, ())
        self.refresh()

    def set_rows(self, keys: Sequence[str], cells: Callable[[str], Sequence[Cell]]) -> None:
        """Set the rows. The cursor stays on its key, else on its line; the scroll position stays.

        Args:
            keys: A unique key for each row, from top to bottom.
            cells: Returns the cells of a row, one for each column; called once for a row that becomes visible.
        """
        before, offset = self.cursor, self.scroll_offset.y
        self._keys = tuple(keys)
        self._index_of = {key: index for index, key in enumerate(self._keys)}
        self._cells_of = cells
        self._known.clear()
        self._at = self._index_of.get(before, self._at) if before is not None else self._at
        self._at = max(0, min(self._at, len(self._keys) - 1))
        size = Size(0, len(self._keys) + 1)
        if size != self.virtual_size:
            # Textual does not see this and so keeps the layout of the screen; it sees a scrollbar come or go.
            self.set_reactive(VirtualTable.virtual_size, size)
            if self.is_mounted:
                self._scroll_update(size)
                self.scroll_to(y=offset, animate=False, force=True)
        self.refresh()
        self._post_moved(before)

    def move_to(self, key: str) -> None:
        """Move the cursor to a row, and show it; does nothing if there is no such row."""
        if (index := self._index_of.get(key)) is not None:
            self._go(index)

    @property
    def cursor(self) -> str | None:
        """Key of the row under the cursor; None if there are no rows."""
        return self._keys[self._at] if self._keys else None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all rows, from top to bottom."""
        return self._keys

    @property
    def visible_columns(self) -> tuple[TableColumn, ...]:
        """The columns that have room now."""
        return tuple(placed.column for placed in self._places())

    def text(self) -> list[list[str]]:
        """Return headings and all rows of all columns as plain text, as displayed."""
        glyphs = self.context.glyphs
        rows = [[flat(column.label, glyphs) for column in self._columns]]
        rows += [[flat(str(cell), glyphs) for cell in self._cells_of(key)] for key in self._keys]
        return rows

    def refresh_text(self) -> None:
        """Update visible cells after a change of language, theme or glyphs."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self._known.clear()
        self._placed = (-1, ())
        self.refresh()

    def on_mount(self) -> None:
        """Draw with the current glyphs."""
        self.refresh_text()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor visible if the table gets fewer lines."""
        del event
        if self._keys and self.has_focus:
            self._show_cursor()

    def on_focus(self) -> None:
        """Show the cursor as focused."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as not focused."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Move the cursor to the row, choose the row that has it, or report a heading."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if offset.y == 0:
            for placed in self._places():
                if placed.start <= offset.x < placed.start + placed.width + GAP and placed.column.sortable:
                    self.post_message(self.HeaderClicked(self, placed.column.key))
            return
        index = offset.y - 1 + self.scroll_offset.y
        if not 0 <= index < len(self._keys):
            return
        if index == self._at:
            self.post_message(self.Chosen(self, self._keys[index]))
        else:
            self._go(index)

    def action_step(self, by: int) -> None:
        """Move the cursor by so many rows."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by so many pages."""
        self._go(self._at + by * max(1, self.size.height - 2))

    def action_edge(self, end: bool) -> None:
        """Move the cursor to the first or the last row."""
        self._go(len(self._keys) - 1 if end else 0)

    def render_line(self, y: int) -> Strip:
        """Return one visible line: the heading, a row, or the message of an empty table."""
        width = self.size.width
        base = self.visual_style
        if width <= 0:
            return Strip.blank(0)
        if y == 0:
            line, style = self._heading(width), base
        elif not self._keys:
            line, style = self._nothing(width, y), base
        else:
            index = y - 1 + self.scroll_offset.y
            if index >= len(self._keys):
                return Strip.blank(width, base.rich_style)
            line, style = self._row(index), base + self._ground(index)
        strip = Strip([Segment(text, own.rich_style) for text, own in line.render(style, end="")])
        return strip.crop_extend(0, width, style.rich_style)

    def _heading(self, width: int) -> Content:
        context, (sorted_by, descending) = self.context, self._order
        parts: list[Content] = [Content("  ")]
        mark = context.glyphs.down if descending else context.glyphs.up
        for placed in self._places():
            column = placed.column
            label = flat(column.label, context.glyphs)
            style = context.palette.muted
            if column.key == sorted_by:
                label = cut(label, placed.width - 2, context.glyphs)
                label = f"{mark} {label}" if column.right else f"{label} {mark}"
                style = context.palette.accent
            parts += [
                fit(Content.styled(label, style), placed.width, context.glyphs, right=column.right),
                Content(" " * GAP),
            ]
        return Content("").join(parts).truncate(width, pad=True)

    def _row(self, index: int) -> Content:
        context, key = self.context, self._keys[index]
        cells = self._known.get(key)
        if cells is None:
            cells = self._known[key] = tuple(self._cells_of(key))
        here = index == self._at
        parts: list[Content] = [
            Content.styled(
                f"{context.glyphs.cursor} ", context.palette.accent if self.has_focus else context.palette.muted
            )
            if here
            else Content("  ")
        ]
        for placed in self._places():
            cell = cells[placed.index] if placed.index < len(cells) else ""
            parts += [fit(cell, placed.width, context.glyphs, right=placed.column.right), Content(" " * GAP)]
        return Content("").join(parts)

    def _ground(self, index: int) -> Style:
        palette = self.context.palette
        if index == self._at:
            share = 0.24 if self.has_focus else 0.10
            return Style(background=Color.parse(palette.blend(palette.ground, palette.accent, share)))
        return Style(background=Color.parse(palette.raised)) if index % 2 else Style()

    def _nothing(self, width: int, y: int) -> Content:
        glyphs = self.context.glyphs
        wide = max(1, min(width - 4, 64))
        lines = [
            line.plain
            for part in self._empty().split("\n")
            for line in (Content(flat(part, glyphs)).wrap(wide) if part else [Content("")])
        ]
        at = y - 1 - max(0, (self.size.height - 1 - len(lines)) // 2)
        if not 0 <= at < len(lines):
            return Content("")
        text = cut(lines[at].strip(), wide, glyphs)
        return Content.assemble(" " * ((width - width_of(text)) // 2), (text, self.context.palette.muted))

    def _places(self) -> tuple[PlacedColumn, ...]:
        width = self.size.width
        if self._placed[0] != width:
            self._placed = (width, place(self._columns, width))
        return self._placed[1]

    def _go(self, index: int) -> None:
        if not self._keys:
            return
        before = self.cursor
        self._at = max(0, min(index, len(self._keys) - 1))
        self._show_cursor()
        self.refresh()
        self._post_moved(before)

    def _show_cursor(self) -> None:
        lines = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if self._at < top:
            self.scroll_to(y=self._at, animate=False, force=True)
        elif self._at >= top + lines:
            self.scroll_to(y=self._at - lines + 1, animate=False, force=True)

    def _post_moved(self, before: str | None) -> None:
        if (key := self.cursor) is not None and key != before:
            self.post_message(self.Moved(self, key))
