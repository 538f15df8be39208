"""The blocks of a page. Every text in them is plain: the template escapes it.

A number that a reader may want to check is a `ShownNumber`, not part of a text:
it names its place in the store and keeps its whole value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from runner.presentation.labels import filled_columns

__all__ = [
    "Block",
    "Cell",
    "CodeBlock",
    "DiagnosisBlock",
    "DiagnosisList",
    "FactList",
    "FigureBlock",
    "FigureRow",
    "MarkedText",
    "Missing",
    "Paragraph",
    "Row",
    "Section",
    "SettingRow",
    "SettingsTable",
    "ShownNumber",
    "TableBlock",
    "TextBlock",
    "TextList",
    "Tile",
    "Tiles",
]


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number and how it is shown.

    Attributes:
        of: Its place in the store (``"winner.test.accuracy"``); each place holds one number, which may be shown often.
        value: The number in the store, in full.
        shown: The number as text in the page's language.
        low: Lower end of its 95 % interval; None if it has none.
        high: Upper end of the interval; None if it has none.
        interval: The interval as text; empty if there is none.
    """

    of: str
    value: float
    shown: str
    low: float | None = None
    high: float | None = None
    interval: str = ""
    kind: ClassVar[str] = "number"


Cell = str | ShownNumber


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; its first cell names it. `mark` highlights it: ``"best"``, ``"changed"`` or ``"failed"``."""

    cells: tuple[Cell, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; `numeric` has the indices of the columns of numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = frozenset()
    kind: ClassVar[str] = "table"

    @property
    def filled(self) -> "TableBlock":
        """The table without the columns that are empty in all rows."""
        kept = filled_columns([row.cells for row in self.rows])
        if not self.rows or len(kept) == len(self.columns):
            return self
        rows = tuple(Row(tuple(row.cells[at] for at in kept), row.mark) for row in self.rows)
        numeric = frozenset(place for place, at in enumerate(kept) if at in self.numeric)
        return TableBlock(self.caption, tuple(self.columns[at] for at in kept), rows, numeric)


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A drawing.

    Attributes:
        name: A name that is unique on the page and valid as an HTML id.
        title: What the drawing shows, in a few words.
        caption: How to read the drawing.
        plot: ``{"data", "layout"}`` for Plotly. Colours are variables of the style sheet (``var(--blue)``).
        table: The same numbers, for readers who cannot see the drawing.
        height: Height in pixels.
        titled: Whether the title is shown above the drawing.
        kind_drawn: The kind of figure (`catalog.figures.KINDS`).
    """

    name: str
    title: str
    caption: str
    plot: Mapping[str, Any]
    table: TableBlock
    height: int
    titled: bool
    kind_drawn: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Figures that stand side by side if there is room."""

    figures: tuple[FigureBlock, ...]
    kind: ClassVar[str] = "figures"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lang` is set if its language is not the page's."""

    text: str
    style: str = ""
    lang: str = ""
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True, slots=True)
class Missing:
    """One line that says what is missing, and why."""

    text: str
    kind: ClassVar[str] = "missing"


@dataclass(frozen=True, slots=True)
class FactList:
    """Names and values."""

    items: tuple[tuple[str, Cell], ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True, slots=True)
class Tile:
    """One important number, in large type."""

    label: str
    number: ShownNumber
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """The important numbers."""

    tiles: tuple[Tile, ...]
    kind: ClassVar[str] = "tiles"


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Text to copy; `name` is valid as an HTML id."""

    name: str
    title: str
    text: str
    kind: ClassVar[str] = "code"


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A part of a text; `weight` goes from -1 (against the label) to 1 (for it); `number` is None if it has none."""

    text: str
    weight: float = 0.0
    number: ShownNumber | None = None


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A text with highlights and a note on it."""

    title: str
    spans: tuple[MarkedText, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextList:
    """Example strings."""

    examples: tuple[TextBlock, ...]
    kind: ClassVar[str] = "examples"


@dataclass(frozen=True, slots=True)
class DiagnosisBlock:
    """A diagnosis: `severity` is ``"problem"``, ``"warning"`` or ``"note"``.

    `remedies` are pairs of an advice and an option of the command line (``--set ...``); the option may be empty.
    `lang` is set if the diagnosis is not in the page's language: tasks of other packages have no translations.
    """

    severity: str
    label: str
    title: str
    evidence: str
    remedies: tuple[tuple[str, str], ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisList:
    """Diagnoses, the most severe first."""

    findings: tuple[DiagnosisBlock, ...]
    kind: ClassVar[str] = "findings"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A field of a configuration: `used` is empty if it has its default; its strings from the model are in `lang`."""

    name: str
    used: str
    default: str
    allowed: str
    meaning: str
    lang: str


@dataclass(frozen=True, slots=True)
class SettingsTable:
    """Fields of a configuration."""

    settings: tuple[SettingRow, ...]
    kind: ClassVar[str] = "settings"


Block = (
    Paragraph
    | Missing
    | FactList
    | Tiles
    | TableBlock
    | FigureRow
    | CodeBlock
    | TextList
    | DiagnosisList
    | SettingsTable
)


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the page; `name` is valid as an HTML id."""

    name: str
    title: str
    blocks: tuple[Block, ...]
