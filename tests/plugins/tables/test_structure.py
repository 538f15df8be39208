"""The records of a delimited text, found from its bytes."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.tables.compression import cut_at_lines
from plugins.tables.dialect import Dialect
from plugins.tables.structure import Structure, scan

CELLS = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "\r", "a", "é", "  ", "\0"]), max_size=5).map("".join)


def chunks_of(content: bytes, size: int) -> Iterator[bytes]:
    """Yield bytes in blocks that end with a line feed, as files are read."""
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return cut_at_lines(lambda: pieces, Path("a.csv"), "f", returns=True)


def scanned(content: str, columns: int, size: int = 1 << 20, rows: int = 0) -> Structure:
    """Look through a text with one header line."""
    blocks = chunks_of(content.encode(), size)
    return scan(blocks, Dialect(","), header_lines=1, columns=columns, wanted=frozenset(range(1, rows + 1)))


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n"]),
    ended=st.booleans(),
    size=st.integers(1, 40),
)
@settings(max_examples=300, deadline=None)
def test_records_and_their_lines_are_those_that_a_reader_finds(
    rows: list[tuple[str, str]], end: str, ended: bool, size: int
) -> None:
    """Whatever the cells hold and however the file is cut into blocks, records, lines and spans are right."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("x", "y"), *rows])
    content = text.getvalue() if ended else text.getvalue().removesuffix(end)
    reader = csv.reader(io.StringIO(content, newline=""))
    last, lines = 0, {}
    for row, _ in enumerate(reader):
        lines[row] = (last + 1, reader.line_num)
        last = reader.line_num
    del lines[0]
    found = scanned(content, 2, size, len(rows))
    assert found.well_formed
    assert found.records == len(rows)
    assert found.lines == last
    assert found.located == lines
    assert sum(found.spans.values()) == len(rows)


@pytest.mark.parametrize(
    "row", ['a"b,c', 'a,b"', '"a"b,c', '"a,b', '"a" ,b', 'a,"b"c', '""a,b'], ids=lambda row: f"<{row}>"
)
def test_a_quote_in_the_wrong_place_is_seen(row: str) -> None:
    """A quote that neither opens nor closes a cell, or is never closed, makes a text that is not well formed."""
    assert not scanned(f"x,y\n1,2\n{row}\n", 2).well_formed


def test_blank_lines_and_the_first_nul_are_counted() -> None:
    """Blank lines are no records, whatever ends them; the line of the first NUL is known."""
    found = scanned("x,y\n\n1,2\r\n\r\n3,\0\n\n", 2)
    assert (found.records, found.blank, found.lines, found.nul_line) == (2, 3, 6, 5)


@pytest.mark.parametrize("size", [7, 64, 1 << 20])
def test_rows_that_a_quote_swallowed_are_suspicious(size: int) -> None:
    """A record full of lines like rows is suspicious, also if blocks cut it; one of many lines of prose is not."""
    rows = [f"{i},text {i}\n" for i in range(200)]
    rows[50] = '50,"text 50\n'
    rows[57] = '57,text 57"\n'
    rows[100] = '100,"' + "a line of prose\n" * 9 + '"\n'
    found = scanned("x,y\n" + "".join(rows), 2, size)
    assert [(each.row, each.first_line, each.last_line) for each in found.suspicious()] == [(51, 52, 59)]


def test_a_record_far_longer_than_others_is_suspicious() -> None:
    """Lines that do not look like rows are doubtful if they are many more than those of other records."""
    rows = [f"{i},text {i}\n" for i in range(200)]
    rows[100] = '100,"' + "a line of prose\n" * 30 + '"\n'
    assert [each.lines for each in scanned("x,y\n" + "".join(rows), 2).suspicious()] == [31]
