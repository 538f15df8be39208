"""submit, worker and stop, as a user types them."""

import json
import os
import signal
import time

import psutil
import pytest

QUICK = {"top": 0, "seeds": 1}


def until(condition, seconds=60):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def states(shell):
    """Return the state of each study."""
    return {study["study"]: study["state"] for study in shell.json("studies")}


def completed(shell, name):
    """Count the complete trials of a study."""
    return next(study["trials"]["complete"] for study in shell.json("studies") if study["study"] == name)


def test_submitted_studies_are_run_by_a_worker(shell, simulated_spec):
    """Submit shows the place in the queue, the worker how each study ended; what can't be queued is refused."""
    shell.write("s.json", simulated_spec(trials=2, confirm=QUICK))
    one = shell.json("submit", "s.json", "--set", "study.name=one")
    assert one == {"study": "one", "state": "queued", "position": 1}
    printed = shell.run("submit", "s.json", "--set", "study.name=two").out
    assert "number 2 in the queue" in printed
    assert "modelcat worker" in printed
    error = shell.json("submit", "s.json", "--set", "study.name=two", code=2)["error"]
    assert error["kind"] == "conflict"
    assert states(shell) == {"one": "queued", "two": "queued"}
    worked = shell.run("worker", "--idle", "1s", "--json")
    assert json.loads(worked.out) == [{"study": "one", "state": "finished"}, {"study": "two", "state": "finished"}]
    assert "from the queue: two" in worked.err
    assert "trial 1 complete" in worked.err
    error = shell.json("submit", "s.json", "--set", "study.name=two", code=2)["error"]
    assert "a larger study.trials extends it" in error["message"]
    assert shell.json("worker", "--idle", "1s") == []
    assert "nothing was queued" in shell.run("worker", "--idle", "1s").out


def test_bad_input_is_refused_before_anything_is_made(shell, simulated_spec):
    """Mistakes in spec, data and options are reported by submit and worker, and leave no database."""
    spec = {"category": "nlp", "subcategory": "text-classification", "model": "linear", "model_config": {}}
    shell.write("data.json", {**spec, "dataset": {"source": "files", "train": "nowhere.csv"}})
    error = shell.json("submit", "data.json", "--start", code=2)["error"]
    assert error["kind"] == "bad_data"
    assert "nowhere.csv" in error["message"]
    shell.write("s.json", simulated_spec(trials=0))
    assert shell.json("submit", "s.json", code=2)["error"]["field"] == "study.trials"
    for idle in ("soon", "0s", "-1"):
        error = shell.json("worker", "--idle", idle, code=2)["error"]
        assert error["kind"] == "input"
        assert "forever" in error["message"]
    assert "nothing has been run here" in shell.json("stop", "mine", code=2)["error"]["message"]
    assert not (shell.folder / "studies.db").exists()


def test_a_worker_in_the_background_is_started_once(shell, simulated_spec):
    """Submit --start returns while the study runs; a second one finds the worker; the studies finish by themselves."""
    shell.write("s.json", simulated_spec({"x": 0.5, "seconds": 0.3}, trials=2, confirm=QUICK))
    printed = shell.run("submit", "s.json", "--set", "study.name=one", "--start").out
    assert "runs the queue in the background" in printed
    pid = json.loads((shell.folder / "studies" / "worker.json").read_text())[0]["pid"]
    try:
        assert f"process {pid} " in printed
        assert f"process {pid} " in shell.run("submit", "s.json", "--set", "study.name=two", "--start").out
        until(lambda: states(shell) == {"one": "finished", "two": "finished"})
    finally:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert not (shell.folder / "studies" / "worker.json").exists()
    log = (shell.folder / "studies" / "worker.log").read_text()
    assert "interrupted; what is in the store is kept" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("command", ["run", "resume"])
def test_stop_ends_a_study_that_runs_elsewhere(shell, simulated_spec, command):
    """The process that runs it exits with 130 and one message; resuming it runs exactly the missing trials."""
    shell.write("s.json", simulated_spec({"x": 0.5, "seconds": 0.5}, trials=3, name="mine", pruner="none"))
    if command == "resume":  # of a study that was never prepared
        shell.run("submit", "s.json")
        assert shell.json("stop", "mine") == {"study": "mine", "state": "stopped"}
    process = shell.start(command, *(["s.json"] if command == "run" else ["mine"]), "--json")
    until(lambda: (shell.folder / "studies.db").exists() and shell.json("studies"))
    until(lambda: completed(shell, "mine") >= 1)
    children = psutil.Process(process.pid).children(recursive=True)
    began = time.monotonic()
    stopped = shell.run("stop", "mine", "--json")
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert json.loads(stopped.out) == {"study": "mine", "state": "stopped"}
    assert "asked mine to stop" in stopped.err
    assert process.returncode == 130, err
    assert json.loads(out)["error"]["kind"] == "stopped"
    assert err.count("modelcat resume mine goes on") == 1
    assert "Traceback" not in err
    assert not psutil.wait_procs(children, timeout=5)[1]
    assert states(shell) == {"mine": "stopped"}
    assert shell.json("stop", "mine")["state"] == "stopped"
    result = shell.json("resume", "mine")
    assert (result["state"], result["trials"]) == ("finished", {"complete": 3, "pruned": 0, "failed": 0})
    assert shell.json("stop", "mine")["state"] == "finished"


def test_stop_leaves_the_worker_to_the_next_study(shell, simulated_spec):
    """A stopped study takes nothing else from the queue; Ctrl+C then ends the worker and leaves all others queued."""
    shell.write("s.json", simulated_spec({"x": 0.5, "seconds": 0.5}, trials=8, confirm=QUICK))
    for name in ("one", "two", "three"):
        shell.run("submit", "s.json", "--set", f"study.name={name}")
    assert shell.json("stop", "three") == {"study": "three", "state": "stopped"}
    shell.run("submit", "s.json", "--set", "study.name=three")
    process = shell.start("worker", "--idle", "forever", start_new_session=True)
    until(lambda: states(shell)["one"] == "running")
    assert shell.json("stop", "one")["state"] == "stopped"
    until(lambda: completed(shell, "two") >= 1)
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not psutil.wait_procs(children, timeout=5)[1]
    assert states(shell) == {"one": "stopped", "two": "queued", "three": "queued"}
