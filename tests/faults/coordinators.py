"""A program that runs coordinators, a process each, and lets them die where its orders say.

All libraries are imported once; a coordinator is a fork of this process, and so are its workers. So a life costs a
quarter of a second, not three, and hundreds of deaths are affordable. Orders come in on stdin, a JSON object a line; on
stdout it reports the pid of the coordinator, and how it ended once it has.
"""

import gc
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
import traceback
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, event

from catalog import registry
from catalog.spec import resolve
from runner.engine import local
from runner.engine.hang_detection import HangLimits
from runner.engine.local import LocalEngine, _Worker
from runner.engine.worker import serve
from runner.store.store import Store
from runner.study import coordinator, insights
from runner.study.folders import StudyFolders
from runner.study.progress import Silent
from runner.study.workspace import Workspace

HERE = Path(sys.argv[1])


class ForkingEngine(LocalEngine):
    """Forks its workers, and now and then kills one, or stops it, which is how one looks that hangs."""

    fate = random.Random()
    deaths = hangs = 0.0

    def _start(self, index):
        log = self._logs / f"worker-{index}-{self._next}.log"
        ours, theirs = multiprocessing.Pipe()
        known = [worker.pipe for worker in self._crew]
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs, log, [ours, *known]))
        process.start()
        theirs.close()
        return _Worker(index, process, ours, log, 0)

    def events(self, timeout):
        fate, victim = self.fate.random(), self.fate.choice(self._crew).process.pid
        if fate < self.deaths:
            _note("kills.log", "worker")
            os.kill(victim, signal.SIGKILL)
        elif fate < self.deaths + self.hangs:
            _note("kills.log", "worker that hangs")
            os.kill(victim, signal.SIGSTOP)
        return super().events(timeout)


class Acknowledging(Silent):
    """Writes down what is reported to a user, when it is reported."""

    def measured(self, training, metrics):
        _note("told.jsonl", json.dumps(["measured", training, metrics.progress, metrics.metrics["accuracy"]]))

    def ended(self, training, record, value):
        state = record.state if record is not None else None
        _note("told.jsonl", json.dumps(["ended", training, state, value]))


def _serve(pipe, log, foreign):
    for other in foreign:  # a spawned worker has none of them; held open, they would hide the coordinator's death
        other.close()
    serve(pipe, "cpu", 1, log, os.getppid())


def _say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _note(name, line):
    """Append a line that outlives this process, whatever becomes of it."""
    file = os.open(HERE / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def _die_at(steps):
    """End this process in the middle of its `steps`-th step: a commit, a task given or answered, a folder removed."""
    left = [steps]

    def step(*_):
        left[0] -= 1
        if left[0] == 0:
            _note("kills.log", "coordinator at a step")
            os.kill(os.getpid(), signal.SIGKILL)

    def before_and_after(owner, name):
        original = getattr(owner, name)

        def stepping(*arguments, **named):
            step()
            result = original(*arguments, **named)
            step()
            return result

        setattr(owner, name, stepping)

    event.listen(Engine, "commit", step)
    for name in ("submit", "answer"):
        before_and_after(LocalEngine, name)
    for name in ("drop", "keep", "sweep"):
        before_and_after(StudyFolders, name)


def _live(order):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ForkingEngine.fate = random.Random(order["seed"])
    ForkingEngine.deaths, ForkingEngine.hangs = order["worker_deaths"], order["worker_hangs"]
    # What hangs costs the time until it is noticed.
    hang_limits = HangLimits(first=4.0, floor=1.0, factor=3.0, silent=10.0)
    local.LocalEngine = partial(ForkingEngine, **({"hang_limits": hang_limits} if order["worker_hangs"] else {}))
    insights.importance_of = lambda *_, **__: {"method": "none", "trials": 0, "shares": {}}
    if order["steps"]:
        _die_at(order["steps"])
    workspace = Workspace(
        f"sqlite:///{HERE / 'studies.db'}", HERE / "studies", HERE / "cache", workers=order["workers"]
    )
    coordinator.run_study(resolve(order["spec"], HERE), workspace, Acknowledging())


def _end_with(parent):
    """End this process and those it started once the process that gives orders is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(0, signal.SIGKILL)


def main(preloaded):
    """Do orders until stdin ends."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    for key in preloaded:
        registry.load(key).trainer()
    with TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/studies.db", create=True) as store:
        store.optuna_storage()  # what it imports and prepares, no life has to do again

    gc.freeze()  # what is shared with all forks stays shared
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _live(json.loads(line))
                code = 0
            except BaseException:  # noqa: BLE001 -- reported, whatever it is
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    main(sys.argv[2:])
