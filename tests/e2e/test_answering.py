"""predict: any number of texts from anywhere, answered in order, whatever they hold."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from pyarrow import parquet

MODELCAT = Path(sys.executable).with_name("modelcat")
HOSTILE = [
    "<script>alert(1)</script>",
    "[red]red[/nope]",
    "\x1b[31m\x1b]0;title\x07 escape",
    "=cmd|' /C calc'!A0",
    "＝cmd()",  # noqa: RUF001 -- full-width
    "-1+1",
    "\u202eright to left\u2066",
    "nul \0 byte",
    'say "no", never',
    "",
]


@pytest.fixture(scope="module")
def trained(module_shell, simulated_spec):
    """Return a shell with a simulated study called one."""
    module_shell.write("s.json", simulated_spec(name="one", trials=1))
    module_shell.run("run", "s.json")
    return module_shell


def feed(shell, content, *arguments, code=0):
    """Run predict with bytes on stdin and return stdout and stderr as text."""
    printed = shell.run("predict", "one", *arguments, given=content, code=code)
    return printed.out, printed.err


def start(shell, *arguments, **options):
    """Start predict and return the process."""
    command = [MODELCAT, "predict", "one", *map(str, arguments)]
    return subprocess.Popen(command, cwd=shell.folder, env=shell.environment, **options)


def test_json_keeps_its_shape(trained):
    """One JSON list, an object a text, whether texts are arguments or lines; none is an empty list."""
    answer = {"label": "yes", "confidence": 0.75, "probabilities": {"no": 0.25, "yes": 0.75}}
    assert trained.json("predict", "one", "a", "b") == [{"text": text, **answer} for text in ("a", "b")]
    assert json.loads(feed(trained, b"a\nb\n", "--json")[0]) == [{"text": text, **answer} for text in ("a", "b")]
    out, err = feed(trained, b"", "--json")
    assert (json.loads(out), err) == ([], "modelcat: there are no inputs\n")


@pytest.mark.parametrize("form", ["jsonl", "csv", "table"])
def test_hostile_texts_stay_in_their_place(trained, form):
    """Scripts, markup, escapes, formulas, bidi and NUL come out harmless in every format, and each in its row."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in HOSTILE).encode()
    out, _ = feed(trained, lines, "--format", form)
    assert not set(out) & set("\x1b\x07\0\u202e\u2066")
    if form == "jsonl":
        assert [json.loads(line)["text"] for line in out.splitlines()] == HOSTILE
        assert out.isascii()
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(out, newline="")))
        assert rows[0] == ["text", "label", "confidence", "probability of no", "probability of yes"]
        cells = [row[0] for row in rows[1:]]
        assert cells[0] == HOSTILE[0]
        assert cells[2] == "\\x1b[31m\\x1b]0;title\\x07 escape"
        assert cells[3:6] == [f"'{text}" for text in HOSTILE[3:6]]
        assert (cells[8], cells[9], len(cells)) == (HOSTILE[8], "", len(HOSTILE))
    else:
        assert len(out.splitlines()) == 1 + len(HOSTILE)
        assert "[red]red[/nope]" in out
        assert "\\x1b[31m" in out


def test_every_line_has_an_answer(trained):
    """Empty lines, a byte-order mark, CRLF and a million characters: an answer each, an empty one for no text."""
    content = b"\xef\xbb\xbffirst\r\n\n" + b"x" * 1_000_000 + b"\nlast"
    out, err = feed(trained, content, "--format", "jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["text"] for answer in answers] == ["first", "", "x" * 1_000_000, "last"]
    assert [answer["label"] for answer in answers] == ["yes", None, "yes", "yes"]
    assert "1 of 4 rows have no input and got an empty answer" in err


def test_bytes_of_another_encoding_are_refused_or_read(trained):
    """Bytes that are not UTF-8 are an error that says what to write; no answer is about U+FFFD."""
    out, err = feed(trained, b"first\ns\xfc\xdf\n", "--format", "jsonl", code=2)
    assert "\ufffd" not in out
    assert "line 2 is not utf-8 text: byte 0xfc" in err
    assert "--encoding cp1252" in err
    out, _ = feed(trained, b"s\xfc\xdf\n", "--format", "jsonl", "--encoding", "cp1252")
    assert json.loads(out)["text"] == "süß"


def test_a_file_keeps_its_columns(trained):
    """Answers stand next to all columns of a file; --only leaves these out; clashing names are renamed."""
    trained.write("mine.csv", "id,label,text\n007,old,a\n008,,\n=1+1,new,c\n")
    shown = trained.run("predict", "one", "--file", "mine.csv", "--format", "csv")
    header, *rows = csv.reader(io.StringIO(shown.out, newline=""))
    assert header[:5] == ["id", "label", "text", "predicted label", "confidence"]
    assert [row[:4] for row in rows] == [["007", "old", "a", "yes"], ["008", "", "", ""], ["=1+1", "new", "c", "yes"]]
    assert "the input is in column 'text'" in shown.err
    assert "1 of 3 rows have no input and got an empty answer" in shown.err
    only = trained.run("predict", "one", "--file", "mine.csv", "--format", "csv", "--only").out
    assert only.splitlines()[0].startswith('"text","label","confidence"')
    trained.run("predict", "one", "--file", "mine.csv", "-o", "mine.parquet")
    found = parquet.read_table(trained.folder / "mine.parquet")
    assert found["id"].to_pylist() == ["007", "008", "=1+1"]
    assert found["predicted label"].to_pylist() == ["yes", None, "yes"]
    assert "no column 'body'" in trained.run("predict", "one", "--file", "mine.csv", "--column", "body", code=2).err


def test_answers_come_while_texts_still_do(trained):
    """A stream is answered in pieces: the first thousand is out before the input ends."""
    process = start(trained, "--format", "jsonl", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(b"text\n" * 1024)
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["label"] == "yes"
    assert process.poll() is None
    process.stdin.close()
    assert len(process.stdout.readlines()) == 1023
    assert process.wait(30) == 0
    process.stdout.close()


def test_order_and_count_hold_over_many_chunks(trained):
    """Ten thousand rows come out as they went in."""
    trained.write("many.csv", "text\n" + "".join(f"row {n}\n" for n in range(10_000)))
    out = trained.run("predict", "one", "--file", "many.csv", "--format", "csv").out
    assert [row[0] for row in csv.reader(out.splitlines())][1:] == [f"row {n}" for n in range(10_000)]


def test_a_reader_that_has_enough_ends_it_quietly(trained):
    """A closed pipe is no error: exit code 0, no word of it, no worker left."""
    trained.write("endless.txt", "text\n" * 50_000)
    process = start(
        trained, "--file", "endless.txt", "--format", "jsonl", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.readline()
    children = psutil.Process(process.pid).children(recursive=True)
    process.stdout.close()
    assert process.stderr.read() == b"modelcat: endless.txt: the input is in column 'text'\n"
    assert process.wait(30) == 0
    process.stderr.close()
    assert not psutil.wait_procs(children, timeout=10)[1], "a worker outlived it"


def wait_for_worker(process):
    """Wait until a worker is at work."""
    deadline = time.monotonic() + 30
    while not psutil.Process(process.pid).children() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)


def test_ctrl_c_ends_it(trained):
    """An interrupt is exit code 130, and no half file is left."""
    out = trained.folder / "never.jsonl"
    process = start(trained, "--file", "-", "-o", out, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"text\n" * 1024)
    process.stdin.flush()
    wait_for_worker(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert b"interrupted" in process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    assert not [path.name for path in trained.folder.iterdir() if "never" in path.name]


def test_output_files_are_whole_and_never_overwritten_unasked(trained):
    """-o takes the format from its suffix, replaces a file only with --force, and leaves nothing after an error."""
    out = trained.folder / "answers.csv"
    assert trained.run("predict", "one", "a", "-o", "answers.csv").out == ""
    assert out.read_text().startswith('"text","label","confidence"')
    assert "--force replaces it" in trained.run("predict", "one", "b", "-o", "answers.csv", code=2).err
    assert '"a","yes"' in out.read_text()
    trained.run("predict", "one", "b", "-o", "answers.csv", "--force")
    assert '"b","yes"' in out.read_text()
    trained.write("bad.jsonl", '{"text": "a"}\n' * 3000 + "nonsense\n")
    before = set(trained.folder.iterdir())
    error = trained.json("predict", "one", "--file", "bad.jsonl", "-o", "new.jsonl", code=2)["error"]
    assert error["kind"] == "bad_data"
    assert "line 3,001" in error["message"]
    assert set(trained.folder.iterdir()) == before


def test_json_is_one_document_after_a_failure_too(trained):
    """When a file turns out bad in the middle, stdout holds the error and no half list."""
    trained.write("bad.jsonl", '{"text": "a"}\n' * 3000 + "nonsense\n")
    assert set(trained.json("predict", "one", "--file", "bad.jsonl", code=2)) == {"error"}


def test_what_cannot_be_explained_is_told(trained):
    """A model that cannot explain says so, with exit code 2."""
    assert "cannot explain its answers" in trained.run("predict", "one", "a", "--explain", code=2).err


def test_arithmetic_that_a_plugin_does_not_offer_is_refused(trained):
    """--precision auto works for every model; a name is refused where the plugin has no choice, or there is no such."""
    assert trained.json("predict", "one", "a", "--precision", "auto")[0]["label"] == "yes"
    assert json.loads(feed(trained, b"a\n", "--json", "--precision", "auto")[0])[0]["label"] == "yes"
    error = trained.json("predict", "one", "a", "--precision", "int8", code=2)["error"]
    assert (error["kind"], "cannot answer in int8" in error["message"]) == ("input", True)
    assert (
        "--explain computes in fp32"
        in trained.run("predict", "one", "a", "--explain", "--precision", "bf16", code=2).err
    )
    assert (
        "'int4' is not one of 'auto', 'fp32'" in trained.run("predict", "one", "a", "--precision", "int4", code=2).err
    )


def test_a_terminal_is_no_input(trained):
    """Without texts and with a terminal as stdin the command does not wait: an error says what to give."""
    ours, theirs = pty.openpty()
    process = start(trained, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=30)
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, out) == (2, b"")
    assert b"no input given; give inputs as arguments, a file with --file" in err


def test_progress_is_for_terminals(trained):
    """A terminal as stderr sees rows and their speed while they go elsewhere, and a clean line at the end."""
    trained.write("endless.txt", "text\n" * 50_000)
    ours, theirs = pty.openpty()
    with (trained.folder / "out.jsonl").open("wb") as out:
        process = start(trained, "--file", "endless.txt", "--format", "jsonl", stdout=out, stderr=theirs)
        os.close(theirs)
        told = b""
        while b"\r\x1b[K\n" not in told:
            try:
                told += os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
        assert process.wait(30) == 0
    os.close(ours)
    assert b" rows" in told
    assert told.endswith(b"\r\x1b[K")
    assert len((trained.folder / "out.jsonl").read_text().splitlines()) == 50_000
