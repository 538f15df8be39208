"""A file of sentences to predict: words of CoNLL files or of tables with lists, or texts, which the model splits."""

from collections.abc import Iterator

import pyarrow as pa

from catalog.contract.capabilities import InputBatch, InputFile, InputTable
from catalog.dataset import Format
from plugins.data.sources import Source
from plugins.nlp.texts import input as texts
from plugins.nlp.token_classification.data.conll import is_conll, read_words
from plugins.nlp.token_classification.data.labelled import column_of
from plugins.nlp.token_classification.data.lists import list_columns, lists_in
from plugins.nlp.token_classification.data.names import TEXT_NAME, TOKEN_NAMES
from plugins.tables.files import find_path, open_file
from plugins.tables.wording import as_command_errors, as_options

__all__ = ["open_input"]


def open_input(file: InputFile) -> InputTable:
    """Scan a file once and return its rows, a batch at a time.

    A CoNLL file (but one that ends in ``.txt``, which holds a text a line) and a table with a column of lists give
    words as they are; of all others the column of the text is found as in text classification.

    Raises:
        DataError: The file cannot be read, or lacks a column: all are listed.
    """
    with as_command_errors():
        path = find_path(str(file.path), "file")
        if is_conll(path, "file") and path.suffix != ".txt" and not (path.suffix == ".tsv" and file.columns):
            return _of_conll(file)
        if path.is_dir() or path.suffix in {".jsonl", ".ndjson", ".json", ".parquet", ".arrow", ".feather"}:
            opened = open_file(path, "file", file.format or Format(), predicting=True)
            source = Source(str(path), "file", pa.table({}), columns=opened.columns, file=opened)
            if (column := _words_column(file, source)) is not None:
                return _of_lists(source, column)
    return texts.open_input(file)


def _of_conll(file: InputFile) -> InputTable:
    named = {} if file.columns is None else {"tokens": file.columns}
    column = column_of(named, file.data, "tokens", "text", table=False)
    sentences = read_words(file.path, "file", file.format or Format(), column)

    def batches(rows: int) -> Iterator[InputBatch]:
        for start in range(0, len(sentences), rows):
            part = sentences[start : start + rows]
            yield InputBatch(tuple(part), pa.record_batch({"text": pa.array([" ".join(words) for words in part])}))

    return InputTable(("text",), file.columns or ("text",), (), (), (), batches)


def _of_lists(source: Source, column: str) -> InputTable:
    opened = source.file
    assert opened is not None

    def batches(rows: int) -> Iterator[InputBatch]:
        for part in opened.batches(rows):
            table = Source(source.origin, "file", pa.Table.from_batches([part]), typed=opened.typed)
            words = [tuple(map(str, found)) or None for found in lists_in(table, column)]
            yield InputBatch(tuple(words), part)

    nested = tuple(list_columns(source))
    return InputTable(opened.columns, (column,), (), nested, tuple(map(as_options, opened.notes)), batches)


def _words_column(file: InputFile, source: Source) -> str | None:
    """Return the column that holds lists of words; None if the file holds texts."""
    lists = list_columns(source)
    named = {} if file.columns is None else {"tokens": file.columns}
    if file.columns is not None and (len(file.columns) > 1 or file.columns[0] not in lists):
        return None
    column = column_of(named, file.data, "tokens", "text", table=True)
    if column in lists:
        return column
    if any(name.casefold() == TEXT_NAME for name in source.columns if name not in lists):
        return None
    return next((name for name in lists if name.casefold() in TOKEN_NAMES), None)
