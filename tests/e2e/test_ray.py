"""A study on a Ray cluster, which this machine alone makes up: actors that are killed, and a coordinator that is."""

import json
import os
import sqlite3
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
            if child.cmdline()[:1] and child.cmdline()[0].startswith("ray::Worker"):
                found.append(child)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def wait_until_complete(process, count):
    """Read what the command tells until so many trials are complete."""
    for line in process.stderr:
        count -= "✓ trial" in line
        if not count:
            return
    raise AssertionError(f"it ended: {process.communicate()}")


def test_a_study_on_two_actors_survives_the_death_of_one(cluster_shell, simulated_spec):
    """Eight trials are asked for and made, each number once, none left running; stdout holds nothing but the answer."""
    spec = simulated_spec(
        {"x": 0.5, "seconds": 0.8}, trials=8, name="many", pruner="none", confirm={"top": 0, "seeds": 1}
    )
    cluster_shell.write("s.json", spec)
    process = cluster_shell.start("run", "s.json", "--engine", "ray", "--address", "local", "--workers", "2", "--json")
    wait_until_complete(process, 2)
    everybody = psutil.Process(process.pid).children(recursive=True)
    first, _ = actors(process)
    first.kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "raylet" not in err
    answer = json.loads(out)
    assert answer["state"] == "finished"
    with sqlite3.connect(cluster_shell.folder / "studies.db") as database:
        rows = database.execute("SELECT number, state, failure FROM modelcat_trials ORDER BY number").fetchall()
        optunas = database.execute("SELECT number, state FROM trials ORDER BY number").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert [number for number, *_ in rows] == [number for number, _ in optunas] == list(range(8))
    assert {state for _, state in optunas} <= {"COMPLETE", "FAIL"}
    lost = [failure for _, state, failure in rows if state != "complete"]
    assert len(lost) <= 1  # it may be tried again
    assert all("lost_worker" in failure for failure in lost)
    assert sum(answer["trials"].values()) == 8
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
