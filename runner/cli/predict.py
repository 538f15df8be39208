"""`modelcat predict`: any number of texts is classified with a study's model, in order and in bounded memory."""

import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import click

from catalog.errors import InputError
from runner.cli import options
from runner.cli.output import print_note
from runner.cli.place import open_store, place_of

if TYPE_CHECKING:
    from runner.cli.prediction_formats import Batch, Format
    from runner.cli.prediction_inputs import Inputs
    from runner.engine.messages import Predict

__all__ = ["chosen_format", "chosen_precision", "predict", "write_predictions"]

_SPOOLED = 1 << 23
"""Bytes of a JSON list that are held in memory before it goes to a temporary file."""


@click.command(epilog="Example:  modelcat predict imdb-bert --file reviews.csv -o answers.jsonl")
@options.study
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@click.option("--file", metavar="PATH", help="Any file that a data set may be, or .txt (a text a line); - for stdin.")
@click.option("--column", metavar="NAME", multiple=True, help="Column (key) of the texts; else that of the study.")
@click.option("--only", is_flag=True, help="Leave the other columns of the file out.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "csv", "parquet"]), help="Else as -o ends, else a table."
)
@options.file_format
@click.option("--explain", is_flag=True, help="Say which words spoke for the label, and which were looked at.")
@options.precision
@options.output
@options.force
@options.storage
@options.json
def predict(
    study: str,
    texts: tuple[str, ...],
    *,
    file: str | None,
    column: tuple[str, ...],
    only: bool,
    form: str | None,
    delimiter: str | None,
    quote: str | None,
    encoding: str | None,
    no_header: bool,
    explain: bool,
    precision: str,
    output: Path | None,
    force: bool,
    storage: str | None,
    json: bool,
) -> None:
    """Classify texts with a study's model.

    Any number of texts, answered in order as they come: given here, in a file, or piped into stdin (a text a line, or
    JSON objects with "text"). A file is read as the study's own data are: its text is in the columns that the study was
    trained on, and all its columns are kept. New columns are label, confidence and a probability for each class. A text
    that is empty gets an empty answer. Texts that stand in no file are written to CSV with an apostrophe in front where
    a cell would begin as a formula (= + - @), and with control characters spelled out.
    """
    from runner.cli.model_files import given_format, input_file, stored_columns
    from runner.cli.prediction_inputs import file_inputs, typed_inputs
    from runner.engine.messages import Predict
    from runner.study.folders import kept_model

    chosen = chosen_format(form, output, json=json, explain=explain)
    arithmetic = chosen_precision(precision, texts, explain=explain)
    written = given_format(delimiter, quote, encoding, no_header=no_header)
    from_stdin = file is None or file == "-"
    if texts not in {(), ("-",)} and file is not None:
        raise InputError("texts are given as arguments and with --file; leave one of them out")
    if from_stdin and only:
        raise InputError("--only leaves the columns of a file out, but no file is given; --file names it")
    place, record = place_of(storage), open_store(storage).study(study)
    if from_stdin:
        inputs = typed_inputs(texts, column, encoding, stored_columns(record).text)
    else:
        inputs = file_inputs(record.key, input_file(record, Path(str(file)), column, written), only=only)
    task = Predict(record.key, kept_model(record, place), (), explain, arithmetic)
    write_predictions(task, inputs, chosen, output, force=force, debug=place.debug)


def chosen_format(form: str | None, output: Path | None, *, json: bool, explain: bool) -> "Format":
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


def write_predictions(
    task: "Predict", inputs: "Inputs", form: "Format", output: Path | None, *, force: bool, debug: bool
) -> None:
    """Write one answer a text, in order, to stdout as they come, or into a file whole or not at all.

    A text without anything but spaces gets an empty answer; a note says how many there were.
    `task` is asked with the texts of `inputs`, a chunk at a time.

    Raises:
        InputError: The output exists or cannot be written, a file of texts cannot be read, or the model cannot explain.
        ModelSourceError: The model's folder is damaged.
    """
    from runner.cli.prediction_formats import Layout, pieces, write_parquet
    from runner.destination import check_file, written_file

    if output is not None:
        check_file(output, force=force)
    shown = sys.stderr.isatty() and (output is not None or not sys.stdout.isatty())
    progress = _Progress(shown=shown)
    terminal = output is None and sys.stdout.isatty()
    if (first := next(inputs.chunks, None)) is None:  # said before a worker has taken its seconds to start
        print_note("there are no texts")
    inputs = replace(inputs, chunks=chain([first] if first is not None else [], inputs.chunks))
    # Closed here and not by the garbage collector: the worker ends before the command does.
    with closing(_answers(task, inputs, progress, debug=debug)) as answers:
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
        print_note(f"{progress.empty:,} of {progress.rows:,} rows have no text and got an empty answer")
    if progress.nul:
        print_note(f"{progress.nul:,} of {progress.rows:,} texts hold NUL characters (U+0000), which stay")


def _answers(
    task: "Predict", inputs: "Inputs", progress: "_Progress", *, debug: bool
) -> "Generator[tuple[Batch, tuple[str, ...]], None, None]":
    """Yield the names of the classes once, then the answers of each chunk."""
    from runner.cli.prediction_formats import Answered, Batch
    from runner.engine.single_tasks import asking

    with asking(debug=debug) as ask:
        known: tuple[str, ...] | None = None
        for chunk in inputs.chunks:
            if known is None:
                known = tuple(ask(replace(task, texts=("",), explain=False, precision=None))[0].probabilities)
                yield Batch([]), known
            filled = tuple(text for text in chunk.texts if text.strip())
            found = iter(ask(replace(task, texts=filled)) if filled else ())
            rows = chunk.rows.to_pylist() if chunk.rows is not None and inputs.columns else [None] * len(chunk.texts)
            answers = [
                Answered(text, next(found) if text.strip() else None, row)
                for text, row in zip(chunk.texts, rows, strict=True)
            ]
            progress.add(len(chunk.texts), len(chunk.texts) - len(filled))
            progress.nul += sum("\0" in text for text in filled)
            yield Batch(answers, chunk.rows), known


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
