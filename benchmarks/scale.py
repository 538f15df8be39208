"""What the coordinator costs as workers are added: trials of known length on simulated workers.

    python benchmarks/scale.py                                       a table
    python benchmarks/scale.py --workers 1 16 --trial-seconds 10 --json     the same as JSON, for other sizes

All workers live in this process and only wait: each takes a trial, reports its quarters when they are due, and ends.
The rest is real: Optuna is asked (TPE), its median pruner consulted, every report and trial is written to
SQLite and answered. So the benchmark measures the coordinator: the processor's time that it takes a trial, and the
trials an hour, against those of as many workers if it took none. Nothing is pruned: every trial has its full length.
"""

import argparse
import heapq
import itertools
import json
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest import mock

import optuna
from parts.machine import cores, memory_now

from catalog.contract import DataSummary, Decision, EpochMetrics, Outcome, TrialResult
from catalog.errors import StoppedError
from catalog.spec import resolve
from runner.engine import interruption
from runner.engine.messages import Done, Event, Prepare, Report, Task
from runner.study.coordinator import run_study
from runner.study.progress import Silent
from runner.study.workspace import Workspace

_DATA = DataSummary("demo", "simulated", {"train": 72, "validation": 8, "test": 20}, details={"labels": ["no", "yes"]})
_QUARTERS = (0.25, 0.5, 0.75, 1.0)


@dataclass(slots=True)
class SimulatedEngine:
    """An engine whose workers take their time and use none of the processor's."""

    workers: int
    seconds: float
    busy: int = 0
    _due: list[tuple[float, int, Event]] = field(default_factory=list)
    _asked: dict[int, Report] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def idle(self) -> int:
        """Return how many workers wait."""
        return self.workers - self.busy

    def submit(self, task: Task) -> int:
        """Begin a trial, whose first report is due in a quarter of its time; anything else is done at once."""
        job = next(self._numbers)
        self.busy += 1
        if isinstance(task, Prepare):
            self._later(0.0, Done(job, _DATA))
        else:
            self._later(self.seconds / 4, self._report(job, 0))
        return job

    def answer(self, job: int, decision: Decision) -> None:
        """Continue a trial; the next quarter is due a quarter of its time after the answer."""
        assert decision is Decision.GO_ON
        self._follow(self._asked.pop(job))

    def pause(self, job: int) -> None:
        """Let it continue; not used here."""

    def events(self, timeout: float) -> list[Event]:
        """Return what is due, or wait for it."""
        interruption.check()
        if self._due:
            time.sleep(min(timeout, max(0.0, self._due[0][0] - time.monotonic())))
        happened = []
        while self._due and self._due[0][0] <= time.monotonic():
            event = heapq.heappop(self._due)[2]
            happened.append(event)
            if isinstance(event, Done):
                self.busy -= 1
            elif isinstance(event, Report):
                self._asked[event.job] = event
        return happened

    def close(self) -> None:
        """Forget all that is due."""
        self._due.clear()

    def _follow(self, event: Report) -> None:
        quarter = _QUARTERS.index(event.metrics.progress) + 1
        if quarter < len(_QUARTERS):
            self._later(self.seconds / 4, self._report(event.job, quarter))
        else:
            history = (event.metrics,)
            result = TrialResult(Outcome.COMPLETE, event.metrics.metrics, history, 1.0, None, None, self.seconds, 1.0)
            self._later(0.0, Done(event.job, result))

    def _report(self, job: int, quarter: int) -> Report:
        # The same at every quarter, and better with every trial: nothing for a pruner to end.
        value = 0.5 + job / 1e6 + random.Random(job).random() / 1e9  # noqa: S311 -- no secret
        progress = _QUARTERS[quarter]
        return Report(job, EpochMetrics(progress, progress, 1 - value, {"accuracy": value, "loss": 0.5}, 0.1, 1.0))

    def _later(self, seconds: float, event: Event) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), event))


class _Searching(Silent):
    """Notes when the search begins, and ends the run with it."""

    def __init__(self) -> None:
        self.start: tuple[float, float] | None = None
        self.end: tuple[float, float] | None = None

    def phase(self, name: str, trainings: int) -> None:
        """Read the clocks."""
        del trainings
        now = (time.monotonic(), time.process_time())
        if name == "search":
            self.start = now
        elif self.start is not None:
            self.end = now
            raise StoppedError("the search is what is measured")


def measure(workers: int, seconds: float, trials: int) -> dict[str, float]:
    """Run the search of one study and return what it took."""
    spec = {
        **dict(zip(("category", "subcategory", "model"), ("nlp", "text-classification", "linear"), strict=True)),
        "model_config": {},
        "dataset": {"source": "demo"},
        "study": {"name": "scale", "trials": trials, "sampler": "tpe", "pruner": "median"},
    }
    listener = _Searching()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = Workspace(f"sqlite:///{folder / 'studies.db'}", folder / "studies", folder / "cache", workers)
        engine = SimulatedEngine(workers, seconds)
        with mock.patch("runner.study.coordinator.engine_for", return_value=engine), suppress(StoppedError):
            run_study(resolve(spec, folder), workspace, listener)
    assert listener.start is not None
    assert listener.end is not None
    wall, processor = (end - begin for begin, end in zip(listener.start, listener.end, strict=True))
    rounds = -(-trials // workers)
    return {
        "workers": workers,
        "trials": trials,
        "seconds": wall,
        "trials_per_hour": trials / wall * 3600,
        "share_of_ideal": rounds * seconds / wall,
        "processor_ms_per_trial": processor / trials * 1000,
        "memory_mb": memory_now() / 1e6,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the coordinator against the number of workers.")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16, 64, 256], help="simulated workers")
    parser.add_argument("--trial-seconds", type=float, default=4.0, help="length of a trial")
    parser.add_argument("--rounds", type=int, default=4, help="trials of each worker")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    found = [measure(count, options.trial_seconds, count * options.rounds) for count in options.workers]
    versions = {"python": platform.python_version(), "optuna": optuna.__version__, "sqlite": sqlite3.sqlite_version}
    if options.json:
        result = {"trial_seconds": options.trial_seconds, "cores": cores(), "versions": versions, "sizes": found}
        print(json.dumps(result, indent=2))  # noqa: T201
        return
    print(f"trials of {options.trial_seconds:g} s, {cores()} cores, {versions}")  # noqa: T201
    print("workers  trials  trials/hour  of ideal  processor a trial  memory")  # noqa: T201
    for size in found:
        print(  # noqa: T201
            f"{size['workers']:7.0f} {size['trials']:7.0f} {size['trials_per_hour']:12,.0f} "
            f"{size['share_of_ideal']:8.0%} {size['processor_ms_per_trial']:15.0f} ms {size['memory_mb']:5.0f} MB"
        )
    busiest = statistics.median(size["processor_ms_per_trial"] for size in found)
    sys.stderr.write(f"at {busiest:.0f} ms a trial one coordinator could see to {3600 / busiest * 1000:,.0f} an hour\n")


if __name__ == "__main__":
    main()
