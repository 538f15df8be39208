"""`modelcat predict`: any number of inputs is answered with a study's model, in order and in bounded memory.

Commands:
    predict: Predict with a study's model.
"""

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from catalog.errors import InputError
from runner.cli import options
from runner.cli.output import print_note, stdout
from runner.cli.workspace import open_store, workspace_of

if TYPE_CHECKING:
    from catalog.contract import Prediction
    from catalog.contract.capabilities import InputField
    from runner.cli.prediction_formats import Format
    from runner.cli.prediction_inputs import Inputs
    from runner.engine.messages import Predict
    from runner.study.predictions import Batch

__all__ = ["chosen_format", "chosen_precision", "predict", "write_predictions"]

_SPOOLED = 1 << 23
"""Bytes of a JSON list that are held in memory before it goes to a temporary file."""


@click.command(epilog="Example:  modelcat predict imdb-bert --file reviews.csv -o answers.jsonl")
@options.study
@click.argument("given", metavar="[INPUT]...", nargs=-1)
@click.option("--file", metavar="PATH", help="Any file that a data set may be, or .txt (an input a line); - for stdin.")
@click.option("--column", metavar="NAME", multiple=True, help="Column (key) of the input; else that of the study.")
@click.option("--only", is_flag=True, help="Leave the other columns of the file out.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "csv", "parquet"]), help="Else as -o ends, else a table."
)
@options.file_format
@click.option("--explain", is_flag=True, help="Say why the answers are what they are.")
@options.precision
@options.output
@options.force
@options.storage
@options.json
def predict(
    study: str,
    given: tuple[str, ...],
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
    """Predict with a study's model.

    Any number of inputs, answered in order as they come: given here, in a file, or piped into stdin, one a line. An
    input of several fields, such as a row of a table, is a JSON object; one of a single field may be. A file is read as
    the study's own data are: its input is in the columns that the study was trained on, and all its columns are kept,
    with the answers in new ones. A table shows the cells that stand in the headline of an answer (all if none does),
    the other formats show all. An input that is empty gets an empty answer. Inputs that stand in no file are written
    to CSV with an apostrophe in front where a cell would begin as a formula (= + - @), and with control characters
    spelled out.
    """
    from runner.cli.model_files import given_format
    from runner.cli.prediction_inputs import file_inputs, typed_inputs
    from runner.engine.messages import Predict
    from runner.study.folders import kept_model
    from runner.study.inputs import input_fields
    from runner.study.model_files import columns_of_role, input_file

    chosen = chosen_format(form, output, json=json, explain=explain)
    arithmetic = chosen_precision(precision, given, explain=explain)
    written = given_format(delimiter, quote, encoding, no_header=no_header)
    from_stdin = file is None or file == "-"
    if given not in {(), ("-",)} and file is not None:
        raise InputError("inputs are given as arguments and with --file; leave one of them out")
    if from_stdin and only:
        raise InputError("--only leaves the columns of a file out, but no file is given; --file names it")
    if from_stdin and written is not None and (unread := sorted(written.model_fields_set - {"encoding"})):
        option = unread[0].replace("header", "no-header")
        raise InputError(f"--{option} says how a file is written, but no file is given; --file names it")
    if encoding is not None and given not in {(), ("-",)}:
        raise InputError("--encoding is of a file or of stdin, but the inputs are given as arguments")
    workspace, record = workspace_of(storage), open_store(storage).study(study)
    fields = input_fields(record.key, record.data)
    if from_stdin:
        inputs = typed_inputs(fields, given, column, encoding, columns_of_role(record, fields[0].name))
    else:
        inputs = file_inputs(record.key, input_file(record, Path(str(file)), column, written), only=only)
    task = Predict(record.key, kept_model(record, workspace), (), explain, arithmetic)
    write_predictions(task, record.data, fields, inputs, chosen, output, force=force, debug=workspace.debug)


def chosen_format(form: str | None, output: Path | None, *, json: bool, explain: bool) -> "Format":
    """Return the output format: the requested one, else that of the output file's suffix, else a table.

    Raises:
        InputError: Two formats are requested, answers are to be explained in CSV or Parquet, or Parquet has no file.
    """
    if json and form is not None:
        raise InputError(f"--json prints one JSON list, --format {form} something else; leave one of them out")
    by_suffix = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
    guessed = by_suffix.get(output.suffix.lower(), "table") if output else "table"
    chosen = "json" if json else form or guessed
    if chosen in {"csv", "parquet"} and explain:
        name = "CSV" if chosen == "csv" else "Parquet"
        raise InputError(f"{name} has no place for explanations: use --format jsonl with --explain")
    if chosen == "parquet" and output is None:
        raise InputError("Parquet goes into a file: name it with -o")
    return cast("Format", chosen)


def chosen_precision(precision: str, given: tuple[str, ...], *, explain: bool) -> str | None:
    """Return the precision to compute in; None is the model's most exact, whose results are always the same.

    ``auto`` is that one for inputs given as arguments, where speed does not matter, and for explanations; for files and
    streams it is the one that the model finds fast and exact enough. It never depends on how many inputs there are.

    Raises:
        InputError: Explanations are requested in less than fp32: they are made from fp32 gradients.
    """
    if explain and precision not in {"auto", "fp32"}:
        raise InputError(f"--explain computes in fp32, not in {precision}: leave --precision out")
    exact = explain or given not in {(), ("-",)}
    return None if precision == "auto" and exact else precision


def write_predictions(
    task: "Predict",
    data: Mapping[str, Any],
    fields: "tuple[InputField, ...]",
    inputs: "Inputs",
    form: "Format",
    output: Path | None,
    *,
    force: bool,
    debug: bool,
) -> None:
    """Write one answer for each input, in order, to stdout as they come, or into a file completely or not at all.

    An empty input gets an empty answer; a note says how many there were.

    Args:
        task: Gets the inputs of `inputs`, a chunk at a time.
        data: What the study found in its data set, as JSON.
        fields: Of an input.
        inputs: The inputs.
        form: The output format.
        output: A file to make; stdout if None.
        force: Whether an existing file may be replaced.
        debug: Leave visible what the worker prints.

    Raises:
        InputError: The output exists or cannot be written, a file cannot be read, or the model cannot explain.
        ModelSourceError: The model's folder is damaged.
        PluginError: The task cannot show what the model predicts.
    """
    from runner.cli.prediction_formats import Layout, pieces, write_parquet
    from runner.destination import check_file, written_file
    from runner.study.prediction_view import PredictionView
    from runner.study.predictions import answered

    if output is not None:
        check_file(output, force=force)
    shown = sys.stderr.isatty() and (output is not None or not stdout().isatty())
    progress = _Progress(shown=shown)
    terminal = output is None and stdout().isatty()
    if (first := next(inputs.chunks, None)) is None:  # reported before a worker starts, which takes seconds
        print_note("there are no inputs")
    inputs = replace(inputs, chunks=chain([first] if first is not None else [], inputs.chunks))
    # Closed here and not by the garbage collector: the worker ends before the command does.
    with closing(answered(task, fields, inputs.chunks, columns=inputs.columns, debug=debug)) as found:
        answers = _counted(found, progress)
        begun = next(answers, None)
        view = PredictionView(task.key, data, fields, None if begun is None else begun[1])
        layout = Layout(view, inputs.columns, inputs.nested, raw=not terminal)
        batches = (batch for batch, _ in chain([] if begun is None else [begun], answers))
        if form == "parquet" and output is not None:
            with written_file(output) as file:
                write_parquet(batches, layout, file)
        elif output is not None:
            with written_file(output) as file:
                _write(pieces(batches, form, layout), file, "utf-8")
        elif form == "json":
            _print_whole(pieces(batches, form, layout))
        else:
            stdout().flush()
            _write(pieces(batches, form, layout), stdout().buffer, stdout().encoding if form == "table" else "utf-8")
    progress.end()
    if progress.empty:
        print_note(f"{progress.empty:,} of {progress.rows:,} rows have no input and got an empty answer")
    if progress.noted and form not in {"table", "json"}:
        print_note(f"{progress.noted:,} of {progress.rows:,} answers have notes, such as a cell that could not be read")
    if progress.nul:
        print_note(f"{progress.nul:,} of {progress.rows:,} inputs hold NUL characters (U+0000), which stay")


def _counted(
    answers: "Iterable[tuple[Batch, Prediction | None]]", progress: "_Progress"
) -> "Iterator[tuple[Batch, Prediction | None]]":
    """Yield the same batches, and count them."""
    for batch, sample in answers:
        progress.add(batch)
        yield batch, sample


def _write(written: Iterable[str], file: IO[bytes], encoding: str) -> None:
    for piece in written:
        file.write(piece.encode(encoding, errors="backslashreplace"))
        file.flush()


def _print_whole(written: Iterable[str]) -> None:
    """Print a JSON list once it is complete: after a failure, stdout holds the error and nothing else."""
    with tempfile.SpooledTemporaryFile(_SPOOLED) as spool:
        for piece in written:
            spool.write(piece.encode())
        spool.seek(0)
        stdout().flush()
        while part := spool.read(1 << 20):
            stdout().buffer.write(part)
        stdout().buffer.flush()


class _Progress:
    """Shows rows and rows per second, on one line of a terminal."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self.rows = self.empty = self.nul = self.noted = self._first = 0
        self._began = time.monotonic()
        self._told = 0.0

    def add(self, batch: "Batch") -> None:
        """Count finished rows; the clock starts with the first answers, so that start-up is left out."""
        now, rows = time.monotonic(), len(batch.answers)
        filled = [one for one in batch.answers if one.answer is not None]
        if not self.rows:
            self._began = now
            self._first = rows
        self.rows += rows
        self.empty += rows - len(filled)
        self.noted += sum(bool(one.answer.get("notes")) for one in filled if one.answer)
        self.nul += sum(isinstance(one.given, str) and "\0" in one.given for one in filled)
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
