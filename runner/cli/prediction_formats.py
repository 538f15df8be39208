"""How `modelcat predict` writes answers: a table, CSV, JSON Lines, one JSON list or Parquet, piece by piece."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any, Literal

from rich.cells import cell_len

from catalog.contract import Prediction
from plugins.nlp.text_classification.records import Explanation
from runner.presentation.cells import harmless, raw_csv_line
from runner.presentation.text import metric_value, safe

__all__ = ["Answered", "Batch", "Format", "Layout", "pieces", "write_parquet"]

Format = Literal["table", "jsonl", "csv", "json", "parquet"]

_TEXT_WIDTH = 100
_STRONGEST = 5
"""Words named a text and direction."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A text and the model's answer.

    Attributes:
        text: As it was given.
        answer: None for a text that is empty.
        row: All cells of its row; None if it stands in no file, or its other columns are left out.
    """

    text: str
    answer: Prediction | Explanation | None
    row: Mapping[str, Any] | None = None

    @property
    def prediction(self) -> Prediction | None:
        """The answer without its explanation."""
        return self.answer.prediction if isinstance(self.answer, Explanation) else self.answer


@dataclass(frozen=True, slots=True)
class Batch:
    """Some answers in order; of a file their rows too, a ``pyarrow.RecordBatch`` of all columns."""

    answers: list[Answered]
    rows: Any = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in a row of answers.

    Attributes:
        columns: Of the file, all of which are kept; empty where texts alone are answered.
        labels: Of the model's classes.
        nested: Those of them whose cells are JSON.
        raw: Whether cells of the file are written as they are, and not shown in a terminal.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    nested: tuple[str, ...] = ()
    raw: bool = True

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the first columns: those of the file, else ``text``."""
        return self.columns or ("text",)

    def added(self, name: str) -> str:
        """Return the name of a new column, another one if the file has a column of that name."""
        found, number = name, 1
        while found in self.columns:
            number += 1
            found = f"predicted {name}" if number == 2 else f"predicted {name} {number}"
        return found

    @property
    def new(self) -> tuple[str, ...]:
        """Names of the columns that are added: label, confidence, one probability a class."""
        return tuple(map(self.added, ("label", "confidence", *(f"probability of {label}" for label in self.labels))))

    def values(self, answered: Answered) -> tuple[str | float | None, ...]:
        """Return the cells that are added; None in all of them for an empty text."""
        one = answered.prediction
        if one is None:
            return (None,) * (2 + len(self.labels))
        return (one.label, one.confidence, *(one.probabilities[label] for label in self.labels))


def pieces(chunks: Iterable[Batch], form: Format, layout: Layout) -> Iterator[str]:
    """Yield what to write: one piece a chunk of answers, and what stands before and after them.

    Args:
        chunks: Answers in order; all with an explanation, or none.
        form: How to write them.
        layout: What stands in a row.
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
    match answered.answer:
        case Explanation():
            answer = _explanation(answered.answer)
        case Prediction():
            answer = asdict(answered.answer)
        case None:
            answer = {"text": answered.text, "label": None, "confidence": None, "probabilities": {}}
    if answered.row is None:
        return json.dumps(answer, allow_nan=False)
    kept = {
        name: json.loads(value) if name in layout.nested and value is not None else _plain(value)
        for name, value in answered.row.items()
    }
    text = {} if "text" in kept else {"text": answered.text}
    added = {layout.added(name): value for name, value in answer.items() if name != "text"}
    return json.dumps({**kept, **text, **added}, allow_nan=False)


def _explanation(explanation: Explanation) -> dict[str, Any]:
    """Return one prediction with its words: what each added to the label's log-odds, and the attention it got."""
    tokens = [{"token": word.word, "weight": word.weight, "attention": word.attention} for word in explanation.words]
    return {**asdict(explanation.prediction), "tokens": tokens}


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
    header = raw_csv_line([*map(_shown(layout), layout.given), *map(harmless, layout.new)])
    if layout.columns or layout.labels:
        yield header
    for chunk in chunks:
        yield "".join(_csv_row(answered, layout) for answered in chunk.answers)
    if not layout.columns and not layout.labels:
        yield header


def _csv_row(answered: Answered, layout: Layout) -> str:
    shown = _shown(layout)
    if answered.row is None:
        cells: list[Any] = [harmless(answered.text)]
    else:
        cells = [shown(_cell(answered.row[name])) for name in layout.columns]
    added = [harmless(value) if isinstance(value, str) else value for value in layout.values(answered)]
    return raw_csv_line([*cells, *added])


def _shown(layout: Layout) -> Callable[[Any], Any]:
    """Return how a cell of the file is written: as it is, or fit for a terminal."""
    return lambda value: value if layout.raw or not isinstance(value, str) else harmless(value)


def _cell(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, bool):
        return str(plain).lower()
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, list | dict) else plain


def _table(chunks: Iterable[Batch], layout: Layout) -> Iterator[str]:
    width = max((len("label"), *(cell_len(safe(label, _TEXT_WIDTH)) for label in layout.labels)))
    begun = False
    for chunk in chunks:
        if not begun:
            begun = True
            yield f"{'label':{width}}  confidence  text\n"
        yield "".join(_row(answered, width) for answered in chunk.answers)


def _row(answered: Answered, width: int) -> str:
    one = answered.prediction
    label = safe(one.label, _TEXT_WIDTH) if one is not None else "–"
    shown = label + " " * (width - cell_len(label))
    confidence = metric_value("confidence", one.confidence) if one is not None else "–"
    line = f"{shown}  {confidence:>10}  {safe(answered.text, _TEXT_WIDTH)}".rstrip() + "\n"
    return line + "".join(_reasons(answered.answer)) if isinstance(answered.answer, Explanation) else line


def _reasons(explanation: Explanation) -> Iterator[str]:
    """Yield lines with the strongest words of each kind of explanation, said to be what it is."""
    words = explanation.words
    towards = sorted((word for word in words if word.weight > 0), key=lambda word: -word.weight)[:_STRONGEST]
    against = sorted((word for word in words if word.weight < 0), key=lambda word: word.weight)[:_STRONGEST]
    label = safe(explanation.prediction.label, 40)
    method = safe(explanation.method, 40)
    for name, chosen in ((f"for {label}", towards), (f"against {label}", against)):
        if chosen:
            shown = ", ".join(f"{safe(word.word, 40)} {word.weight:+.2g}" for word in chosen)
            yield f"    {name}: {shown}  ({method}, log-odds)\n"
    looked = sorted((word for word in words if word.attention), key=lambda word: -(word.attention or 0))[:_STRONGEST]
    if looked:
        shown = ", ".join(f"{safe(word.word, 40)} {word.attention or 0:.1%}" for word in looked)
        yield f"    looked at most: {shown}  (attention rollout; says nothing about for or against)\n"
    if explanation.truncated:
        yield "    the text is longer than the model reads: it saw a part only\n"


_WRITERS: Mapping[Format, Callable[[Iterable[Batch], Layout], Iterator[str]]] = {
    "table": _table,
    "jsonl": _json_lines,
    "csv": _csv,
    "json": _json_list,
}


def write_parquet(batches: Iterable[Batch], layout: Layout, file: IO[bytes]) -> None:
    """Write all answers, a row group a batch.

    Args:
        batches: Answers in order.
        layout: What stands in a row.
        file: Open for writing.
    """
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {name: pa.float64() for name in layout.new} | {layout.new[0]: pa.string()}

    def table(batch: Batch) -> "pa.Table":
        if layout.columns:
            given = {name: batch.rows.column(name) for name in layout.columns}
        else:
            given = {"text": pa.array([answered.text for answered in batch.answers], pa.string())}
        rows = [layout.values(answered) for answered in batch.answers]
        added = {name: pa.array([row[place] for row in rows], kinds[name]) for place, name in enumerate(layout.new)}
        return pa.table({**given, **added})

    writer = None
    try:
        for batch in batches:
            found = table(batch)
            writer = writer or parquet.ParquetWriter(file, found.schema)
            writer.write_table(found)
        writer = writer or parquet.ParquetWriter(file, table(Batch([])).schema)
    finally:
        if writer is not None:
            writer.close()
