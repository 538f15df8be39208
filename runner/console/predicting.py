"""Classifies any number of texts with a study's model: a chunk at a time, in order, in bounded memory."""

import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from catalog import registry
from catalog.capabilities import InputFile, InputTable, ReadsFiles
from catalog.errors import InputError
from runner.console.destination import check_file, written_file
from runner.console.prediction_formats import Answered, Batch, Format, Layout, pieces
from runner.console.prediction_table import write_parquet
from runner.console.texts import stream_texts
from runner.engine.messages import Predict
from runner.engine.single_tasks import asking
from runner.presentation.text import safe, well_formed

__all__ = ["Inputs", "Question", "chosen_format", "chosen_precision", "file_inputs", "predict", "typed_inputs"]

_CHUNK_TEXTS = 1024
_CHUNK_CHARACTERS = 4_000_000
_PATIENCE = 1.0
"""Seconds after which a chunk is not waited for any longer once its next text has come: a slow stream gets answers."""
_SPOOLED = 1 << 23
"""Bytes of a JSON list that are held in memory before it goes to a temporary file."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some texts in order; of a file their rows too, a ``pyarrow.RecordBatch`` of all columns."""

    texts: tuple[str, ...]
    rows: Any = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that is to be answered.

    Attributes:
        chunks: The texts, a chunk at a time.
        columns: Columns of the file that the answers are added to; empty if there are none.
        nested: Those of them whose cells are JSON.
    """

    chunks: Iterator[Chunk]
    columns: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model.

    Attributes:
        key: Of its plugin.
        model_dir: Its folder.
        explain: Whether to say why.
        precision: What to compute in, see `chosen_precision`.
        debug: Leave visible what the worker prints.
    """

    key: str
    model_dir: Path
    explain: bool = False
    precision: str | None = None
    debug: bool = False


def typed_inputs(
    given: tuple[str, ...], column: tuple[str, ...], encoding: str | None, stored: tuple[str, ...] = ()
) -> Inputs:
    """Return the texts of the command line, or those of stdin.

    Args:
        given: Texts as arguments; ``-`` alone, or nothing, is stdin.
        column: Key of the texts in JSON Lines.
        encoding: Of stdin; UTF-8 if None.
        stored: Columns of text that the study was made with, for JSON Lines.

    Raises:
        InputError: No texts are given, or several columns.
    """
    if given and given != ("-",):
        if column:
            raise InputError(f"--column {column[0]} names a column of a file, but the texts are given as arguments")
        return Inputs(_chunks(map(well_formed, given)))
    if not given and sys.stdin.isatty():
        raise InputError("no text given; give texts as arguments, a file with --file, or pipe lines into stdin")
    if len(column) > 1:
        raise InputError("stdin has one text in a row; name one --column, or give a file with --file")
    return Inputs(_chunks(stream_texts(sys.stdin.buffer, column[0] if column else None, encoding or "utf-8", stored)))


def file_inputs(key: str, file: InputFile, *, only: bool) -> Inputs:
    """Return the texts of a file with its rows; a note says how it is read.

    Args:
        key: Of the plugin that reads it.
        file: The file.
        only: Whether its other columns are left out.

    Raises:
        DataError: It cannot be read, or lacks a column.
        InputError: The plugin reads no files.
    """
    plugin = registry.load(key)
    if not isinstance(plugin, ReadsFiles):
        raise InputError(f"{key} reads no files; give texts as arguments, or pipe lines into stdin")
    table = plugin.open_file(file)
    named = " + ".join(map(repr, table.text))
    ignored = f"; not used, though they hold text: {', '.join(map(repr, table.ignored))}" if table.ignored else ""
    _note(f"{file.path}: the text is in column {named}{ignored}")
    for note in table.notes:
        _note(note)
    return Inputs(_bounded(table)) if only else Inputs(_bounded(table), table.columns, table.nested)


def chosen_format(form: str | None, output: Path | None, *, json: bool, explain: bool) -> Format:
    """Return how to write: what is asked for, else what the output file's suffix says, else a table.

    Raises:
        InputError: Two formats are asked for, words are to be explained in CSV or Parquet, or Parquet has no file.
    """
    if json and form is not None:
        raise InputError(f"--json prints one JSON list, --format {form} something else; leave one of them out")
    by_suffix = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
    guessed = by_suffix.get(output.suffix.lower(), "table") if output else "table"
    chosen = "json" if json else form or guessed
    if chosen in {"csv", "parquet"} and explain:
        name = "CSV" if chosen == "csv" else "Parquet"
        raise InputError(f"{name} has no place for a list of words: use --format jsonl with --explain")
    if chosen == "parquet" and output is None:
        raise InputError("Parquet goes into a file: name it with -o")
    return cast("Format", chosen)


def chosen_precision(precision: str, given: tuple[str, ...], *, explain: bool) -> str | None:
    """Return what to compute in; None is the model's most exact, to the digit what others compute with it.

    ``auto`` is that for texts given as arguments, where speed does not show, and for explanations; for files and
    streams it is what the plugin finds fast and exact enough. It never depends on how many texts there are.

    Raises:
        InputError: Explanations are asked for in less than fp32, whose gradients they are made of.
    """
    if explain and precision not in {"auto", "fp32"}:
        raise InputError(f"--explain computes in fp32, not in {precision}: leave --precision out")
    exact = explain or given not in {(), ("-",)}
    return None if precision == "auto" and exact else precision


def predict(question: Question, inputs: Inputs, form: Format, output: Path | None, *, force: bool) -> None:
    """Write one answer a text, in order, to stdout as they come, or into a file whole or not at all.

    A text without anything but spaces gets an empty answer; a note says how many there were.

    Raises:
        InputError: The output exists or cannot be written, a file of texts cannot be read, or the model cannot explain.
        ModelSourceError: The model's folder is damaged.
    """
    if output is not None:
        check_file(output, force=force)
    shown = sys.stderr.isatty() and (output is not None or not sys.stdout.isatty())
    progress = _Progress(shown=shown)
    terminal = output is None and sys.stdout.isatty()
    if (first := next(inputs.chunks, None)) is None:  # said before a worker has taken its seconds to start
        _note("there are no texts")
    inputs = replace(inputs, chunks=chain([first] if first is not None else [], inputs.chunks))
    # Closed here and not by the garbage collector: the worker ends before the command does.
    with closing(_answers(question, inputs, progress)) as answers:
        labels = next(answers)[1] if first is not None else ()
        layout = Layout(inputs.columns, labels, inputs.nested, raw=not terminal)
        found = (batch for batch, _ in answers)
        if form == "parquet" and output is not None:
            with written_file(output) as file:
                write_parquet(found, layout, file)
        elif output is not None:
            with written_file(output) as file:
                _write(pieces(found, form, layout), file, "utf-8")
        elif form == "json":
            _print_whole(pieces(found, form, layout))
        else:
            sys.stdout.flush()
            _write(pieces(found, form, layout), sys.stdout.buffer, sys.stdout.encoding if form == "table" else "utf-8")
    progress.end()
    if progress.empty:
        _note(f"{progress.empty:,} of {progress.rows:,} rows have no text and got an empty answer")
    if progress.nul:
        _note(f"{progress.nul:,} of {progress.rows:,} texts hold NUL characters (U+0000), which stay")


def _answers(
    question: Question, inputs: Inputs, progress: "_Progress"
) -> Generator[tuple[Batch, tuple[str, ...]], None, None]:
    """Yield the names of the classes once, then the answers of each chunk."""
    with asking(debug=question.debug) as ask:
        known: tuple[str, ...] | None = None
        for chunk in inputs.chunks:
            if known is None:
                known = tuple(ask(Predict(question.key, question.model_dir, ("",)))[0].probabilities)
                yield Batch([]), known
            filled = tuple(text for text in chunk.texts if text.strip())
            found = (
                iter(ask(Predict(question.key, question.model_dir, filled, question.explain, question.precision)))
                if filled
                else iter(())
            )
            rows = chunk.rows.to_pylist() if chunk.rows is not None and inputs.columns else [None] * len(chunk.texts)
            answers = [
                Answered(text, next(found) if text.strip() else None, row)
                for text, row in zip(chunk.texts, rows, strict=True)
            ]
            progress.add(len(chunk.texts), len(chunk.texts) - len(filled))
            progress.nul += sum("\0" in text for text in filled)
            yield Batch(answers, chunk.rows), known


def _bounded(table: InputTable) -> Iterator[Chunk]:
    """Yield the rows of a file, so many at a time as a worker takes."""
    for batch in table.batches(_CHUNK_TEXTS):
        start, characters = 0, 0
        for end, text in enumerate(batch.texts, start=1):
            characters += len(text)
            if characters >= _CHUNK_CHARACTERS or end == len(batch.texts):
                yield Chunk(batch.texts[start:end], batch.rows.slice(start, end - start))
                start, characters = end, 0


def _chunks(texts: Iterable[str]) -> Iterator[Chunk]:
    chunk: list[str] = []
    characters, began = 0, time.monotonic()
    for text in texts:
        chunk.append(text)
        characters += len(text)
        late = time.monotonic() - began > _PATIENCE
        if len(chunk) == _CHUNK_TEXTS or characters >= _CHUNK_CHARACTERS or late:
            yield Chunk(tuple(chunk))
            chunk, characters, began = [], 0, time.monotonic()
    if chunk:
        yield Chunk(tuple(chunk))


def _write(written: Iterable[str], file: IO[bytes], encoding: str) -> None:
    for piece in written:
        file.write(piece.encode(encoding, errors="backslashreplace"))
        file.flush()


def _print_whole(written: Iterable[str]) -> None:
    """Print a JSON list once it is whole: after a failure stdout holds the error and nothing else."""
    with tempfile.SpooledTemporaryFile(_SPOOLED) as spool:
        for piece in written:
            spool.write(piece.encode())
        spool.seek(0)
        sys.stdout.flush()
        while part := spool.read(1 << 20):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()


def _note(text: str) -> None:
    sys.stderr.write(f"modelcat: {safe(text)}\n")


class _Progress:
    """Rows and rows a second, on one line of a terminal."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self.rows = self.empty = self.nul = self._first = 0
        self._began = time.monotonic()
        self._told = 0.0

    def add(self, rows: int, empty: int) -> None:
        """Count rows that are done; the clock runs from the first answers on, start-up left out."""
        now = time.monotonic()
        if not self.rows:
            self._began = now
            self._first = rows
        self.rows += rows
        self.empty += empty
        if self._shown and now - self._told > 0.5:
            self._told = now
            rate = (self.rows - self._first) / max(now - self._began, 1e-9)
            speed = f", {rate:,.0f} rows/s" if self.rows > self._first else ""
            sys.stderr.write(f"\r\x1b[K{self.rows:,} rows{speed}")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._told:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
