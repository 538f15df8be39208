"""The log of a study: ``log.jsonl`` in its folder, one line for each event of all runs, readable during a run.

Its lines are those of the narration. Ticks are left out: a study of 10,000 trials with three reports each writes 10 MB.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from catalog.contract import EpochMetrics
from catalog.errors import ModelcatError, StoreError
from catalog.files import open_regular
from catalog.metric import unknown_metric
from runner.presentation.text import safe
from runner.store.files import write_bytes
from runner.store.records import TrialRecord
from runner.study.event_lines import (
    ended_line,
    failed_line,
    measured_line,
    opened_lines,
    phase_line,
    retried_line,
    started_line,
)
from runner.study.progress import Opened

__all__ = ["LOG", "LogLine", "StudyLog", "read_log"]

LOG = "log.jsonl"
#: Bytes at which the older half of a log is dropped.
_MOST = 16_000_000
#: Characters of a line's text, and lines of a traceback: the end of a traceback says what happened.
_LONGEST, _DETAILS = 2_000, 60


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    Attributes:
        time: When it was written, in UTC.
        kind: opened, phase, started, measured, ended, failed, retried, details (of either), note; and how a run of the
            study ended: finished, stopped, failed without a training.
        training: The training of the event: ``"trial/7"``, ``"baseline"``, ``"confirm/given/1"``; None for the study.
        text: One line of English; characters that cannot be printed are escaped.
    """

    time: datetime
    kind: str
    training: str | None
    text: str


def read_log(folder: Path, *, offset: int = 0) -> tuple[list[LogLine], int]:
    """Read what has been written to a log since `offset`, and return it with the offset of the next read.

    An incomplete line at the end is left for the next read; lines that modelcat did not write are left out. If the log
    is shorter than `offset`, because its older half was dropped, all of it is returned: the returned offset is then
    smaller than the given one.

    Args:
        folder: The study's own.
        offset: In bytes; it may lie within a line, for example to read only the end.

    Raises:
        StoreError: There is a log, but it cannot be read.
    """
    path = folder / LOG
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            start = offset if 0 <= offset <= size else 0
            file.seek(start)
            read = file.read(2 * _MOST)  # no log of modelcat is larger
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise StoreError(f"the log {path} cannot be read: {error.strerror}") from error
    whole = read.rfind(b"\n") + 1 or (len(read) if len(read) == 2 * _MOST else 0)
    return [line for raw in read[:whole].split(b"\n") if (line := _parsed(raw)) is not None], start + whole


def _parsed(raw: bytes) -> LogLine | None:
    try:
        found = json.loads(raw)
        time = datetime.fromisoformat(found["time"]).astimezone(UTC)
        kind, training, text = found["kind"], found["training"], found["text"]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    if not (isinstance(kind, str) and isinstance(text, str) and isinstance(training, str | None)):
        return None
    return LogLine(time, safe(kind, 40), None if training is None else safe(training, 200), safe(text, _LONGEST))


class StudyLog:
    """A listener that writes the log of one study; a failure to write is reported once, and has no other effect.

    Each line is tried independently: the log continues once a full disk has room again. If the file was removed, a new
    one is begun, whose first line says so.

    Args:
        folder: The study's own; `begin` makes it, and also writes the earlier events.
        tell: Takes a line of text if the log cannot be written, or was removed.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._path = folder / LOG
        self._tell = tell
        self._metric = unknown_metric("")
        self._waiting: list[bytes] | None = []
        self._file: IO[bytes] | None = None
        self._missed = 0

    def begin(self) -> None:
        """Write all events from now on, and the earlier ones."""
        waiting, self._waiting = self._waiting or [], None
        for line in waiting:
            self._append(line)

    def close(self) -> None:
        """Close the file; nothing is written from now on."""
        self._release()
        self._waiting = []

    def write(self, kind: str, text: str, training: str | None = None) -> None:
        """Write a line of a kind that `LogLine` lists."""
        raw = _line(kind, text, training)
        if self._waiting is not None:
            self._waiting.append(raw)
        else:
            self._append(raw)

    def details(self, training: str | None, details: str) -> None:
        """Write the end of a traceback, or of what a process has printed."""
        for line in _ending(details):
            # Not stripped: the indentation of a traceback's lines shows what belongs together.
            self.write("details", f"│ {line.rstrip()}", training)

    # The events of a Listener; `Listener` describes them.

    def opened(self, opened: Opened) -> None:
        """Write the study's name and what was found in the data."""
        self._metric = opened.metric
        for line in opened_lines(opened):
            self.write("opened", line)

    def phase(self, name: str, trainings: int) -> None:
        """Write which phase begins."""
        self.write("phase", phase_line(name, trainings))

    def started(self, training: str, record: TrialRecord | None) -> None:
        """Write which training begins, with its parameters."""
        if record is not None:
            self.write("started", started_line(training, record), training)

    def ticked(self, training: str, progress: float) -> None:
        """Write nothing: there are too many ticks."""

    def measured(self, training: str, metrics: EpochMetrics) -> None:
        """Write a measurement."""
        self.write("measured", measured_line(self._metric, training, metrics), training)

    def ended(self, training: str, record: TrialRecord | None, value: float | None) -> None:
        """Write how a training ended."""
        self.write("ended", ended_line(self._metric, training, record, value), training)

    def failed(self, training: str, error: ModelcatError, details: str) -> None:
        """Write why a training failed, with the details."""
        if training:
            self.write("failed", failed_line(training, error), training)
        self.details(training or None, details)

    def retried(self, training: str, error: ModelcatError, details: str, attempt: str) -> None:
        """Write why it is tried again, with the details."""
        self.write("retried", retried_line(training, error, attempt), training or None)
        self.details(training or None, details)

    def note(self, text: str) -> None:
        """Write a note."""
        self.write("note", text)

    def _append(self, raw: bytes) -> None:
        try:
            if self._file is not None and not self._is_there(self._file):
                self._release()
                removed = f"the log {self._path} was removed while the study runs: what it held is lost, and a new one"
                self._tell(f"{removed} is begun")
                raw = _line("note", "the log was removed while the study ran: what it held before this is lost") + raw
            self._file = self._file or self._opened()
            if self._missed:
                raw = _line("note", f"{self._missed} lines are missing here: the log could not be written") + raw
            self._write_whole(self._file, raw)
            self._missed = 0
            if self._file.tell() > _MOST:
                self._drop_half(self._file)
        except OSError as error:
            self._miss(error)

    def _opened(self) -> IO[bytes]:
        """Open the log, and end the line that a killed run has left incomplete."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+b", buffering=0)
        try:
            if end := file.seek(0, os.SEEK_END):
                file.seek(end - 1)
                if file.read(1) != b"\n":
                    self._write_whole(file, b"\n")
        except OSError:
            file.close()
            raise
        return file

    @staticmethod
    def _write_whole(file: IO[bytes], raw: bytes) -> None:
        """Write all of it, or nothing: a disk that is nearly full may take a part without an error."""
        before = file.seek(0, os.SEEK_END)
        try:
            done = 0
            while done < len(raw):
                done += file.write(raw[done:])
        except OSError:
            file.truncate(before)
            raise

    def _is_there(self, file: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _drop_half(self, file: IO[bytes]) -> None:
        file.seek(-_MOST // 2, os.SEEK_END)
        kept = file.read().partition(b"\n")[2]
        self._release()
        write_bytes(self._path, kept)
        self._file = self._opened()
        self.write("note", "the older half of this log was dropped; the store has all measurements")

    def _miss(self, error: OSError) -> None:
        """Drop a line that cannot be written; the first failure is reported."""
        with suppress(OSError):
            self._release()
        if not self._missed:
            self._tell(f"the log {self._path} cannot be written, and misses lines: {error.strerror or error}")
        self._missed += 1

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _line(kind: str, text: str, training: str | None = None) -> bytes:
    line: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds")}
    line |= {"kind": kind, "training": training, "text": safe(text.strip(), _LONGEST)}
    return json.dumps(line).encode() + b"\n"


def _ending(details: str) -> Iterator[str]:
    lines = details.strip("\n").splitlines()
    if len(lines) > _DETAILS:
        yield f"… {len(lines) - _DETAILS} lines before"
    yield from lines[-_DETAILS:]
