"""What a page is made of. Every text in it is plain: the template escapes all of it.

A number that a reader may want to check is a `ShownNumber`, not part of a text:
it says where in the store it stands, and keeps its whole value.
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
    """A number and how it is told.

    Attributes:
        of: Where it stands (``"winner.test.accuracy"``); one place holds one number, however often it is told.
        value: As the store has it.
        shown: In the page's language.
        low: Lower end of its 95 % interval, where it has one.
        high: Upper end.
        interval: The interval as shown.
    """

    of: str
    value: float
    shown: str
    low: float | None = None
    high: float | None = None
    interval: str = ""
    kind: ClassVar[str] = "told"


Cell = str | ShownNumber


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; its first cell names it. `mark` (``"best"``, ``"changed"``, ``"failed"``) sets it apart."""

    cells: tuple[Cell, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; `numeric` are the places of columns of numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = frozenset()
    kind: ClassVar[str] = "table"

    @property
    def filled(self) -> "TableBlock":
        """The table without columns that say nothing of any row."""
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
        name: Unique on the page, fit for an HTML id.
        title: What it shows, in a few words.
        caption: How to read it.
        plot: ``{"data", "layout"}`` for Plotly. Colours are names of the style sheet (``var(--blue)``).
        table: The same numbers, for those who cannot see it.
        height: Pixels.
        titled: Whether its title stands over it.
        kind_drawn: The kind of figure that it is (`catalog.figures.KINDS`).
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
    """Figures beside each other, where there is room."""

    figures: tuple[FigureBlock, ...]
    kind: ClassVar[str] = "figures"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lang` where it is in another language than the page."""

    text: str
    style: str = ""
    lang: str = ""
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not there, and why, in one line."""

    text: str
    kind: ClassVar[str] = "missing"


@dataclass(frozen=True, slots=True)
class FactList:
    """Names and values."""

    items: tuple[tuple[str, Cell], ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True, slots=True)
class Tile:
    """One number that matters, large."""

    label: str
    told: ShownNumber
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """The numbers that matter."""

    tiles: tuple[Tile, ...]
    kind: ClassVar[str] = "tiles"


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Text to copy; `name` is fit for an HTML id."""

    name: str
    title: str
    text: str
    kind: ClassVar[str] = "code"


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A piece of a text; `weight` from -1 (against the label) to 1 (for it), `told` where it has a number."""

    text: str
    weight: float = 0.0
    told: ShownNumber | None = None


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A text with highlights, and what is said of it."""

    title: str
    spans: tuple[MarkedText, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextList:
    """Strings to read."""

    examples: tuple[TextBlock, ...]
    kind: ClassVar[str] = "examples"


@dataclass(frozen=True, slots=True)
class DiagnosisBlock:
    """A diagnosis: `severity` is ``"problem"``, ``"warning"`` or ``"note"``.

    `remedies` are advice and option of the command line (``--set ...``), which is empty where there is none.
    `lang` is set where it is in another language than the page: a stranger's task has no translations.
    """

    severity: str
    label: str
    title: str
    evidence: str
    remedies: tuple[tuple[str, str], ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisList:
    """Diagnoses, gravest first."""

    findings: tuple[DiagnosisBlock, ...]
    kind: ClassVar[str] = "findings"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A field of a configuration: `used` is empty where it had its default; the model's own strings are in `lang`."""

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
    """A chapter of the page; `name` is fit for an HTML id."""

    name: str
    title: str
    blocks: tuple[Block, ...]
