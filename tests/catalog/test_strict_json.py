"""What the JSON reader refuses, and where it says the fault lies."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SpecError
from catalog.strict_json import MAX_BYTES, parse, read

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_sound_json_is_read_as_python_reads_it(value):
    """Whatever json can write and a spec may hold comes back unchanged, without problems."""
    parsed = parse(json.dumps(value).encode(), "spec.json")
    assert parsed.value == value
    assert parsed.problems == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused_by_name(data):
    """No bytes make the reader raise anything but an error that names the file."""
    try:
        parse(data, "spec.json")
    except SpecError as error:
        assert error.message.startswith("spec.json: ")  # noqa: PT017 -- not raising is right too


@pytest.mark.parametrize(
    ("text", "path", "part"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "b.c", "more than once"),
        ('{"a": [1, NaN]}', "a.1", "NaN"),
        ('{"a": -Infinity}', "a", "-Infinity"),
        ('{"a": 1e999}', "a", "1e999"),
        ('{"a": 123456789012345678901234567890}', "a", "1234567890123456789..."),
        ('{"a": "x\\u0000y"}', "a", "NUL"),
        ('{"a": "\\ud800"}', "a", "surrogate"),
    ],
)
def test_ambiguous_values_are_told_with_their_path(text, path, part):
    """Duplicate keys, numbers that are not finite, and broken text are problems at their place."""
    problems = parse(text.encode(), "spec.json").problems
    assert [problem.path for problem in problems] == [path]
    assert part in problems[0].message


def test_several_faults_are_told_at_once():
    """One reading finds every fault."""
    problems = parse(b'{"a": NaN, "b": 1, "b": 2, "c": [Infinity]}', "spec.json").problems
    assert {problem.path for problem in problems} == {"a", "b", "c.0"}


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"{", "line 1, column 2"),
        (b'{\n  "a": 1,\n}', "line 3, column 1"),
        (b"", "line 1, column 1"),
        (b'{"a": "\xff"}', "not UTF-8: byte 0xff at offset 7 (line 1)"),
        (b"[" * 100_000, "nested deeper than 32"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(data, part):
    """Broken JSON is reported by line and column, broken UTF-8 by offset."""
    with pytest.raises(SpecError) as caught:
        parse(data, "spec.json")
    assert part in caught.value.message


def test_depth_is_bounded():
    """Thirty-three levels are a problem, thirty-two are not."""
    assert parse(b"[" * 32 + b"]" * 32, "s").problems == ()
    assert "nested deeper" in parse(b"[" * 33 + b"]" * 33, "s").problems[0].message


def test_byte_order_mark_is_no_fault():
    """Some editors write a mark in front of UTF-8."""
    assert parse(b'\xef\xbb\xbf{"a": 1}', "s").value == {"a": 1}


def test_large_missing_and_foreign_files_are_refused(tmp_path: Path):
    """A file over 1 MiB, a folder and a missing file each have their own message."""
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (MAX_BYTES + 1))
    for path, part in ((large, "larger than"), (tmp_path, "folder"), (tmp_path / "no.json", "no such file")):
        with pytest.raises(SpecError) as caught:
            read(path)
        assert part in caught.value.message
        assert str(path) in caught.value.message
