"""Twenty-five interrupts in a row, at any moment of a command; FAULTS sets how many commands meet them."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

FAULTS = int(os.environ.get("FAULTS", "200"))
SEED = int(os.environ.get("SEED", "0"))
MODELCAT = Path(sys.executable).with_name("modelcat")
SIMULATED = Path(__file__).parents[1] / "fakes" / "simulated"
COMMANDS = ("run s.json", "plan s.json", "validate s.json", "studies", "predict one text", "doctor")
SPEC = """{"category": "test", "subcategory": "simulated", "model": "curve",
"model_config": {"x": 0.5, "seconds": SECS},
"study": {"name": "NAME", "trials": 2, "confirm": {"top": 1, "seeds": 2}}}"""
QUICK = 25


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a study."""
    made = tmp_path_factory.mktemp("interrupts")
    (made / "s.json").write_text(SPEC.replace("SECS", "0.0").replace("NAME", "one"))
    process = start(made, "run s.json")
    _, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    return made


def start(folder, command):
    """Start a command in a session of its own."""
    return subprocess.Popen(
        [MODELCAT, *command.split()],
        cwd=folder,
        env={**os.environ, "MODELCAT_CACHE": str(folder / "cache"), "PYTHONPATH": str(SIMULATED)}
        | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def listens(process):
    """Wait until a process has left Python's own start behind, which is not ours to change."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        caught = next((line for line in status.read_text().splitlines() if line.startswith("SigCgt")), "SigCgt 0")
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.005)


@pytest.mark.parametrize("number", range(max(1, FAULTS // 50)))
def test_twenty_five_interrupts_are_one(folder, number):
    """130, one line and no traceback; or the result, if there was one already. The database stays whole."""
    fate = random.Random(f"{SEED} {number}")
    command = COMMANDS[number % len(COMMANDS)]
    (folder / "s.json").write_text(SPEC.replace("SECS", "0.4").replace("NAME", f"study-{number}"))
    process = start(folder, command)
    listens(process)
    time.sleep(fate.choice([0.0, fate.uniform(0, 0.5), fate.uniform(0, 4)]))
    gap = fate.choice([0.0, 0.002, 0.01, 0.04])
    for _ in range(QUICK):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(gap)
    _, err = process.communicate(timeout=60)
    assert process.returncode in {0, 130}, (command, err)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert "report it" not in err
    assert err.count("modelcat: interrupted") == (process.returncode == 130)
    with sqlite3.connect(folder / "studies.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
