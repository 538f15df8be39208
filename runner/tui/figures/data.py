"""The numbers of a figure as data, for files and the clipboard: the same in every language, and not rounded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.figures import (
    Axis,
    Bars,
    Figure,
    HighlightedText,
    Histogram,
    Intervals,
    Matrix,
    ParallelCoordinates,
    Plot,
    Table,
    Text,
    Timeline,
)
from catalog.statement import Statement
from runner.presentation.datatable import DataTable, table_of
from runner.presentation.english import english

__all__ = ["figures_data"]

Row = dict[str, Any]


def figures_data(figures: Sequence[Figure]) -> DataTable:
    """Return the rows of figures, one below the other; if there are several figures, each row names its figure."""
    found = [(figure, list(_ROWS[type(figure)](figure))) for figure in figures if type(figure) in _ROWS]
    shown = [(figure, rows) for figure, rows in found if rows]
    if len(shown) == 1:
        return table_of(shown[0][1])
    return table_of([{"figure": _text(figure.title), **row} for figure, rows in shown for row in rows])


def _text(text: Text) -> str:
    return english(text) if isinstance(text, Statement) else text


def _name(text: Text) -> str:
    """Return the name of a column: an English label in lower case, a text of the data unchanged."""
    return english(text).lower() if isinstance(text, Statement) else text


def _on(axis: Axis, value: float | None) -> Any:
    """Return a value of an axis: the name of a category if the axis has categories."""
    if value is None or not axis.categories:
        return value
    return _text(axis.categories[round(value)]) if 0 <= round(value) < len(axis.categories) else None


def _plot(figure: Plot) -> Iterator[Row]:
    x, y = _name(figure.x.label) or "x", _name(figure.y.label) or "y"
    for series in figure.series:
        for index, point in enumerate(series.points):
            row = {"series": _text(series.name), x: _on(figure.x, point[0]), y: _on(figure.y, point[1])}
            if series.intervals and (ends := series.intervals[index]) is not None:
                row |= {"low": ends[0], "high": ends[1]}
            yield row | ({"of": _text(series.labels[index])} if series.labels else {})
    for level in figure.levels:
        yield {"series": _text(level.name), y: level.value}


def _bars(figure: Bars) -> Iterator[Row]:
    value = _name(figure.axis.label) or "value"
    for bar in figure.bars:
        row: Row = {"label": _text(bar.label), value: bar.value}
        if bar.low is not None:
            row |= {"low": bar.low, "high": bar.high}
        yield row | ({} if bar.note is None else {"note": _text(bar.note)})


def _histogram(figure: Histogram) -> Iterator[Row]:
    for one in figure.bins:
        counts = zip((_name(part.name) for part in figure.parts), one.counts, strict=True)
        yield {"low": one.low, "high": one.high, **dict(counts)}


def _matrix(figure: Matrix) -> Iterator[Row]:
    down, across = _name(figure.down.label), _name(figure.across.label)
    for row, counts in zip(figure.down.categories, figure.counts, strict=True):
        for column, count in zip(figure.across.categories, counts, strict=True):
            yield {down: _text(row), across: _text(column), "count": count}


def _intervals(figure: Intervals) -> Iterator[Row]:
    value = _name(figure.axis.label) or "value"
    for one in figure.items:
        yield {"label": _text(one.label), value: one.value, "low": one.low, "high": one.high, "count": one.count}


def _paths(figure: ParallelCoordinates) -> Iterator[Row]:
    for path in figure.paths:
        values = (
            (_name(axis.label), _on(axis, value)) for axis, value in zip(figure.dimensions, path.values, strict=True)
        )
        yield {"name": _text(path.name), **dict(values)}


def _timeline(figure: Timeline) -> Iterator[Row]:
    for span in figure.spans:
        note = None if span.note is None else _text(span.note)
        yield {"name": _text(span.name), "start": span.start, "end": span.end, "note": note}


def _table(figure: Table) -> Iterator[Row]:
    names = [_name(column.label) for column in figure.columns]
    for row in figure.rows:
        cells = (_text(cell) if isinstance(cell, Statement) else cell for cell in row)
        yield dict(zip(names, cells, strict=True))


def _highlights(figure: HighlightedText) -> Iterator[Row]:
    for one in figure.highlights:
        row: Row = {"text": figure.text[one.start : one.end], "start": one.start, "end": one.end, "weight": one.weight}
        yield row | ({} if one.label is None else {"label": _text(one.label)})


_ROWS: Final[Mapping[type, Callable[[Any], Iterator[Row]]]] = {
    Plot: _plot,
    Bars: _bars,
    Histogram: _histogram,
    Matrix: _matrix,
    Intervals: _intervals,
    ParallelCoordinates: _paths,
    Timeline: _timeline,
    Table: _table,
    HighlightedText: _highlights,
}
