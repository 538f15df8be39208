"""A program that keeps workers at a queue, and kills them at random until so many have died; then lets them end.

As in `coordinators`, workers are forks of this process, and so are their trainings. Half of those that are to die do so
in the middle of a step, half at a time. At the end it reports, as JSON on stdout, how many died, and how.
"""

import gc
import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from tempfile import TemporaryDirectory

from coordinators import HERE, ForkingEngine, _die_at

from runner.engine import local
from runner.store.store import Store
from runner.study import insights
from runner.study.progress import Silent
from runner.study.queue import work
from runner.study.workspace import Workspace

AT_ONCE = 2
#: Seconds that a worker looks at an empty queue; what another one leaves behind is found within.
IDLE = 1.0


def _work(seed, steps):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    local.LocalEngine = ForkingEngine
    ForkingEngine.fate = random.Random(seed)
    insights.importance_of = lambda *_, **__: {"method": "none", "trials": 0, "shares": {}}
    if steps is not None:
        _die_at(steps)
    workspace = Workspace(f"sqlite:///{HERE / 'studies.db'}", HERE / "studies", HERE / "cache")
    work(workspace, lambda _: Silent(), idle=IDLE)


def _begin(fate, *, dies):
    """Start a worker; return its pid and when to kill it, on the monotonic clock."""
    seed, at_a_step = fate.random(), fate.random() < 0.5
    steps = fate.randrange(1, 250) if dies and at_a_step else None
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _work(seed, steps)
            code = 0
        except BaseException:  # noqa: BLE001 -- reported, whatever it is
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)
    return pid, time.monotonic() + fate.uniform(0.05, 4.0) if dies and not at_a_step else float("inf")


def main(seed, deaths):
    """Run the queue to its end."""
    fate, died, living = random.Random(seed), Counter(), {}
    with TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/studies.db", create=True) as store:
        store.optuna_storage()  # what it imports and prepares, no worker has to do again
    gc.freeze()
    while True:
        for pid, until in list(living.items()):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del living[pid]
                code = os.waitstatus_to_exitcode(status)
                assert code in {0, -signal.SIGKILL}, f"a worker ended with {code}"
                if code:
                    died["at a step" if until == float("inf") else "at a time"] += 1
        if len(living) < AT_ONCE and _has_work():
            pid, until = _begin(fate, dies=died.total() < deaths)
            living[pid] = until
        elif not living:
            break
        time.sleep(0.02)
    sys.stdout.write(json.dumps(died) + "\n")


def _has_work():
    """Look at the queue in a process of its own: what is forked later must not inherit an open database."""
    if (pid := os.fork()) == 0:
        with Store.open(f"sqlite:///{HERE / 'studies.db'}", create=False) as store:
            os._exit(int(store.has_work()))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0


if __name__ == "__main__":
    main(float(sys.argv[2]), int(sys.argv[3]))
