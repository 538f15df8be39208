"""Whatever is drawn reaches an ASCII terminal as ASCII, cell for cell."""

import pytest
from rich.cells import cell_len

from runner.tui.ascii_filter import as_ascii
from runner.tui.glyphs import UNICODE


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("91,9\u00a0%", "91,9 %"),
        ("Übergröße", "Ubergro?e"),
        ("╭──╮│█", "+--+|#"),
        ("映画", "????"),
        ("🎬", "??"),
        ("e\u0301te\u0301", "ete"),
        ("⠒⠒", "??"),
        ("plain", "plain"),
    ],
)
def test_text_becomes_ascii(text, plain):
    """Letters lose their marks, lines become - and |, what has no likeness becomes question marks."""
    assert as_ascii(text) == plain


def test_no_cell_is_gained_or_lost():
    """Columns stay where they are."""
    text = "".join(UNICODE.states.values()) + UNICODE.ramp + UNICODE.series + UNICODE.shades + "ä映🎬e\u0301…"
    assert as_ascii(text).isascii()
    assert cell_len(as_ascii(text)) == cell_len(text)
