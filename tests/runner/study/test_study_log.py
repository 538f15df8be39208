"""The log of a study: what is reported is written, whatever happens to the file."""

import errno
import io
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import registry
from catalog.contract import DataSummary, EpochMetrics
from catalog.errors import OutOfMemoryError, StoreError
from runner.store.records import TrialRecord
from runner.study import log as study_log
from runner.study.coordinator import run_study
from runner.study.log import LogLine, StudyLog, read_log
from runner.study.progress import Opened, broadcast

METRICS = EpochMetrics(0.5, 0.25, 0.123456, {"accuracy": 0.91, "loss": 0.3}, 2e-5, 12.0)

DATA = DataSummary("demo", "print", {"train": 1_000})
OPENED = Opened(
    "mine", "a/b/c", registry.load_task("nlp/text-classification").metrics[0], 9, DATA, (), notes=("wider than asked",)
)


@pytest.fixture
def said():
    """Return what a log has reported about itself."""
    return []


@pytest.fixture
def log(tmp_path, said):
    """Return an open log of a study in a folder of its own."""
    opened = StudyLog(tmp_path / "mine", said.append)
    opened.begin()
    yield opened
    opened.close()


def texts(folder):
    """Return kind and text of each line."""
    return [(line.kind, line.text) for line in read_log(folder)[0]]


def test_lines_have_time_kind_training_and_text(log, tmp_path, said):
    """Each event is one line; ticks are left out; a failure is followed by its details."""
    before = datetime.now(UTC).replace(microsecond=0)
    record = TrialRecord(7, "running", "search", {"learning_rate": 2e-5})
    log.opened(OPENED)
    log.phase("confirmation", 4)
    log.started("trial/7", record)
    log.ticked("trial/7", 0.5)
    log.measured("trial/7", METRICS)
    log.failed("trial/7", OutOfMemoryError("it does not fit"), "Traceback:\n  File x\n    call()\nMemoryError")
    log.ended("trial/7", None, None)
    log.note("a note")
    lines, end = read_log(tmp_path / "mine")
    assert end == (tmp_path / "mine" / "log.jsonl").stat().st_size
    assert [(line.kind, line.training, line.text) for line in lines] == [
        ("opened", None, "study mine (a/b/c), 9 trials, tuned for accuracy on validation"),
        ("opened", None, "data demo: 1,000 train rows"),
        ("opened", None, "note: wider than asked"),
        ("phase", None, "confirming on fresh seeds (4 trainings)"),
        ("started", "trial/7", "trial 7 (search): learning_rate 2e-05"),
        ("measured", "trial/7", "trial 7, epoch 0.5: accuracy 91.0 %, training loss 0.1235, validation loss 0.3000"),
        ("failed", "trial/7", "trial 7 failed: out_of_memory: it does not fit"),
        ("details", "trial/7", "│ Traceback:"),
        ("details", "trial/7", "│   File x"),
        ("details", "trial/7", "│     call()"),
        ("details", "trial/7", "│ MemoryError"),
        ("ended", "trial/7", "✗ trial 7 failed"),
        ("note", None, "a note"),
    ]
    assert all(before <= line.time <= datetime.now(UTC) for line in lines)
    assert said == []


def test_reading_goes_on_where_it_was(log, tmp_path):
    """A reader gets each line once; half a line waits for its other half."""
    folder = tmp_path / "mine"
    assert read_log(folder) == ([], 0)
    log.note("one")
    first, offset = read_log(folder)
    with (folder / "log.jsonl").open("a") as file:
        whole = json.dumps({"time": "2026-01-01T00:00:00+00:00", "kind": "note", "training": None, "text": "half"})
        file.write(whole[:20])
        file.flush()
        assert read_log(folder, offset=offset) == ([], offset)
        file.write(whole[20:] + "\n")
    second, offset = read_log(folder, offset=offset)
    assert [line.text for line in (*first, *second)] == ["one", "half"]
    assert read_log(folder, offset=offset) == ([], offset)
    assert read_log(tmp_path / "nowhere", offset=5) == ([], 0)


@pytest.mark.parametrize(
    "foreign",
    [
        "not JSON",
        "[]",
        "7",
        "{}",
        '{"time": 1, "kind": "note", "training": null, "text": "x"}',
        '{"time": "tomorrow", "kind": "note", "training": null, "text": "x"}',
        '{"time": "2026-01-01T00:00:00+00:00", "kind": [], "training": null, "text": "x"}',
        '{"time": "2026-01-01T00:00:00+00:00", "kind": "note", "training": 7, "text": "x"}',
        '{"time": "0001-01-01T00:00:00+23:00", "kind": "note", "training": null, "text": "x"}',
        "[" * 100_000,
        "9" * 10_000,
        "\0\udcff",
    ],
)
def test_foreign_lines_are_left_out(log, tmp_path, foreign):
    """Whatever is between modelcat's lines, these are read."""
    log.note("one")
    with (tmp_path / "mine" / "log.jsonl").open("ab") as file:
        file.write(foreign.encode(errors="surrogateescape") + b"\n")
    log.note("two")
    assert texts(tmp_path / "mine") == [("note", "one"), ("note", "two")]


def test_hostile_text_is_made_safe(log, tmp_path):
    """Controls and bidi marks become visible, whether modelcat wrote them or not; a line stays one line."""
    log.note("a\x1b[31mb\nc\u202ed")
    hostile = {"time": "2026-01-01T00:00:00+00:00", "kind": "\x1b", "training": "\x07", "text": "\x9b" + "x" * 10_000}
    with (tmp_path / "mine" / "log.jsonl").open("a") as file:
        file.write(json.dumps(hostile) + "\n")
    first, second = read_log(tmp_path / "mine")[0]
    assert first.text == "a\\x1b[31mb c\\u202ed"
    assert (second.kind, second.training, second.text[:5]) == ("\\x1b", "\\x07", "\\x9bx")
    assert len(second.text) == 2_000


def test_a_line_that_a_killed_run_left_is_ended(log, tmp_path, said):
    """What the next run writes never hangs on to half a line."""
    log.note("one")
    log.close()
    with (tmp_path / "mine" / "log.jsonl").open("a") as file:
        file.write('{"time": "2026-')
    again = StudyLog(tmp_path / "mine", said.append)
    again.note("told before the folder was there")
    again.begin()
    again.note("two")
    again.close()
    assert [text for _, text in texts(tmp_path / "mine")] == ["one", "told before the folder was there", "two"]


def test_a_log_that_cannot_be_written_is_told_once(tmp_path, said):
    """A study goes on if its log cannot be written, which is reported once."""
    (tmp_path / "mine").write_text("a file where the folder should be")
    log = StudyLog(tmp_path / "mine", said.append)
    log.note("before")
    log.begin()
    log.note("after")
    log.close()
    assert len(said) == 1
    assert "cannot be written, and misses lines" in said[0]


def test_a_log_that_is_removed_while_a_study_runs_is_told_and_begun_anew(log, tmp_path, said):
    """The new log says that the lines before it are lost."""
    log.note("one")
    shutil.rmtree(tmp_path / "mine")
    log.note("two")
    log.note("three")
    log.close()
    assert len(said) == 1
    assert "was removed while the study runs" in said[0]
    found = [text for _, text in texts(tmp_path / "mine")]
    assert found == ["the log was removed while the study ran: what it held before this is lost", "two", "three"]


def test_a_log_goes_on_when_a_full_disk_has_room_again(log, tmp_path, said, monkeypatch):
    """No line is there by half, and the number of missing ones is reported once."""
    room = [100]

    class NearlyFull(io.FileIO):
        def write(self, content):
            if not room[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            taken, room[0] = content[: room[0]], max(0, room[0] - len(content))
            return super().write(taken)

    log.note("one")
    log._release()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode, buffering: NearlyFull(path, mode.replace("b", "")))
        log.note("x" * 200)
        log.note("three")
        log.note("four")
        room[0] = 1_000_000
        log.note("five")
    log.close()
    assert len(said) == 1
    assert "misses lines: No space left on device" in said[0]
    found = [text for _, text in texts(tmp_path / "mine")]
    assert found == ["one", "3 lines are missing here: the log could not be written", "five"]


def test_a_log_that_cannot_be_read_is_told(tmp_path):
    """A folder in place of the log is an error with its path."""
    (tmp_path / "log.jsonl").mkdir()
    with pytest.raises(StoreError, match=r"log\.jsonl cannot be read"):
        read_log(tmp_path)


def test_a_log_stays_bounded_and_keeps_its_end(log, tmp_path, monkeypatch):
    """Beyond its limit the older half goes; a reader gets all that is left."""
    monkeypatch.setattr(study_log, "_MOST", 20_000)
    folder = tmp_path / "mine"
    sizes, offset, lines = [], 0, []
    for number in range(400):
        log.note(f"line {number}")
        sizes.append((folder / "log.jsonl").stat().st_size)
        found, new = read_log(folder, offset=offset)
        lines = found if new < offset else lines + found
        offset = new
    assert max(sizes) < 20_500
    assert lines == read_log(folder)[0]
    kept = [line.text for line in lines]
    assert kept[-1] == "line 399"
    assert any("older half" in text for text in kept)
    assert kept[kept.index("line 390") :] == [f"line {number}" for number in range(390, 400)]


def test_ten_thousand_trials_take_less_than_twenty_megabytes(tmp_path):
    """A large study with three reports a trial is logged in full."""
    log = StudyLog(tmp_path / "mine", print)
    params = {"learning_rate": 2.345e-5, "batch_size": 32, "epochs": 3, "warmup_steps": 0.0523, "weight_decay": 0.01}
    log.begin()
    log.opened(OPENED)
    for number in range(1_000):
        record = TrialRecord(number + 8_000, "complete", "search", params, 0.912, seconds=312.0)
        name = f"trial/{record.number}"
        log.started(name, record)
        for _ in range(3):
            log.measured(name, METRICS)
        log.ended(name, record, 0.912)
    log.close()
    lines, size = read_log(tmp_path / "mine")
    assert len(lines) == 5_003
    assert 10 * size < 20_000_000


def test_a_tee_tells_everybody(recorder):
    """Each listener receives everything, in order."""
    other = type(recorder)()
    tee = broadcast(recorder, other)
    tee.phase("search", 3)
    tee.started("trial/0", None)
    tee.ticked("trial/0", 0.5)
    tee.measured("trial/0", METRICS)
    tee.failed("trial/0", OutOfMemoryError("no"), "")
    tee.ended("trial/0", None, None)
    tee.note("so")
    assert recorder.told == other.told
    names = [name for name, *_ in recorder.told]
    assert names == ["phase", "started", "ticked", "measured", "failed", "ended", "note"]


@pytest.mark.usefixtures("quick_importance")
def test_a_study_logs_all_of_its_runs(request_of, workspace, recorder):
    """A study's log runs from its preparation to its end, with tracebacks of failures, one run after the other."""
    config = {"x": 0.5, "trouble": "error", "trouble_above": 0.65}
    record = run_study(request_of(config, trials=5, sampler="random"), workspace, recorder)
    folder = workspace.folder / record.study
    lines, offset = read_log(folder)
    assert lines[0] == LogLine(lines[0].time, "phase", None, "preparing data and model")
    assert lines[-1].kind == "finished"
    failed = {line.training for line in lines if line.kind == "failed"}
    assert len(failed) == record.trials.failed > 0
    training = failed.pop()
    told = [line.text for line in lines if line.training == training]
    assert any("RuntimeError: something broke" in text for text in told)
    assert any(text.startswith("│ Traceback") for text in told)
    assert sum(line.kind == "ended" for line in lines) >= 5
    run_study(request_of(config, trials=6, sampler="random"), workspace, recorder)
    more = read_log(folder, offset=offset)[0]
    assert [line.text for line in more if line.text.startswith("going on")] == [
        "going on: 5 trials are finished already"
    ]
    assert more[-1].kind == "finished"
