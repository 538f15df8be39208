"""Figures as data: the closed set of drawings that a task or a study makes and that every front end can render.

A builder returns a figure; the report draws it with Plotly, the terminal UI with character cells, `modelcat figures`
prints it as JSON. A renderer knows the kinds below and no subject. The meaning of a series (the winner, the baseline, a
wrong answer) is its role; the renderer chooses colours and marks.

Text that the program wrote is a `Statement`, which a front end translates; a plain string is text of the data (a class,
a word, a column) and is escaped where it is shown.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Final, Literal, get_args

from catalog.statement import Statement
from catalog.statement import to_json as statement_to_json

__all__ = [
    "KINDS",
    "MOST_FIGURES",
    "Axis",
    "Bar",
    "Bars",
    "Bin",
    "Column",
    "Empty",
    "Figure",
    "Format",
    "Highlight",
    "HighlightedText",
    "Histogram",
    "Interval",
    "Intervals",
    "Level",
    "Matrix",
    "ParallelCoordinates",
    "Part",
    "Path",
    "Plot",
    "Role",
    "Series",
    "Span",
    "Surface",
    "Table",
    "Text",
    "Timeline",
    "check",
    "to_json",
]

Text = Statement | str
"""A statement is translated; a string is text of the data, shown unchanged."""

Format = Literal["number", "percent", "count", "seconds", "bytes", "points", "text"]
"""The format of a value, as in `catalog.statement.KINDS`; ``bytes`` is a size in memory or on disk."""

Role = Literal[
    "main", "other", "reference",
    "winner", "given", "recipe", "baseline", "selected", "best_so_far", "front",
    "complete", "pruned", "failed", "running",
    "train", "validation", "test",
    "right", "wrong", "before", "after",
    "positive", "negative",
]  # fmt: skip
"""What a series, bar or part is. A renderer gives each role one colour and one mark, the same in every figure.

``winner`` is only the configuration that a closed study keeps; ``selected`` is the trial under the cursor. A ``failed``
trial has no value: its y only says where it is drawn.
"""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis, or the scale of a bar.

    Attributes:
        label: What it measures.
        format: The format of its ticks.
        unit: Follows the label in brackets; None if the format is enough.
        scale: Whether distances are differences or ratios.
        low: Where it begins; None for the smallest value.
        high: Where it ends; None for the largest value.
        better: Which end is the better one; None if neither is.
        categories: Names of the values 0, 1, 2 ... of an axis without numbers.
    """

    label: Text
    format: Format = "number"
    unit: Text | None = None
    scale: Literal["linear", "log"] = "linear"
    low: float | None = None
    high: float | None = None
    better: Literal["high", "low"] | None = None
    categories: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A group of points.

    Attributes:
        name: For the legend.
        points: x and y, finite; on a logarithmic axis above 0.
        draw: Joined by a line, as steps that hold until the next point (the last one to the end of the axis), or as
            single points.
        role: What it is.
        intervals: Lower and upper end of each point's y; None for a point without. Empty if no point has one.
        labels: What each point is, shown when the reader points at it. Empty if there are none.
        scores: How good each point is among those drawn, 0 to 1, for its shade. Empty if all have the colour of `role`.
    """

    name: Text
    points: tuple[tuple[float, float], ...]
    draw: Literal["line", "steps", "points"] = "points"
    role: Role = "main"
    intervals: tuple[tuple[float, float] | None, ...] = ()
    labels: tuple[Text, ...] = ()
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line at `value` on the y axis, such as the baseline's."""

    value: float
    name: Text
    role: Role = "reference"


@dataclass(frozen=True, slots=True)
class Surface:
    """Values over both axes of a plot, drawn as shades under its series; a renderer with too little room omits it.

    Attributes:
        x: Centres of the columns, in the order of the axis.
        y: Centres of the rows, in the order of the axis.
        values: One row after the other; None for an unknown value.
        scale: What the values measure.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    values: tuple[tuple[float | None, ...], ...]
    scale: Axis


@dataclass(frozen=True, slots=True)
class _Figure:
    """The common fields of all kinds.

    Attributes:
        key: Names the figure: lower-case letters, digits and hyphens, unique among the figures of one page.
        title: What is drawn, in a few words.
        caption: How to read it, one sentence each.
        group: Figures of one group are shown together, under this name; None for a figure on its own.
    """

    kind: ClassVar[str]

    key: str
    title: Text
    caption: tuple[Text, ...] = field(default=(), kw_only=True)
    group: Statement | None = field(default=None, kw_only=True)

    def lengths(self) -> Iterator[tuple[str, int, int]]:
        """Yield each sequence that must match another one's length: where it is, its length, the expected length."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Plot(_Figure):
    """Lines, steps and points over two axes; later series lie over earlier ones."""

    kind: ClassVar[str] = "plot"

    x: Axis
    y: Axis
    series: tuple[Series, ...]
    levels: tuple[Level, ...] = ()
    surface: Surface | None = None

    def lengths(self) -> Iterator[tuple[str, int, int]]:
        """Yield the lengths of each series' intervals, labels and scores, and of the surface's rows."""
        for index, series in enumerate(self.series):
            for name in ("intervals", "labels", "scores"):
                if given := getattr(series, name):
                    yield f"series.{index}.{name}", len(given), len(series.points)
        if self.surface is not None:
            yield "surface.values", len(self.surface.values), len(self.surface.y)
            for index, row in enumerate(self.surface.values):
                yield f"surface.values.{index}", len(row), len(self.surface.x)


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled value with its interval, if it has one; `note` adds details, such as the number of its examples."""

    label: Text
    value: float
    role: Role = "main"
    low: float | None = None
    high: float | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Bars(_Figure):
    """Horizontal bars from zero, the first at the top; negative ones go in the other direction."""

    kind: ClassVar[str] = "bars"

    axis: Axis
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of every bin, such as the right answers."""

    name: Text
    role: Role = "main"


@dataclass(frozen=True, slots=True)
class Bin:
    """Counts of the values from `low` to `high`, one for each part."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Histogram(_Figure):
    """Counts by bins, in proportion to each other, with the number of each bin."""

    kind: ClassVar[str] = "histogram"

    x: Axis
    parts: tuple[Part, ...]
    bins: tuple[Bin, ...]

    def lengths(self) -> Iterator[tuple[str, int, int]]:
        """Yield the lengths of each bin's counts."""
        for index, each in enumerate(self.bins):
            yield f"bins.{index}.counts", len(each.counts), len(self.parts)


@dataclass(frozen=True, slots=True)
class Matrix(_Figure):
    """Counts by row and column; a cell's shade is its share of its row.

    Attributes:
        down: What the rows are; its categories name them.
        across: What the columns are; its categories name them.
        counts: One row after the other, whole numbers from 0.
        diagonal: Whether the diagonal holds the wanted counts.
    """

    kind: ClassVar[str] = "matrix"

    down: Axis
    across: Axis
    counts: tuple[tuple[int, ...], ...]
    diagonal: bool = False

    def lengths(self) -> Iterator[tuple[str, int, int]]:
        """Yield the number of rows and the length of each row."""
        yield "counts", len(self.counts), len(self.down.categories)
        for index, row in enumerate(self.counts):
            yield f"counts.{index}", len(row), len(self.across.categories)


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with its interval; `count` is the number of its examples."""

    label: Text
    value: float | None
    low: float | None = None
    high: float | None = None
    role: Role = "main"
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Intervals(_Figure):
    """Dots with intervals, the first at the top: comparisons, and a metric by groups of examples."""

    kind: ClassVar[str] = "intervals"

    axis: Axis
    items: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """One configuration through all dimensions.

    Attributes:
        name: What it is.
        values: One for each dimension; the index of a category if the axis has categories; None if there is no value.
        score: How good it is among those drawn, 0 to 1.
        role: What it is.
    """

    name: Text
    values: tuple[float | None, ...]
    score: float
    role: Role = "complete"


@dataclass(frozen=True, slots=True)
class ParallelCoordinates(_Figure):
    """Configurations as lines over their parameters and their value."""

    kind: ClassVar[str] = "parallel_coordinates"

    dimensions: tuple[Axis, ...]
    paths: tuple[Path, ...]

    def lengths(self) -> Iterator[tuple[str, int, int]]:
        """Yield the lengths of each path's values."""
        for index, path in enumerate(self.paths):
            yield f"paths.{index}.values", len(path.values), len(self.dimensions)


@dataclass(frozen=True, slots=True)
class Span:
    """An activity from `start` to `end`, in seconds since the figure's beginning; `end` is None while it continues."""

    name: Text
    start: float
    end: float | None
    role: Role = "complete"
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Timeline(_Figure):
    """When each of several activities ran; `now` is the present in seconds since the beginning."""

    kind: ClassVar[str] = "timeline"

    spans: tuple[Span, ...]
    now: float


@dataclass(frozen=True, slots=True)
class Highlight:
    """Characters `start` to `end` (exclusive) of a text.

    Attributes:
        start: First character.
        end: The character after the last.
        weight: From -1 to 1; its sign chooses between `HighlightedText.negative` and `positive`, its size the shade.
        label: Written next to it, such as the type of an entity; None if the weight is enough.
    """

    start: int
    end: int
    weight: float = 1.0
    label: Text | None = None


@dataclass(frozen=True, slots=True)
class HighlightedText(_Figure):
    """A text with some of its characters marked; `positive` and `negative` say what the two signs of a weight mean."""

    kind: ClassVar[str] = "highlighted_text"

    text: str
    highlights: tuple[Highlight, ...]
    positive: Text | None = None
    negative: Text | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; every format except ``text`` is aligned to the right."""

    label: Text
    format: Format = "text"


@dataclass(frozen=True, slots=True)
class Table(_Figure):
    """Rows of cells, one for each column; None is an empty cell."""

    kind: ClassVar[str] = "table"

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text | float | int | None, ...], ...]

    def lengths(self) -> Iterator[tuple[str, int, int]]:
        """Yield the length of each row."""
        for index, cells in enumerate(self.rows):
            yield f"rows.{index}", len(cells), len(self.columns)


@dataclass(frozen=True, slots=True)
class Empty(_Figure):
    """A figure without data; `reason` says why there is none, and how to get some."""

    kind: ClassVar[str] = "empty"

    reason: Text


Figure = Plot | Bars | Histogram | Matrix | Intervals | ParallelCoordinates | Timeline | HighlightedText | Table | Empty

KINDS: Final[Mapping[str, type[_Figure]]] = {one.kind: one for one in get_args(Figure)}
"""Every kind of figure, by its name."""


MOST_FIGURES: Final = 200
"""The most figures that are drawn of one evaluation, data set or prediction."""


def check(figure: object) -> None:
    """Check what a plugin returned as a figure: its kind, the types of its fields, and that every number is finite.

    Raises:
        ValueError: No renderer can draw it; the message says what is wrong and where.
    """
    kind = getattr(figure, "kind", None)
    if not (isinstance(kind, str) and KINDS.get(kind) is type(figure)):
        raise ValueError(f"{type(figure).__name__} is no kind of figure; there are {', '.join(KINDS)}")
    assert isinstance(figure, _Figure)
    _check_types(figure)
    if not figure.key or not all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in figure.key):
        raise ValueError(f"{figure.key!r} is no key: use lower-case letters, digits and hyphens")
    for place, number in _numbers(figure, figure.key):
        if not math.isfinite(number):
            raise ValueError(f"{place} is {number}; every number of a figure must be finite")
    for place, found, wanted in figure.lengths():
        if found != wanted:
            raise ValueError(f"{figure.key}: {place} has {found} entries instead of {wanted}")


def to_json(figure: Figure) -> dict[str, Any]:
    """Return a figure as JSON: its kind and its fields; statements as `catalog.statement.to_json` writes them."""
    return {"kind": figure.kind, **_plain(figure)}


def _check_types(figure: _Figure) -> None:
    """Check the fields against their annotations, by the JSON of the figure."""
    from pydantic import TypeAdapter, ValidationError  # not needed if figures are only drawn

    try:
        written = json.dumps(_plain(figure))  # numbers that are not finite are reported later, with their place
    except (TypeError, ValueError) as error:
        raise ValueError(f"{figure.key!r} is no JSON: {error}") from error
    try:
        TypeAdapter(type(figure)).validate_json(written, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, (figure.key, *first["loc"])))
        raise ValueError(f"{place}: {first['msg']}, not {first['input']!r}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Statement):
        return statement_to_json(value)
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _numbers(value: object, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield place, value
    elif is_dataclass(value) and not isinstance(value, Statement):
        for one in fields(value):
            yield from _numbers(getattr(value, one.name), f"{place}.{one.name}")
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _numbers(one, f"{place}.{index}")
