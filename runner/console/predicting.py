"""Classifies any number of texts with a study's model: a chunk at a time, in order, in bounded memory."""

import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, cast

from catalog.errors import InputError
from runner.console.destination import check_file, written_file
from runner.console.lines import well_formed
from runner.console.prediction_formats import Answered, Format, pieces
from runner.console.text import safe
from runner.console.texts import file_texts, stream_texts
from runner.engine.asking import asking
from runner.engine.messages import Predict

__all__ = ["Question", "chosen_format", "chosen_precision", "predict", "texts_of"]

_CHUNK_TEXTS = 1024
_CHUNK_CHARACTERS = 4_000_000
_PATIENCE = 1.0
"""Seconds after which a chunk is not waited for any longer once its next text has come: a slow stream gets answers."""
_SPOOLED = 1 << 23
"""Bytes of a JSON list that are held in memory before it goes to a temporary file."""


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


def texts_of(given: tuple[str, ...], file: str | None, column: str | None) -> Iterator[str]:
    """Return the texts of the command line, of a file, or of stdin.

    Args:
        given: Texts as arguments.
        file: A path, or ``-`` for stdin.
        column: Name of the column of texts.

    Raises:
        InputError: Texts are given twice or not at all.
    """
    if given == ("-",):
        given, file = (), "-"
    if given and file is not None:
        raise InputError("texts are given as arguments and with --file; leave one of them out")
    if given and column is not None:
        raise InputError(f"--column {column} names a column of a file, but the texts are given as arguments")
    if given:
        return map(well_formed, given)
    if file is None and sys.stdin.isatty():
        raise InputError("no text given; give texts as arguments, a file with --file, or pipe lines into stdin")
    if file is None or file == "-":
        return stream_texts(sys.stdin.buffer, column, _note)
    return file_texts(Path(file), column, _note)


def chosen_format(form: str | None, output: Path | None, *, json: bool, explain: bool) -> Format:
    """Return how to write: as told, else as the output file's suffix says, else a table.

    Raises:
        InputError: Two formats are asked for, or words are to be explained in CSV.
    """
    if json and form is not None:
        raise InputError(f"--json prints one JSON list, --format {form} something else; leave one of them out")
    by_suffix = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json"}
    guessed = by_suffix.get(output.suffix.lower(), "table") if output else "table"
    chosen = "json" if json else form or guessed
    if chosen == "csv" and explain:
        raise InputError("CSV has no place for a list of words: use --format jsonl with --explain")
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


def predict(question: Question, texts: Iterator[str], form: Format, output: Path | None, *, force: bool) -> None:
    """Write one answer a text, in order, to stdout as they come, or into a file whole or not at all.

    Raises:
        InputError: The output exists or cannot be written, a file of texts cannot be read, or the model cannot explain.
        ModelSourceError: The model's folder is damaged.
    """
    if output is not None:
        check_file(output, force=force)
    progress = _Progress(shown=sys.stderr.isatty() and (output is not None or not sys.stdout.isatty()))
    # Closed here and not by the garbage collector: the worker ends before the command does.
    with closing(_answers(question, texts, progress)) as answers:
        written = pieces(answers, form)
        if output is not None:
            with written_file(output) as file:
                _write(written, file, "utf-8")
        elif form == "json":
            _print_whole(written)
        else:
            sys.stdout.flush()
            _write(written, sys.stdout.buffer, sys.stdout.encoding if form == "table" else "utf-8")
    progress.end()


def _answers(question: Question, texts: Iterator[str], progress: "_Progress") -> Generator[list[Answered], None, None]:
    chunks = _chunks(texts)
    if (first := next(chunks, None)) is None:  # told before a worker has taken its seconds to start
        _note("there are no texts")
        return
    with asking(debug=question.debug) as ask:
        for chunk in chain([first], chunks):
            yield ask(Predict(question.key, question.model_dir, chunk, question.explain, question.precision))
            progress.add(len(chunk))


def _chunks(texts: Iterator[str]) -> Iterator[tuple[str, ...]]:
    chunk: list[str] = []
    characters, began = 0, time.monotonic()
    for text in texts:
        chunk.append(text)
        characters += len(text)
        late = time.monotonic() - began > _PATIENCE
        if len(chunk) == _CHUNK_TEXTS or characters >= _CHUNK_CHARACTERS or late:
            yield tuple(chunk)
            chunk, characters, began = [], 0, time.monotonic()
    if chunk:
        yield tuple(chunk)


def _write(written: Iterable[str], file: IO[bytes], encoding: str) -> None:
    for piece in written:
        file.write(piece.encode(encoding, errors="replace"))
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
        self._rows = self._first = 0
        self._began = time.monotonic()
        self._told = 0.0

    def add(self, rows: int) -> None:
        """Count rows that are done; the clock runs from the first answers on, start-up left out."""
        now = time.monotonic()
        if not self._rows:
            self._began = now
            self._first = rows
        self._rows += rows
        if self._shown and now - self._told > 0.5:
            self._told = now
            rate = (self._rows - self._first) / max(now - self._began, 1e-9)
            speed = f", {rate:,.0f} rows/s" if self._rows > self._first else ""
            sys.stderr.write(f"\r\x1b[K{self._rows:,} rows{speed}")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._told:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
