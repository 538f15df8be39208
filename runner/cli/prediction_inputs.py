"""The inputs that `modelcat predict` answers, a chunk at a time: typed, from stdin, or from a file with its rows."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog import registry
from catalog.contract.capabilities import InputField, InputFile, InputTable, ReadsFiles
from catalog.errors import InputError
from runner.cli.input_lines import parsed_input, stream_inputs
from runner.cli.output import print_note
from runner.study.inputs import CHUNK_CHARACTERS, CHUNK_ROWS, Chunk, chunked, listed, size_of
from runner.study.task_calls import task_faults

__all__ = ["Inputs", "file_inputs", "typed_inputs"]

_NAMED = 12
"""The most columns that a note names."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs to predict.

    Attributes:
        chunks: The inputs, a chunk at a time.
        columns: Columns of the file that the answers are added to; empty if there are none.
        nested: Those columns whose cells are JSON.
    """

    chunks: Iterator[Chunk]
    columns: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()


def typed_inputs(
    fields: Sequence[InputField],
    given: tuple[str, ...],
    column: tuple[str, ...],
    encoding: str | None,
    stored: tuple[str, ...] = (),
) -> Inputs:
    """Return the inputs of the command line, or those of stdin.

    Args:
        fields: Of an input: the value of a single one is given as it is, that of several as a JSON object.
        given: Inputs as arguments; ``-`` alone, or nothing, is stdin.
        column: Key of a single field in JSON Lines.
        encoding: Of stdin; UTF-8 if None.
        stored: Columns of a single field with which the study was made, for JSON Lines.

    Raises:
        InputError: Nothing is given, or several columns.
    """
    if given and given != ("-",):
        if column:
            raise InputError(f"--column {column[0]} names a column of a file, but the inputs are given as arguments")
        return Inputs(chunked(parsed_input(fields, text, number) for number, text in enumerate(given, start=1)))
    if not given and sys.stdin.isatty():
        raise InputError("no input given; give inputs as arguments, a file with --file, or pipe lines into stdin")
    if len(column) > 1:
        raise InputError("stdin has one input in a row; name one --column, or give a file with --file")
    if column and len(fields) > 1:
        raise InputError(f"--column names the column of a single field; an input has {listed(fields)}")
    stream = stream_inputs(sys.stdin.buffer, fields, column[0] if column else None, encoding or "utf-8", stored)
    return Inputs(chunked(stream))


def file_inputs(key: str, file: InputFile, *, only: bool) -> Inputs:
    """Return the inputs of a file with its rows; a note says how the file is read.

    Args:
        key: Of the model.
        file: The file.
        only: Whether to leave out its other columns.

    Raises:
        DataError: It cannot be read, or lacks a column.
        InputError: Its task reads no files, or takes the input from another column than the named one.
        PluginError: Its task fails.
    """
    task = registry.load_task(key)
    if not isinstance(task, ReadsFiles):
        raise InputError(f"the task {task.key} reads no files of inputs")
    with task_faults(key):
        table = task.open_file(file)
    if file.columns is not None and set(file.columns) != set(table.used):
        named, told = (", ".join(map(repr, names[:_NAMED])) for names in (file.columns, table.used))
        raise InputError(f"--column names {named}, but the task {task.key} takes the input from {told}")
    ignored = f"; not used, though they look like it: {', '.join(map(repr, table.ignored))}" if table.ignored else ""
    more = f" and {len(table.used) - _NAMED:,} more" if len(table.used) > _NAMED else ""
    print_note(f"{file.path}: the input is in column {' + '.join(map(repr, table.used[:_NAMED]))}{more}{ignored}")
    for note in table.notes:
        print_note(note)
    chunks = _bounded(key, table)
    return Inputs(chunks) if only else Inputs(chunks, table.columns, table.nested)


def _bounded(key: str, table: InputTable) -> Iterator[Chunk]:
    """Yield the rows of a file in chunks of the size that a worker takes."""
    batches = table.batches(CHUNK_ROWS)
    while True:
        with task_faults(key):
            batch = next(batches, None)
        if batch is None:
            return
        start, characters = 0, 0
        for end, value in enumerate(batch.inputs, start=1):
            characters += size_of(value)
            if characters >= CHUNK_CHARACTERS or end == len(batch.inputs):
                inputs = batch.inputs[start:end]
                yield Chunk(inputs, inputs, batch.rows.slice(start, end - start))
                start, characters = end, 0
