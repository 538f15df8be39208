"""What the tests of faults share: lives of a study's coordinator, and what must hold after the last one."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import optuna
import psutil
import pytest

from runner.store.store import Store

SIMULATED = Path(__file__).parents[1] / "fakes" / "simulated"
PROGRAM = Path(__file__).with_name("coordinators.py")


class Lives:
    """Lets a study live again and again, and kills it and its workers.

    Args:
        folder: Empty; holds database, studies, and what was reported and killed.
        seed: Decides who is killed when.
        preloaded: Plugins whose libraries are imported once, for all lives.
    """

    def __init__(self, folder, seed, preloaded=()):
        self.folder = folder
        self.fate = random.Random(seed)
        self._errors = (folder / "errors.txt").open("wb")
        self._program = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder), *preloaded],
            env={**os.environ, "PYTHONPATH": f"{SIMULATED}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
            | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )

    def close(self):
        """End everything."""
        os.killpg(self._program.pid, signal.SIGKILL)
        self._program.stdin.close()
        self._program.wait()
        self._program.stdout.close()
        self._errors.close()

    def live(self, spec, *, steps=None, seconds=None, worker_deaths=0.0, worker_hangs=0.0):
        """Run a study until it ends, or dies at a step or after a time; return whether it came to its end.

        Each time that its coordinator waits, one of its two workers dies or hangs with the given chances.
        """
        order = {"spec": spec, "seed": self.fate.random(), "workers": 2, "steps": steps}
        order |= {"worker_deaths": worker_deaths, "worker_hangs": worker_hangs}
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        coordinator = psutil.Process(int(self._told()))
        if seconds is not None:
            time.sleep(seconds)
            try:
                coordinator.kill()
                killed = True
            except psutil.NoSuchProcess:
                killed = False
        code = int(self._told())
        if seconds is not None and killed and code == -signal.SIGKILL:
            with (self.folder / "kills.log").open("a") as file:
                file.write("coordinator at a time\n")
        assert code in {0, -signal.SIGKILL}, (self.folder / "errors.txt").read_text()
        assert self.orphans() == [], "a process outlived its coordinator"
        return code == 0

    def orphans(self, seconds=10.0):
        """Return what still runs of a life that has ended; workers notice the end of their pipe."""
        until = time.monotonic() + seconds
        while left := [pid for pid in psutil.pids() if pid != self._program.pid and _group(pid) == self._program.pid]:
            if time.monotonic() > until:
                return left
            time.sleep(0.005)
        return []

    def kills(self):
        """Return who was killed so far, in order."""
        path = self.folder / "kills.log"
        return path.read_text().splitlines() if path.exists() else []

    def told(self, what):
        """Return what was reported to users.

        Of ``measured`` it is training, progress and value; of ``ended`` training, state and value.
        """
        path = self.folder / "told.jsonl"
        lines = map(json.loads, path.read_text().splitlines()) if path.exists() else []
        return [tuple(rest) for kind, *rest in lines if kind == what]

    def forget(self):
        """Delete the record of what was reported, to begin a new one."""
        (self.folder / "told.jsonl").unlink(missing_ok=True)

    def check(self, name, planned):
        """Check that a study which has lived to its end is whole, and return its trials."""
        url = f"sqlite:///{self.folder / 'studies.db'}"
        with Store.open(url, create=False) as store:
            record, trials, epochs = store.study(name), store.trials(name), store.epochs(name)
            confirmed = store.confirmations(name)
        assert (record.state, record.lease, record.failure) == ("finished", None, None)
        assert [trial.number for trial in trials] == list(range(planned)), (
            "the target was missed, or a number is not unique"
        )
        assert {trial.state for trial in trials} <= {"complete", "pruned"}
        stored = {f"trial/{trial.number}": (trial.state, trial.value) for trial in trials}
        ended = self.told("ended")
        names = [training for training, *_ in ended]
        assert len(set(names)) == len(names), "a result that was told was made again"
        for training, state, value in ended:
            if training in stored:
                assert stored[training] == (state, value), f"what was told of {training} is not what is stored"
        kept = Counter((f"confirm/{one.arm}", one.metrics["accuracy"]) for one in confirmed)
        told = Counter((name.rpartition("/")[0], value) for name, _, value in ended if name.startswith("confirm/"))
        assert told <= kept, "a confirmation that was told is lost"
        seeds = Counter(one.arm for one in confirmed)
        assert set(seeds.values()) <= {record.spec["study"]["confirm"]["seeds"]}, "a confirmation is missing, or double"
        measured = {(epoch.training, epoch.progress): epoch.metrics["accuracy"] for epoch in epochs}
        for training, progress, value in self.told("measured"):
            assert measured[training, progress] == value, f"a measurement of {training} that was told is lost"
        for trial in trials:
            steps = sorted(progress for training, progress in measured if training == f"trial/{trial.number}")
            assert steps == sorted(set(steps))
            assert trial.state == "pruned" or steps[-1] == 1.0
        known = optuna.load_study(study_name=name, storage=url).trials
        theirs = [(trial.number, trial.state.name.lower(), trial.params) for trial in known]
        assert theirs == [(trial.number, trial.state, trial.params) for trial in trials]
        assert all(trial.value == known[trial.number].value for trial in trials if trial.state == "complete")
        with sqlite3.connect(self.folder / "studies.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return trials

    def _told(self):
        line = self._program.stdout.readline()
        assert line, (self.folder / "errors.txt").read_text()
        return line


def _group(pid):
    try:
        return os.getpgid(pid) if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
    except (psutil.NoSuchProcess, ProcessLookupError):
        return None


@pytest.fixture
def lives_of(tmp_path):
    """Return a function that prepares lives in the test's folder."""
    made = []

    def make(seed, preloaded=()):
        made.append(Lives(tmp_path, seed, preloaded))
        return made[-1]

    yield make
    for each in made:
        each.close()
