"""The numbers of a figure as a table, for a reader who does not see it; and a text cut at what is marked in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from catalog.figures import (
    Axis,
    Bars,
    Figure,
    Format,
    Highlight,
    HighlightedText,
    Histogram,
    Intervals,
    Matrix,
    ParallelCoordinates,
    Plot,
    Series,
    Table,
    Text,
    Timeline,
)
from catalog.statement import Statement

__all__ = ["Cell", "FigureTable", "Number", "segments_of", "table_of"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a figure.

    Attributes:
        place: Where it stands in the figure's JSON: ``"series.0.points.3.1"``.
        value: As it stands there.
        format: How it is written.
        low: Lower end of its interval; None if it has none.
        high: Upper end.
    """

    place: str
    value: float
    format: Format
    low: float | None = None
    high: float | None = None


Cell = Text | Number | None
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table; a column without a label names its rows."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table_of(figure: Figure) -> FigureTable | None:
    """Return the numbers of a figure; None if it has none, or is a text."""
    make = _TABLES.get(type(figure))
    return None if make is None else make(figure)


def segments_of(figure: HighlightedText) -> Iterator[tuple[str, Highlight | None]]:
    """Yield the text in pieces, each with its highlight; highlights that overlap or leave the text are passed over."""
    at = 0
    for found in sorted(figure.highlights, key=lambda one: one.start):
        if not at <= found.start < found.end <= len(figure.text):
            continue
        if found.start > at:
            yield figure.text[at : found.start], None
        yield figure.text[found.start : found.end], found
        at = found.end
    if at < len(figure.text):
        yield figure.text[at:], None


def _at(axis: Axis, value: float, place: str) -> Cell:
    """Return a value on an axis: its category, where the axis has them."""
    if axis.categories:
        index = round(value)
        return axis.categories[index] if 0 <= index < len(axis.categories) else None
    return Number(place, value, _format(axis.format, value))


def _format(form: Format, value: float) -> Format:
    """Return how a value is written: a part of what is counted, such as a quarter of an epoch, is no whole number."""
    return "number" if form == "count" and not float(value).is_integer() else form


def _plot(figure: Plot) -> FigureTable:
    several = len(figure.series) + len(figure.levels) > 1
    labelled = any(series.labels for series in figure.series)
    rows = [row for index, series in enumerate(figure.series) for row in _points(figure, index, series)]
    for index, level in enumerate(figure.levels):
        rows.append(
            (
                level.name,
                None,
                None,
                Number(f"levels.{index}.value", level.value, _format(figure.y.format, level.value)),
            )
        )
    # series, label, x, y
    keep = [True if place > 1 else several if place == 0 else labelled for place in range(4)]
    columns: tuple[Text, ...] = (Statement("Series"), Statement("Of"), figure.x.label, figure.y.label)
    return FigureTable(_kept(columns, keep), tuple(_kept(row, keep) for row in rows))


def _points(figure: Plot, index: int, series: Series) -> Iterator[tuple[Cell, ...]]:
    for at, (x, y) in enumerate(series.points):
        place = f"series.{index}.points.{at}"
        value = _at(figure.y, y, f"{place}.1")
        if series.role == "failed":
            value = None  # it has no value, and is drawn somewhere
        elif isinstance(value, Number) and series.intervals and (ends := series.intervals[at]) is not None:
            value = Number(value.place, value.value, value.format, *ends)
        label = series.labels[at] if series.labels else None
        yield series.name, label, _at(figure.x, x, f"{place}.0"), value


def _kept(items: Sequence[Item], keep: Sequence[bool]) -> tuple[Item, ...]:
    return tuple(item for item, kept in zip(items, keep, strict=True) if kept)


def _bars(figure: Bars) -> FigureTable:
    noted = any(bar.note is not None for bar in figure.bars)
    rows = tuple(
        (
            bar.label,
            Number(f"bars.{index}.value", bar.value, _format(figure.axis.format, bar.value), bar.low, bar.high),
            *((bar.note,) if noted else ()),
        )
        for index, bar in enumerate(figure.bars)
    )
    return FigureTable(("", figure.axis.label, *(("",) if noted else ())), rows)


def _histogram(figure: Histogram) -> FigureTable:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _range(each.low, each.high, percent=figure.x.format == "percent"),
            *(Number(f"bins.{index}.counts.{part}", count, "count") for part, count in enumerate(each.counts)),
        )
        for index, each in enumerate(figure.bins)
    )
    return FigureTable((figure.x.label, *(part.name for part in figure.parts)), rows)


def _matrix(figure: Matrix) -> FigureTable:
    rows = tuple(
        (
            figure.down.categories[index],
            *(Number(f"counts.{index}.{across}", count, "count") for across, count in enumerate(row)),
        )
        for index, row in enumerate(figure.counts)
    )
    corner = Statement("{rows} \\ {columns}", {"rows": figure.down.label, "columns": figure.across.label})
    return FigureTable((corner, *figure.across.categories), rows)


def _intervals(figure: Intervals) -> FigureTable:
    counted = any(item.count is not None for item in figure.items)
    rows: list[tuple[Cell, ...]] = []
    for index, item in enumerate(figure.items):
        value = None
        if item.value is not None:
            form = _format(figure.axis.format, item.value)
            value = Number(f"items.{index}.value", item.value, form, item.low, item.high)
        count = None if item.count is None else Number(f"items.{index}.count", item.count, "count")
        rows.append((item.label, value, *((count,) if counted else ())))
    columns = ("", figure.axis.label, *((Statement("Examples"),) if counted else ()))
    return FigureTable(columns, tuple(rows))


def _parallel(figure: ParallelCoordinates) -> FigureTable:
    rows = tuple(
        (
            path.name,
            *(
                None if value is None else _at(axis, value, f"paths.{index}.values.{at}")
                for at, (axis, value) in enumerate(zip(figure.dimensions, path.values, strict=True))
            ),
        )
        for index, path in enumerate(figure.paths)
    )
    return FigureTable(("", *(axis.label for axis in figure.dimensions)), rows)


def _timeline(figure: Timeline) -> FigureTable:
    rows = tuple(
        (
            span.name,
            Number(f"spans.{index}.start", span.start, "seconds"),
            None if span.end is None else Number(f"spans.{index}.end", span.end, "seconds"),
            span.note,
        )
        for index, span in enumerate(figure.spans)
    )
    return FigureTable(("", Statement("Start"), Statement("End"), ""), rows)


def _table(figure: Table) -> FigureTable:
    rows = tuple(
        tuple(
            Number(f"rows.{index}.{at}", cell, _format(column.format, cell)) if isinstance(cell, int | float) else cell
            for at, (column, cell) in enumerate(zip(figure.columns, row, strict=True))
        )
        for index, row in enumerate(figure.rows)
    )
    return FigureTable(tuple(column.label for column in figure.columns), rows)


def _range(low: float, high: float, *, percent: bool) -> Statement:
    values = {"low": low, "high": high}
    if percent:
        return Statement("{low:percent} to {high:percent}", values)
    return Statement("{low:number} to {high:number}", values)


_TABLES: Mapping[type, Callable[[Any], FigureTable]] = {
    Plot: _plot,
    Bars: _bars,
    Histogram: _histogram,
    Matrix: _matrix,
    Intervals: _intervals,
    ParallelCoordinates: _parallel,
    Timeline: _timeline,
    Table: _table,
}
