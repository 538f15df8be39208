"""A worker never outlives its coordinator."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

SIMULATED = Path(__file__).parents[2] / "fakes" / "simulated"
COORDINATOR = f"""
import os, signal, sys
sys.path.insert(0, {str(SIMULATED)!r})
from plugins.nlp.text_classification.dataset import DemoDataset
from pathlib import Path
from runner.engine.local import LocalEngine
from runner.engine.single_tasks import run_alone
from runner.engine.messages import Prepare, TrainingSetup
if __name__ == "__main__":
    with LocalEngine(1) as engine:
        setup = TrainingSetup("test/simulated/curve", {{}}, DemoDataset(source="demo"), Path(sys.argv[1]))
        run_alone(engine, Prepare(setup))
        worker = engine._crew[0].process.pid
        os.kill(worker, signal.SIGSTOP)
        print(worker, flush=True)
        sys.stdin.readline()
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with another")
def test_a_stuck_worker_ends_with_its_coordinator(tmp_path):
    """A stopped process never sees its pipe close; it is gone all the same when its coordinator is killed."""
    (tmp_path / "coordinator.py").write_text(COORDINATOR)
    command = [sys.executable, tmp_path / "coordinator.py", tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as coordinator:
        worker = psutil.Process(int(coordinator.stdout.readline()))
        while worker.status() != psutil.STATUS_STOPPED:
            assert worker.is_running()
        coordinator.stdin.write("die\n")
        coordinator.stdin.flush()
        coordinator.wait()
    gone, alive = psutil.wait_procs([worker], timeout=5)
    for each in alive:
        each.kill()
    assert gone
