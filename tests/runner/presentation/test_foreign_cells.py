"""Foreign text on its way out: cells that are no formulas, and show what they hold."""

import csv
import io

import pytest

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
