"""Whatever a table holds, written in any format, it is read as it was, or refused: no row and no character is lost."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.tables.files import open_file
from plugins.tables.table import OpenTable

Rows = list[tuple[str, str]]

MARKS = ['"', '""', ",", ";", "\t", "|", "\n", "\r\n", "\r", "\\", '\\"', "'", " ", "=1", "#", "sep=;", "text", "label"]
OTHERS = ["\0", "\x1a", "\x1b", "\x85", "\u2028", "\ufeff", "é", "Ж", "漢", "😀"]
NASTY = st.sampled_from(MARKS + OTHERS)
CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = st.one_of(
    CHARACTERS,
    st.lists(NASTY, max_size=8).map("".join),
    st.lists(st.one_of(NASTY, CHARACTERS), max_size=5).map("".join),
)
TABLES = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12)
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def csv_of(rows: Rows, delimiter: str = ",", end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Return a delimited text as Python writes it, which before 3.13 leaves a carriage return without quotes."""
    text = io.StringIO()
    if any("\r" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([("text", "label"), *rows])
    return text.getvalue()


def jsonl_of(rows: Rows) -> str:
    """Return JSON Lines, characters as they are."""
    return "".join(json.dumps({"text": a, "label": b}, ensure_ascii=False) + "\n" for a, b in rows)


def parquet_of(rows: Rows) -> bytes:
    """Return a Parquet file."""
    file = io.BytesIO()
    parquet.write_table(pa.table({"text": [a for a, _ in rows], "label": [b for _, b in rows]}), file)
    return file.getvalue()


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "a.csv": lambda rows: csv_of(rows).encode(),
    "b.csv": lambda rows: csv_of(rows, end="\r\n", quoting=csv.QUOTE_ALL).encode("utf-8-sig"),
    "c.csv": lambda rows: csv_of(rows, ";").encode(),
    "d.tsv": lambda rows: csv_of(rows, "\t", quoting=csv.QUOTE_ALL).encode(),
    "e.csv.gz": lambda rows: gzip.compress(csv_of(rows, "|", end="\r\n").encode()),
    "f.csv": lambda rows: csv_of(rows).encode("utf-16"),
    "g.jsonl": lambda rows: jsonl_of(rows).encode(),
    "h.jsonl.gz": lambda rows: gzip.compress(jsonl_of(rows).encode("utf-16")),
    "i.json": lambda rows: json.dumps([{"text": a, "label": b} for a, b in rows], indent=1).encode(),
    "j.parquet": parquet_of,
}


def rows_of(opened: OpenTable) -> Rows:
    """Return all rows, and make sure that batches give the same."""
    table = opened.read()
    batches = pa.Table.from_batches(opened.batches(3)) if table.num_rows else table
    assert batches.to_pydict() == table.to_pydict()
    return list(zip(table["text"].to_pylist(), table["label"].to_pylist(), strict=True))


@pytest.mark.parametrize("name", WRITERS)
@given(rows=TABLES)
@QUICK
def test_rows_are_read_as_they_were_written_or_refused(name: str, rows: Rows) -> None:
    """With nothing said of how a file is written, all its rows are read as they were, or none are."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(WRITERS[name](rows))
        try:
            opened = open_file(path, "f", Format())
            found = rows_of(opened)
        except DataError:
            return
    assert opened.columns == ("text", "label")
    assert found == rows


@pytest.mark.parametrize("whole", [False, True])
@given(
    rows=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@QUICK
def test_a_file_of_which_all_is_said_is_never_refused(
    whole: bool, rows: Rows, delimiter: str, end: str, quoting: int
) -> None:
    """A well-formed file is read as it was written if delimiter, encoding and header are given."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        path.write_bytes(csv_of(rows, delimiter, end, quoting).encode())
        said = Format(delimiter=delimiter, encoding="utf-8", header=True)
        opened = open_file(path, "f", said, whole=whole)
        assert rows_of(opened) == rows
