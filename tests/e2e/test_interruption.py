"""Studies that are killed, interrupted or orphaned go on where they were, and meet their target exactly."""

import os
import signal
import sqlite3
import time

import psutil
import pytest


def wait_for(condition, process, seconds=60):
    """Wait until `condition` holds while the process lives."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def finished_trials(shell):
    """Count the trials that the database calls complete, reading it as another program would."""
    path = shell.folder / "studies.db"
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(path, timeout=5) as connection:
            connection.execute("PRAGMA query_only=ON")
            return connection.execute("SELECT count(*) FROM modelcat_trials WHERE state='complete'").fetchone()[0]
    except sqlite3.OperationalError:  # the tables are being made
        return 0


def all_gone(processes, seconds=10):
    """Return whether every process ends within the time."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive


@pytest.mark.parametrize("moment", [1, 2])
def test_a_killed_study_goes_on_and_meets_its_target(shell, simulated_spec, moment):
    """SIGKILL loses no finished trial; the same command makes exactly the rest, and Optuna agrees."""
    shell.write("s.json", simulated_spec({"x": 0.5, "seconds": 0.3}, trials=3, name="mine", pruner="none"))
    process = shell.start("run", "s.json")
    wait_for(lambda: finished_trials(shell) >= moment, process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    assert all_gone(children), "a worker outlived its coordinator"
    before = [t for t in shell.json("trials", "mine") if t["state"] == "complete"]
    assert len(before) >= moment
    assert shell.json("studies")[0]["state"] == "stopped"
    result = shell.json("run", "s.json")
    assert result["state"] == "finished"
    after = shell.json("trials", "mine")
    assert [t["number"] for t in after] == list(range(3))
    assert all(t["state"] == "complete" for t in after)
    assert after[: len(before)] == before
    assert result["trials"] == {"complete": 3, "pruned": 0, "failed": 0}
    import optuna

    study = optuna.load_study(study_name="mine", storage=f"sqlite:///{shell.folder / 'studies.db'}")
    assert [t.value for t in study.trials] == [t["value"] for t in after]


@pytest.mark.long
def test_an_interrupted_study_asks_what_an_uninterrupted_one_asks(shell, simulated_spec):
    """Being killed in between does not change which configurations are tried."""
    config = {"x": 0.5, "seconds": 0.2}
    shell.write("a.json", simulated_spec(config, trials=6, name="whole", pruner="none", timeout="1h"))
    shell.write("b.json", simulated_spec(config, trials=6, name="broken", pruner="none", timeout="1h"))
    process = shell.start("run", "b.json")
    wait_for(lambda: finished_trials(shell) >= 3, process)
    process.kill()
    process.communicate()
    shell.run("resume", "broken")
    shell.run("run", "a.json")
    asked = [[t["params"] for t in shell.json("trials", name)] for name in ("whole", "broken")]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_tidily(shell, simulated_spec, sent):
    """Ctrl+C and SIGTERM end with 130 within ten seconds, leave no process and a study that can be resumed."""
    shell.write("s.json", simulated_spec({"x": 0.5, "seconds": 1.0}, trials=3, name="mine"))
    process = shell.start("run", "s.json", start_new_session=True)
    wait_for(lambda: finished_trials(shell) >= 1, process)
    children = psutil.Process(process.pid).children(recursive=True)
    began = time.monotonic()
    if sent is signal.SIGINT:
        os.killpg(process.pid, sent)  # a terminal sends Ctrl+C to the whole group
    else:
        process.send_signal(sent)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 10
    assert "interrupted" in err
    assert "Traceback" not in err
    assert all_gone(children)
    assert shell.json("studies")[0]["state"] == "stopped"
    assert shell.json("resume", "mine")["trials"]["complete"] + shell.json("resume", "mine")["trials"]["pruned"] == 3


def test_a_second_runner_is_refused_while_the_first_runs(shell, simulated_spec):
    """Two coordinators never run one study; the second reports which one does."""
    shell.write("s.json", simulated_spec({"x": 0.5, "seconds": 1.0}, trials=3, name="mine"))
    process = shell.start("run", "s.json")
    wait_for(lambda: finished_trials(shell) >= 1, process)
    for command in (("run", "s.json"), ("resume", "mine"), ("delete", "mine", "--yes")):
        answer = shell.json(*command, code=2)
        assert answer["error"]["kind"] == "conflict"
        assert str(process.pid) in answer["error"]["message"]
    assert process.wait(timeout=60) == 0
    process.communicate()
    shell.run("delete", "mine", "--yes")
    assert shell.json("studies") == []
    assert not (shell.folder / "studies" / "mine").exists()


def test_resuming_a_finished_study_changes_nothing(shell, simulated_spec):
    """Resuming a finished study changes nothing."""
    shell.write("s.json", simulated_spec(trials=3, name="mine"))
    first = shell.json("run", "s.json")
    assert shell.json("resume", "mine") == first
    assert shell.json("resume", "mine") == first
