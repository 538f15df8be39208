"""Shows the progress of a study on stderr: lines in a pipe, a live table in a terminal."""

import sys
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Self, cast

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from catalog.contract import EpochMetrics
from catalog.errors import ModelcatError
from catalog.metric import unknown_metric
from runner.presentation.labels import STATE_SIGNS
from runner.presentation.metrics import metric_phrase, metric_value
from runner.presentation.text import duration, params, safe
from runner.store.records import TrialRecord
from runner.study.event_lines import (
    ended_line,
    failed_line,
    measured_line,
    measurement,
    named,
    opened_lines,
    phase_line,
    retried_line,
    started_line,
)
from runner.study.progress import Opened

__all__ = ["LinesNarrator", "LiveNarrator", "Unfailing", "narrate", "stderr_console"]

#: Finished trials that are shown while a study runs; the whole table follows at its end.
_SHOWN = 12
#: Characters of a name within the metric's, in its heading.
_NAME = 16


def stderr_console() -> Console:
    """Return the console of stderr; output that cannot be written is lost without an error."""
    return Console(
        file=cast("IO[str]", Unfailing(sys.stderr)), force_jupyter=False, highlight=False, markup=False, emoji=False
    )


def narrate(console: Console, *, debug: bool = False) -> "LinesNarrator":
    """Return the narrator that suits the console; use it as a context manager. `debug` shows tracebacks of workers."""
    return LiveNarrator(console, debug=debug) if console.is_terminal else LinesNarrator(console, debug=debug)


class LinesNarrator:
    """One line for each event, for pipes and logs."""

    def __init__(self, console: Console, *, debug: bool = False) -> None:
        self._console = console
        self._debug = debug
        self._metric = unknown_metric("score")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open."""

    def opened(self, opened: Opened) -> None:
        """Print the study's name and what was found in the data."""
        self._metric = opened.metric
        for line in opened_lines(opened):
            self.note(line)

    def phase(self, name: str, trainings: int) -> None:
        """Print which phase begins."""
        self.note(phase_line(name, trainings))

    def started(self, training: str, record: TrialRecord | None) -> None:
        """Print what a training tries."""
        if record is not None:
            self.note(started_line(training, record))

    def ticked(self, training: str, progress: float) -> None:
        """Print nothing: a pipe has no use for a moving bar."""

    def measured(self, training: str, metrics: EpochMetrics) -> None:
        """Print a measurement."""
        self.note(f"  {measured_line(self._metric, training, metrics)}")

    def ended(self, training: str, record: TrialRecord | None, value: float | None) -> None:
        """Print how a training ended."""
        self.note(ended_line(self._metric, training, record, value))

    def failed(self, training: str, error: ModelcatError, details: str) -> None:
        """Print why a training failed."""
        if training:
            self.note(failed_line(training, error))
        self._traceback(details)

    def retried(self, training: str, error: ModelcatError, details: str, attempt: str) -> None:
        """Print why a training is tried again."""
        self.note(retried_line(training, error, attempt))
        self._traceback(details)

    def _traceback(self, details: str) -> None:
        if self._debug:
            for line in details.splitlines():
                self.note(line)

    def note(self, text: str) -> None:
        """Print one line."""
        self._console.print(safe(text), soft_wrap=True)


@dataclass(slots=True)
class _Running:
    """A running training, as its row shows it."""

    what: str
    since: float
    progress: float = 0.0
    last: str = ""


class LiveNarrator(LinesNarrator):
    """A table of the last trials, and under it the trainings that run; finished trials do not scroll the terminal."""

    def __init__(self, console: Console, *, debug: bool = False) -> None:
        super().__init__(console, debug=debug)
        self._planned = 0
        self._made = 0
        self._phase = ""
        self._running: OrderedDict[str, _Running] = OrderedDict()
        self._ended: list[TrialRecord] = []
        self._live = Live(console=console, get_renderable=self.draw, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the live part; the lines that were printed above it stay."""
        self._live.stop()

    def opened(self, opened: Opened) -> None:
        """Print the headline and take over the trials of earlier runs."""
        super().opened(opened)
        self._planned = opened.planned
        self._ended = [trial for trial in opened.trials if trial.state != "running"]
        self._made = len(self._ended)

    def phase(self, name: str, trainings: int) -> None:
        """Show the current phase."""
        self._phase = phase_line(name, trainings)

    def started(self, training: str, record: TrialRecord | None) -> None:
        """Add a running row."""
        what = f"({record.origin}) {params(record.params)}" if record is not None else ""
        self._running[training] = _Running(what, time.monotonic())

    def ticked(self, training: str, progress: float) -> None:
        """Move the bar of a training."""
        if training in self._running:
            self._running[training].progress = progress

    def measured(self, training: str, metrics: EpochMetrics) -> None:
        """Show the newest measurement."""
        if training in self._running:
            self._running[training].progress = metrics.progress
            self._running[training].last = measurement(self._metric, metrics)

    def ended(self, training: str, record: TrialRecord | None, value: float | None) -> None:
        """Turn the running row into a finished one."""
        self._running.pop(training, None)
        if record is not None:
            self._ended.append(record)
            self._made += 1
        else:
            super().ended(training, record, value)

    def note(self, text: str) -> None:
        """Print a note above the table."""
        self._console.print(Text(safe(text)))

    def draw(self) -> Group:
        """Return the table and the running trainings as they are now."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        score = safe(metric_phrase(self._metric, _NAME))
        for name in ("", "trial", score, "time", "configuration"):
            table.add_column(Text(name), header_style="dim", no_wrap=True, overflow="ellipsis")
        best = max((t for t in self._ended if t.value is not None), key=self._rank, default=None)
        for trial in self._ended[-_SHOWN:]:
            star = "★" if best is not None and trial.number == best.number else " "
            style = {"failed": "red", "pruned": "dim"}.get(trial.state, "bold" if star == "★" else "")
            table.add_row(
                *(
                    Text(cell, style=style)
                    for cell in (
                        STATE_SIGNS[trial.state] + star,
                        str(trial.number),
                        metric_value(self._metric, trial.value) if trial.state == "complete" else trial.state,
                        duration(trial.seconds),
                        params(trial.params),
                    )
                )
            )
        parts: list[Table | Text] = [table] if self._ended else []
        done = f"  {self._made} of {self._planned} trials" if self._planned else ""
        parts.append(Text(f"{self._phase}{done}", style="dim"))
        for training, row in self._running.items():
            parts.append(Text(f"● {named(training)} {_bar(row.progress)} {self._left(row)}{row.last or row.what}"))
        return Group(*parts)

    def _rank(self, trial: TrialRecord) -> tuple[float, int]:
        value = trial.value or 0.0
        return (value if self._metric.maximize else -value, -trial.number)

    @staticmethod
    def _left(row: _Running) -> str:
        elapsed = time.monotonic() - row.since
        if row.progress < 0.03 or elapsed < 2:
            return f"{duration(elapsed)}  "
        return f"{duration(elapsed)}, {duration(elapsed / row.progress - elapsed)} left  "


def _bar(progress: float, width: int = 20) -> str:
    filled = round(max(0.0, min(1.0, progress)) * width)
    return "━" * filled + "─" * (width - filled)


class Unfailing:
    """A stream whose reader may be gone, or whose disk may be full: what cannot be written is lost without an error.

    It is for narration: hours of work do not end because their progress cannot be shown.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if that is possible, and return the number of given characters."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
