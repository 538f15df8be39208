"""The editor: JSON with line numbers and marked errors; the text cannot harm a terminal."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Key
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, TextAreaTheme

from catalog.strict_json import MAX_BYTES
from runner.presentation.text import visible_json
from runner.tui.context import AppContext

__all__ = ["Editor", "written_out"]

_COLOURED = 2000
"""Most characters of a line that are coloured."""
_PARTS = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)|(?P<number>-?\d[\d.eE+-]*)|(?P<word>\w+)'
    r"|(?P<sign>[{}\[\]:,])"
)


def written_out(text: str) -> str:
    r"""Return JSON text in which every character is visible: others become escapes such as ``\u202e``.

    Inside a JSON string an escape means the very character; elsewhere neither is allowed.
    """
    return visible_json(text.replace("\r\n", "\n").replace("\r", "\n"))


class Editor(TextArea):
    """An editor for JSON; `catch` receives every key first and returns whether it has handled it.

    Args:
        context: The context of the app.
        catch: Takes a key's name.
    """

    @dataclass
    class Refused(Message):
        """An insertion of so many characters was refused: it would make the text longer than a spec may be."""

        editor: "Editor"
        size: int

    def __init__(self, context: AppContext, catch: Callable[[str], bool]) -> None:
        super().__init__(
            "", soft_wrap=False, show_line_numbers=True, tab_behavior="focus", max_checkpoints=200, id="editor"
        )
        self.indent_width = 2
        self.context = context
        self._catch = catch
        self._marks: Mapping[int, int] = {}
        self._styles: Mapping[str, Style] = {}

    def on_mount(self) -> None:
        """Start with the current colours."""
        self.refresh_text()

    def refresh_text(self) -> None:
        """Apply colours and glyphs."""
        palette = self.context.palette
        colours = {
            "name": palette.accent,
            "string": palette.series[2],
            "number": palette.series[1],
            "word": palette.series[4],
            "sign": palette.muted,
        }
        self._styles = {kind: Style(color=colour) for kind, colour in colours.items()}
        self.register_theme(TextAreaTheme("modelcat", cursor_line_style=Style(bgcolor=palette.raised)))
        self.theme = "modelcat"  # Textual's own theme would hide the colours of the line of the cursor
        self.notify_style_update()

    def show(self, text: str) -> None:
        """Replace the text of the editor; undo restores the former one."""
        self.history.checkpoint()
        self.replace(written_out(text), (0, 0), self.document.end, maintain_selection_offset=False)
        self.history.checkpoint()
        self.move_cursor((0, 0))
        self.scroll_home(animate=False)

    def mark(self, marks: Mapping[int, int]) -> None:
        """Mark faulty lines: from line to column of the fault, both from 0."""
        if dict(marks) != self._marks:
            self._marks = dict(marks)
            self.notify_style_update()
            self.refresh()

    @property
    def marked(self) -> Mapping[int, int]:
        """The marked lines with their columns."""
        return self._marks

    @property
    def offset_of_cursor(self) -> int:
        """The position of the cursor in `text`, in characters."""
        line, column = self.cursor_location
        return sum(len(self.document.get_line(above)) + 1 for above in range(line)) + column

    def edit(self, edit: Edit) -> EditResult:
        """Change the text, unless it becomes too long; invisible characters are written as escapes."""
        size = len(self.text)
        if len(edit.text) > 1 and size + len(edit.text) > MAX_BYTES:
            self.post_message(self.Refused(self, len(edit.text)))
            return EditResult(edit.to_location, "")
        return super().edit(replace(edit, text=written_out(edit.text)) if len(edit.text) > 1 else edit)

    def insert_between(self, start: Location, end: Location, text: str, back: int) -> None:
        """Replace a part, and put the cursor `back` characters before the end of the insertion."""
        result = self.replace(text, start, end, maintain_selection_offset=False)
        line, column = result.end_location
        self.move_cursor((line, max(0, column - back)))

    async def _on_key(self, event: Key) -> None:
        """Offer the key to `catch`; a new line starts with the indentation of the line above."""
        if self._catch(event.key):
            event.stop()
            event.prevent_default()
        elif event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            self._begin_line()
        else:
            await super()._on_key(event)

    def _begin_line(self) -> None:
        start, end = sorted(self.selection)
        before = self.document.get_line(start[0])[: start[1]]
        after = self.document.get_line(end[0])[end[1] :]
        indent = before[: len(before) - len(before.lstrip(" "))]
        deeper = before.rstrip().endswith(("{", "["))
        closes = deeper and after.lstrip().startswith(("}", "]"))
        inner = f"\n{indent}{'  ' if deeper else ''}"
        if closes:
            start = (start[0], len(before.rstrip()))
            end = (end[0], end[1] + len(after) - len(after.lstrip()))
        self.insert_between(start, end, inner + (f"\n{indent}" if closes else ""), 0)
        if closes:
            self.move_cursor((start[0] + 1, len(inner) - 1))

    def get_line(self, line_index: int) -> Text:
        """Return a line of JSON in colours, its fault underlined.

        A string ends on its line, so each line is coloured by itself. (Textual would ask tree-sitter for them,
        of which version 0.26 ends the process with a segmentation fault.)
        """
        line = super().get_line(line_index)
        for part in _PARTS.finditer(line.plain, 0, _COLOURED):
            line.stylize(self._styles.get(part.lastgroup or "", Style.null()), *part.span())
        if (column := self._marks.get(line_index)) is not None:
            palette = self.context.palette
            line.stylize(Style(bgcolor=palette.blend(palette.ground, palette.bad, 0.18)))
            rest = line.plain[column:]
            end = next((at for at, c in enumerate(rest) if at and c in ",:{}[]"), len(rest))
            line.stylize(Style(underline=True), column, column + max(1, end))
        return line

    def render_line(self, y: int) -> Strip:
        """Return the displayed form of a line, with a mark next to its number if it is faulty."""
        strip = super().render_line(y)
        if y + self.scroll_offset.y in self._marks and self.show_line_numbers:
            at = self.gutter_width - 2
            sign = Segment(self.context.glyphs.severities["problem"], Style(color=self.context.palette.bad, bold=True))
            strip = Strip.join([strip.crop(0, at), Strip([sign], 1), strip.crop(at + 1)])
        return strip
