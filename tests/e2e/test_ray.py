"""A study on a Ray cluster, which this machine alone makes up: actors that are killed, and a coordinator that is."""

import json
import os
import re
import signal
import sqlite3
import time
from importlib.util import find_spec

import psutil
import pytest

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install '.[ray]'")


@pytest.fixture
def cluster_shell(shell):
    """Return a shell whose Ray keeps its token in the test's folder, and whose nodes find the simulated plugin."""
    inherited = os.environ.get("PYTHONPATH")
    shell.environment["PYTHONPATH"] += f":{inherited}" if inherited else ""
    shell.environment["HOME"] = str(shell.folder)
    return shell


def actors(process):
    """Return the processes of the workers."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if child.cmdline()[:1] and child.cmdline()[0].startswith("ray::RayWorker"):
                found.append(child)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def wait_until_complete(process, count):
    """Read what the command prints until so many trials are complete."""
    for line in process.stderr:
        count -= "✓ trial" in line
        if not count:
            return
    raise AssertionError(f"it ended: {process.communicate()}")


def test_a_study_on_two_actors_survives_the_death_of_one(cluster_shell, simulated_spec):
    """Eight trials are requested and all end; the retry of the one whose actor died is reported."""
    spec = simulated_spec(
        {"x": 0.5, "seconds": 0.8}, trials=8, name="many", pruner="none", confirm={"top": 0, "seeds": 1}
    )
    cluster_shell.write("s.json", spec)
    process = cluster_shell.start("run", "s.json", "--engine", "ray", "--address", "local", "--workers", "2", "--json")
    wait_until_complete(process, 2)
    everybody = psutil.Process(process.pid).children(recursive=True)
    first, _ = actors(process)
    first.suspend()
    time.sleep(2.0)  # if it was between two trials, it has been handed the next one since
    first.kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "raylet" not in err
    assert re.search(r"trial \d is tried again \(1 of 2\): lost_worker: the worker on node", err)
    answer = json.loads(out)  # stdout holds nothing else
    assert answer["state"] == "finished"
    assert answer["trials"] == {"complete": 8, "pruned": 0, "failed": 0}
    with sqlite3.connect(cluster_shell.folder / "studies.db") as database:
        rows = database.execute("SELECT number, state, notes FROM modelcat_trials ORDER BY number").fetchall()
        optunas = database.execute("SELECT number, state FROM trials ORDER BY number").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert [number for number, *_ in rows] == [number for number, _ in optunas] == list(range(8))
    assert {state for _, state in optunas} == {"COMPLETE"}
    assert ["tried again (1 of 2)" in notes for *_, notes in rows].count(True) == 1
    _, alive = psutil.wait_procs(everybody, timeout=10)
    assert alive == []
    assert not list((cluster_shell.folder / "studies").glob(".cluster-*"))


def test_actors_end_with_their_coordinator(cluster_shell, simulated_spec):
    """A coordinator that is killed leaves no actor behind; the study goes on elsewhere and meets its target."""
    spec = simulated_spec(
        {"x": 0.5, "seconds": 2.0}, trials=3, name="few", pruner="none", confirm={"top": 0, "seeds": 1}
    )
    cluster_shell.write("s.json", spec)
    process = cluster_shell.start("run", "s.json", "--engine", "ray", "--address", "local", "--workers", "1")
    wait_until_complete(process, 1)
    workers = actors(process)
    assert workers
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert alive == []
    answer = cluster_shell.json("resume", "few")
    assert answer["trials"] == {"complete": 3, "pruned": 0, "failed": 0}
    assert [trial["number"] for trial in cluster_shell.json("trials", "few")] == [0, 1, 2]


def test_an_interrupt_ends_tidily(cluster_shell, simulated_spec):
    """SIGTERM in the middle of trials ends the command and its cluster in seconds; the study goes on without Ray."""
    spec = simulated_spec(
        {"x": 0.5, "seconds": 2.0, "listens": True},
        trials=4,
        name="mine",
        pruner="none",
        confirm={"top": 0, "seeds": 1},
    )
    cluster_shell.write("s.json", spec)
    process = cluster_shell.start("run", "s.json", "--engine", "ray", "--address", "local", "--workers", "2")
    wait_until_complete(process, 1)
    everybody = psutil.Process(process.pid).children(recursive=True)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 15
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(everybody, timeout=10)
    assert alive == []
    assert cluster_shell.json("studies")[0]["state"] == "stopped"
    assert cluster_shell.json("resume", "mine")["trials"] == {"complete": 4, "pruned": 0, "failed": 0}
