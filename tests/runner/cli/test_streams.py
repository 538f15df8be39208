"""stdout and stderr of few characters, closed, full, or without a reader; the whole table is in tests/faults."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli.output import narrator, print_data, print_table
from runner.narration import LinesNarrator, Unfailing

MODELCAT = Path(sys.executable).with_name("modelcat")
SIGN = "★"


def printed_as_ascii(monkeypatch, work):
    """Return the bytes that are printed to a stdout of ASCII."""
    with monkeypatch.context() as patch, io.TextIOWrapper(io.BytesIO(), "ascii", "backslashreplace") as stream:
        patch.setattr("sys.stdout", stream)
        work()
        stream.flush()
        return stream.buffer.getvalue()


def test_columns_stay_below_their_names(monkeypatch):
    """A cell is as wide as it is written."""
    rows = [["✓", "a"], ["plain", "b"]]
    printed = printed_as_ascii(monkeypatch, lambda: print_table(["mark", "name"], rows))
    lines = printed.decode("ascii").splitlines()
    assert lines[1].startswith("\\u2713")
    assert len({line.rindex(name) for line, name in zip(lines, ("name", "a", "b"), strict=True)}) == 1


def test_data_is_utf8_whatever_a_terminal_shows(monkeypatch):
    """CSV has no escapes that would be read back, and is the same as in a file."""
    assert printed_as_ascii(monkeypatch, lambda: print_data(f"{SIGN}\n")).decode() == f"{SIGN}\n"


def test_narration_that_cannot_be_written_ends_nothing(monkeypatch):
    """A study goes on if its narration cannot be written: on a full disk, and if the reader is gone."""
    read, write = os.pipe()
    os.close(read)
    with Path("/dev/full").open("w") as full, open(write, "w", closefd=False) as broken:
        for stream in (full, broken):
            monkeypatch.setattr("sys.stderr", stream)
            narration = LinesNarrator(narrator())
            for _ in range(3):
                narration.note("on and on")
            monkeypatch.setattr("sys.stderr", sys.__stderr__)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())  # what is left in the buffer
            os.close(null)
    os.close(write)
    assert Unfailing(io.StringIO()).write("ab") == 2


@pytest.mark.parametrize(
    ("stream", "arguments", "code", "said"),
    [
        ("", ("badly★",), 2, "No such command 'badly\\u2605'."),
        (">&-", ("list", "--json"), 0, ""),
        (">&- 2>&- <&-", ("list",), 0, ""),
        (">/dev/full", ("list", "--json"), 1, "modelcat: writing failed: No space left on device"),
        ("2>/dev/full", ("validate", "nowhere.json", "--json"), 2, ""),
        (">/dev/full", ("validate", "nowhere.json", "--json"), 2, "modelcat: nowhere.json: no such file"),
    ],
)
def test_commands_work_whatever_the_streams_are(tmp_path, stream, arguments, code, said):
    """Commands end with the usual exit code, and one line if something is to be said, whatever the streams are."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = ["bash", "-c", f'"$@" {stream}', "-", MODELCAT, *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    err = done.stderr.decode("ascii")
    assert (done.returncode, err.splitlines()[-1:]) == (code, [said] if said else []) or said in err
    assert "Traceback" not in err
    assert done.stdout == b"" or json.loads(done.stdout)


def test_a_closed_descriptor_is_not_given_to_a_database(tmp_path):
    """What libraries print goes nowhere then, and not into a file that got their descriptor; workers inherit that."""
    code = (
        "import os, subprocess, sys; from runner.cli.streams import prepare_streams; prepare_streams(); "
        "print('lost'); made = os.open('made', os.O_CREAT | os.O_RDWR); assert made > 2; "
        "subprocess.run([sys.executable, '-c', 'import os; os.fstat(1), os.fstat(2); print(1)'], check=True); "
        "os.write(made, b'kept')"
    )
    command = ["bash", "-c", '"$@" <&- >&- 2>&-', "-", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert (tmp_path / "made").read_bytes() == b"kept"
