"""The texts of stdin: lines, or objects of JSON Lines."""

import io

import pytest

from catalog.errors import DataError
from runner.console.texts import stream_texts


def stream(content, column=None, encoding="utf-8"):
    """Return the texts of stdin."""
    return list(stream_texts(io.BytesIO(content), column, encoding))


def test_stdin_is_lines_or_objects():
    """A first line that is an object makes JSON Lines of it, read by the study's column; else it is a text a line."""
    assert stream(b"one\n\ntwo") == ["one", "", "two"]
    assert stream(b'{"text": "one"}\n{"text": "two"}\n') == ["one", "two"]
    with pytest.raises(DataError, match="line 1 has no 'text'; --column names it: known: review"):
        stream(b'{"review": "one"}\n')
    assert list(stream_texts(io.BytesIO(b'{"title": "one", "text": "x"}'), None, "utf-8", ("title",))) == ["one"]
    with pytest.raises(DataError, match="joins the columns 'title', 'body'"):
        list(stream_texts(io.BytesIO(b'{"title": "one"}'), None, "utf-8", ("title", "body")))
    assert stream(b'{"review": "one"}\n', "review") == ["one"]
    assert stream("sü\n".encode("cp1252"), encoding="cp1252") == ["sü"]
    assert stream(b"") == []
    with pytest.raises(DataError, match="stdin: line 2 is not JSON"):
        stream(b'{"text": "one"}\ntwo\n')


def test_values_that_are_no_strings():
    """Numbers are spelled, missing values are empty texts, lists are refused with their line."""
    texts = stream_texts(
        io.BytesIO(b'{"text": 5}\n{"text": null}\n{"text": "\\ud83d\\ude00 \\ud800"}\n{"text": [1]}\n'), None, "utf-8"
    )
    assert [next(texts) for _ in range(3)] == ["5", "", "😀 \ufffd"]
    with pytest.raises(DataError, match="line 4 holds list, not text"):
        next(texts)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[1]\n", "line 1 is not a JSON object"),
        (b'{"review": "a"}\n', "line 1 has no 'text'; --column names it: known: review"),
        (b"[" * 100_000, "line 1 is not JSON"),
        (b'{"text": "s\xfc"}\n', "line 1 is not utf-8 text: byte 0xfc; name its encoding, as in --encoding cp1252"),
    ],
)
def test_unusable_lines_are_refused(content, says):
    """A line that cannot be used is an error that says where and why."""
    with pytest.raises(DataError, match=says):
        stream(content, "text")


def test_nothing_is_read_ahead():
    """A damaged line at the end is met when its turn comes, not before: a stream is answered while it comes."""
    texts = stream_texts(io.BytesIO(b'{"text": "good"}\n' * 5000 + b"bad\n"), "text", "utf-8")
    assert [next(texts) for _ in range(5000)] == ["good"] * 5000
    with pytest.raises(DataError, match="line 5,001"):
        next(texts)
