"""Foreign text on its way out: cells that are no formulas, lines that are text."""

import csv
import io

import pytest

from catalog.errors import DataError
from runner.console import lines
from runner.console.lines import text_lines
from runner.presentation.cells import csv_line, harmless
from runner.presentation.text import well_formed


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20"])
def test_formulas_become_text(sign):
    """Whatever a spreadsheet would compute begins with an apostrophe; the same sign further on is left alone."""
    shown = "\\x0d" if sign == "\r" else f"'{sign}"  # a lone carriage return is spelled out, so it begins nothing
    assert harmless(f"{sign}cmd()") == f"{shown}cmd()"
    assert harmless(f"a{sign}b") == ("a\\x0db" if sign == "\r" else f"a{sign}b")


def test_control_characters_are_spelled_out():
    """Escape sequences, NUL, C1 controls, bidi overrides and lone surrogates show themselves; real scripts stay."""
    assert harmless("\x1b[31m\0\x9b2J\u202eabc\u2066\ud800") == "\\x1b[31m\\x00\\x9b2J\\u202eabc\\u2066\\ud800"
    assert harmless("\x1b=1+1") == "\\x1b=1+1"
    whole = "مرحبا\u200f नमस्ते 👩\u200d👩 <script> [red]"
    assert harmless(whole) == whole
    assert harmless("") == ""


def test_rows_parse_as_they_were():
    """Quotes, delimiters and line breaks come back from a CSV reader; numbers are not touched."""
    row = ['say "no", twice', "two\r\nlines", "", 1e-08, -0.5]
    assert next(csv.reader(io.StringIO(csv_line(row), newline=""))) == [*row[:3], "1e-08", "-0.5"]


def test_no_cell_begins_inside_a_text():
    """A lone carriage return starts no row, and a list separated by semicolons or tabs finds no cell of its own."""
    (row,) = csv.reader(io.StringIO(csv_line(["a\r=cmd()", "x;=cmd|'/C calc'!A0;y", 0.5]), newline=""))
    assert row == ["a\\x0d=cmd()", "x;=cmd|'/C calc'!A0;y", "0.5"]
    for separator in ";\t":
        line = csv_line([f"x{separator}=cmd()", "n", 0.5])
        (row,) = csv.reader(io.StringIO(line, newline=""), delimiter=separator)
        assert not [cell for cell in row if cell.startswith("=")]


def test_halves_of_surrogate_pairs_are_replaced():
    """A whole pair is joined, a lone half becomes U+FFFD, other text is the same object."""
    assert well_formed("\ud83d\ude00 \ud800") == "😀 \ufffd"
    text = "good"
    assert well_formed(text) is text


def lines_of(content, encoding="utf-8"):
    """Return the lines of some bytes."""
    return list(text_lines(io.BytesIO(content), "f", encoding))


def test_lines_are_text_of_one_encoding():
    """A byte-order mark goes; bytes that the encoding does not have are an error with their line, never U+FFFD."""
    assert lines_of(b"\xef\xbb\xbfone\r\ntwo\n\nlast") == ["one\r\n", "two\n", "\n", "last"]
    assert lines_of("schön\nsüß".encode("cp1252"), "cp1252") == ["schön\n", "süß"]
    with pytest.raises(DataError, match="f: line 2 is not utf-8 text: byte 0xff; name its encoding"):
        lines_of(b"one\ntwo \xff\n\xfe\n")
    with pytest.raises(DataError, match="f: line 1 is not shift_jis text"):
        lines_of(b"\xfd\xfe", "shift_jis")


@pytest.mark.parametrize(
    ("encoding", "says"), [("klingon", "knows no encoding 'klingon'"), ("utf-16", "give a file with --file")]
)
def test_encodings_that_lines_cannot_have_are_refused(encoding, says):
    """An unknown encoding, and one whose lines do not end with a byte, are refused before anything is read."""
    with pytest.raises(DataError, match=says):
        lines_of("one\ntwo\n".encode("utf-16"), encoding)


def test_endless_lines_are_refused(monkeypatch):
    """A line may be long, but not longer than memory allows; its number is told."""
    assert lines_of(b"a\n" + b"x" * 1_000_000)[1] == "x" * 1_000_000
    monkeypatch.setattr(lines, "LONGEST", 1 << 20)
    with pytest.raises(DataError, match="f: line 2 is longer than 1 MiB"):
        lines_of(b"a\n" + b"x" * ((1 << 20) + 1))


@pytest.mark.parametrize(
    ("start", "kind"), [(b"\xff\xfea\0", "UTF-16"), (b"\x1f\x8b\x08", "gzip"), (b"PK\3\4", "Excel")]
)
def test_what_is_no_text_is_named(start, kind):
    """UTF-16, archives and workbooks are refused by name."""
    with pytest.raises(DataError, match=kind):
        lines_of(start)
