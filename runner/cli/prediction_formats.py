"""The output formats of `modelcat predict`: a table, CSV, JSON Lines, one JSON list or Parquet, piece by piece."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Literal

from rich.cells import cell_len

from runner.presentation.cells import harmless, raw_csv_line
from runner.presentation.text import safe
from runner.study.prediction_view import Cell, PredictionView
from runner.study.predictions import Answered, Batch

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Format", "Layout", "pieces", "write_parquet"]

Format = Literal["table", "jsonl", "csv", "json", "parquet"]

_WIDTH = 100
"""The most characters of an input or a cell in a table."""


@dataclass(frozen=True)
class Layout:
    """The contents of a row of answers.

    Attributes:
        view: Shows the answers.
        columns: Of the file, all of which are kept; empty if only inputs are answered.
        nested: Those columns whose cells are JSON.
        raw: Whether cells of the file are written unchanged, since they are not shown in a terminal.
    """

    view: PredictionView
    columns: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    raw: bool = True

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the first columns: those of the file, else those of the input."""
        return self.columns or tuple(field.name for field in self.view.fields)

    def added(self, name: str) -> str:
        """Return the name of a new column, changed if there is a column of that name."""
        found, number = name, 1
        while found in self.given:
            number += 1
            found = f"predicted {name}" if number == 2 else f"predicted {name} {number}"
        return found

    @cached_property
    def new(self) -> tuple[str, ...]:
        """Names of the columns that are added: the cells of an answer."""
        return tuple(map(self.added, self.view.names))


def pieces(chunks: Iterable[Batch], form: Format, layout: Layout) -> Iterator[str]:
    """Yield the pieces of output: one for each chunk of answers, and those before and after them.

    Args:
        chunks: Answers in order; all with an explanation, or none.
        form: The output format.
        layout: The contents of a row.
    """
    return _WRITERS[form](chunks, layout)


def _json_lines(chunks: Iterable[Batch], layout: Layout) -> Iterator[str]:
    for chunk in chunks:
        yield "".join(_json(answered, layout) + "\n" for answered in chunk.answers)


def _json_list(chunks: Iterable[Batch], layout: Layout) -> Iterator[str]:
    start = "[\n"
    for chunk in chunks:
        for answered in chunk.answers:
            yield f"{start}  {_json(answered, layout)}"
            start = ",\n"
    yield "[]\n" if start == "[\n" else "\n]\n"


def _json(answered: Answered, layout: Layout) -> str:
    view = layout.view
    answer = view.as_json(answered.given, answered.answer)
    if answered.row is None:
        return json.dumps(answer, allow_nan=False)
    kept = {
        name: json.loads(value) if name in layout.nested and value is not None else _plain(value)
        for name, value in answered.row.items()
    }
    single = view.inputs if len(view.fields) == 1 else ()  # several fields are columns of the file already
    given = {name: value for name, value in answer.items() if name in single and name not in kept}
    added = {layout.added(name): value for name, value in answer.items() if name not in view.inputs}
    return json.dumps({**kept, **given, **added}, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a cell as JSON can hold it."""
    match value:
        case float():
            return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 -- NaN
        case None | bool() | int() | str():
            return value
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case bytes():
            return value.decode(errors="backslashreplace")
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _csv(chunks: Iterable[Batch], layout: Layout) -> Iterator[str]:
    yield raw_csv_line([*map(_shown(layout), layout.given), *map(harmless, layout.new)])
    for chunk in chunks:
        yield "".join(_csv_row(answered, layout) for answered in chunk.answers)


def _csv_row(answered: Answered, layout: Layout) -> str:
    if answered.row is None:
        cells = [_harmless(_cell(value)) for value in layout.view.given(answered.given).values()]
    else:
        shown = _shown(layout)
        cells = [shown(_cell(answered.row[name])) for name in layout.columns]
    return raw_csv_line([*cells, *map(_harmless, layout.view.cells(answered.answer))])


def _harmless(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value


def _shown(layout: Layout) -> Callable[[Any], Any]:
    """Return the function that writes a cell of the file: unchanged, or safe for a terminal."""
    return lambda value: value if layout.raw or not isinstance(value, str) else harmless(value)


def _cell(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, bool):
        return str(plain).lower()
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, list | dict) else plain


def _table(chunks: Iterable[Batch], layout: Layout) -> Iterator[str]:
    """Yield the main cells of each answer and its input, in columns as wide as the first answers need."""
    view = layout.view
    names = view.main_names
    places = [view.names.index(name) for name in names]
    title = layout.view.fields[0].name if len(view.fields) == 1 else "input"
    widths: list[int] = []
    right: list[bool] = []
    for chunk in chunks:
        cells = [view.cells(answered.answer) for answered in chunk.answers]
        found = [(one, [values[place] for place in places]) for one, values in zip(chunk.answers, cells, strict=True)]
        rows = [[_table_cell(view, *pair) for pair in zip(names, cells, strict=True)] for _, cells in found]
        if not widths:
            widths = [max(map(cell_len, column)) for column in zip(map(safe, names), *rows, strict=True)]
            right = [not any(isinstance(cells[place], str) for _, cells in found) for place in range(len(names))]
            yield _line([*map(safe, names), title], widths, right)
        for (answered, _), row in zip(found, rows, strict=True):
            yield _line([*row, safe(view.given_text(answered.given), _WIDTH)], widths, right)
            if answered.answer is not None:
                yield "".join(f"    {safe(line)}\n" for line in view.reasons(answered.answer))


def _table_cell(view: PredictionView, name: str, cell: Cell) -> str:
    return safe(view.shown(name, cell), _WIDTH)


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    padded = [
        " " * (width - cell_len(cell)) + cell if to_right else cell + " " * (width - cell_len(cell))
        for cell, width, to_right in zip(cells, widths, right, strict=False)
    ]
    return "  ".join([*padded, cells[-1]]).rstrip() + "\n"


_WRITERS: Mapping[Format, Callable[[Iterable[Batch], Layout], Iterator[str]]] = {
    "table": _table,
    "jsonl": _json_lines,
    "csv": _csv,
    "json": _json_list,
}


def write_parquet(batches: Iterable[Batch], layout: Layout, file: IO[bytes]) -> None:
    """Write all answers, one row group for each batch.

    Args:
        batches: Answers in order.
        layout: The contents of a row.
        file: Open for writing.
    """
    from pyarrow import parquet

    writer = None
    try:
        for batch in batches:
            found = _arrow_table(batch, layout, None if writer is None else writer.schema)
            writer = writer or parquet.ParquetWriter(file, found.schema)
            writer.write_table(found)
        writer = writer or parquet.ParquetWriter(file, _arrow_table(Batch([]), layout, None).schema)
    finally:
        if writer is not None:
            writer.close()


def _arrow_table(batch: Batch, layout: Layout, schema: "pa.Schema | None") -> "pa.Table":
    """Return a batch as a table; a column is text if a cell of the first batch is, else numbers."""
    import pyarrow as pa

    if layout.columns:
        columns = {} if batch.rows is None else {name: batch.rows.column(name) for name in layout.columns}
    else:
        given = [layout.view.given(answered.given) for answered in batch.answers]
        columns = {
            field.name: pa.array([_number(row[field.name]) for row in given], pa.float64())
            if field.kind == "number"
            else pa.array([_text(row[field.name]) for row in given], pa.string())
            for field in layout.view.fields
        }
    cells = [layout.view.cells(answered.answer) for answered in batch.answers]
    for place, name in enumerate(layout.new):
        values = [row[place] for row in cells]
        text = any(isinstance(value, str) for value in values)
        columns[name] = pa.array(values, schema.field(name).type if schema else pa.string() if text else pa.float64())
    return pa.table(columns)


def _number(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    cell = _cell(value)
    return None if cell is None else str(cell)
