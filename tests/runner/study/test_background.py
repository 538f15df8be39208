"""Workers in the background: one per storage and machine, independent of its parent, never missed by a study."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from catalog.errors import StoreError, WorkError
from runner.store.records import Owner
from runner.store.store import Store
from runner.study import background
from runner.study.background import start_worker
from runner.study.queue import submit, work
from runner.study.workers import RegisteredWorker, WorkerList, WorkerRegistration, running_worker

SIMULATED = Path(__file__).parents[2] / "fakes" / "simulated"
START = """
import sys
from pathlib import Path
from runner.study.background import start_worker
from runner.study.workspace import Workspace
folder = Path(sys.argv[1])
print(start_worker(Workspace(f"sqlite:///{folder / 'studies.db'}", folder / "studies", folder / "cache")), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def tidy(workspace, monkeypatch):
    """Let workers know the simulated plugin; end those that still run, as Ctrl+C would."""
    monkeypatch.setenv("PYTHONPATH", str(SIMULATED))
    yield
    for worker in WorkerList(workspace).here():
        if worker.pid != os.getpid():
            process = psutil.Process(worker.pid)
            process.send_signal(signal.SIGTERM)
            psutil.wait_procs([process], timeout=15)
            assert worker.is_gone


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Return a function that puts a shell script in the place of the command modelcat."""

    def put(script):
        path = tmp_path / "modelcat"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(background, "_command", lambda: path)

    return put


def until(condition, seconds=40):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def state(workspace, name):
    """Return the state of a study."""
    return Store.open(workspace.storage, create=False).study(name).state


def test_a_worker_is_found_though_the_clock_is_set(workspace, monkeypatch):
    """The time of day at which a process was started moves with the machine's clock; no second worker is needed."""
    registration = WorkerRegistration(workspace)
    registration.register()
    told = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: told(process) - 3600)
    assert running_worker(workspace) == os.getpid() == start_worker(workspace)
    registration.deregister()


def test_one_worker_is_enough(request_of, workspace):
    """A second start finds the first worker, which runs what was queued since; the list shows its end."""
    assert running_worker(workspace) is None
    submit(request_of(trials=2, name="one"), workspace)
    pid = start_worker(workspace)
    assert running_worker(workspace) == pid == start_worker(workspace)
    until(lambda: state(workspace, "one") == "finished")
    submit(request_of(trials=2, name="two"), workspace)
    assert start_worker(workspace) == pid
    until(lambda: state(workspace, "two") == "finished")
    os.kill(pid, signal.SIGTERM)
    until(lambda: running_worker(workspace) is None)
    assert not (workspace.folder / "worker.json").exists()
    assert "from the queue: one" in (workspace.folder / "worker.log").read_text()


def test_a_worker_outlives_its_starter_and_its_terminal(request_of, workspace, tmp_path):
    """When the session that started it is killed as a closing terminal does, the worker goes on and finishes."""
    submit(request_of({"x": 0.5, "seconds": 0.3}, trials=3, name="mine"), workspace)
    starter = subprocess.Popen(
        [sys.executable, "-c", START, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    line = starter.stdout.readline()
    assert line, starter.stderr.read()
    pid = int(line)
    os.killpg(starter.pid, signal.SIGHUP)
    starter.communicate(timeout=10)
    assert starter.returncode == -signal.SIGHUP
    assert running_worker(workspace) == pid
    assert os.getsid(pid) == pid
    until(lambda: state(workspace, "mine") == "finished")


def test_two_starters_at_once_start_one_worker(request_of, workspace, tmp_path):
    """The second starter waits for the first, and gets the same pid."""
    submit(request_of(trials=2, name="mine"), workspace)
    command = [sys.executable, "-c", START, tmp_path]
    starters = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        for _ in range(2)
    ]
    pids = {starter.communicate("", timeout=60)[0] for starter in starters}
    assert pids == {f"{running_worker(workspace)}\n"}
    until(lambda: state(workspace, "mine") == "finished")


def test_what_is_queued_while_a_worker_ends_is_run(request_of, workspace, recorder, monkeypatch):
    """A worker that is about to end is on the list only as long as it would still see what is queued."""
    original = WorkerRegistration.deregister
    seen = []

    def end(self, *arguments):
        if not seen:  # idle, and about to look for the last time
            submit(request_of(trials=1, name="late", confirm={"top": 0, "seeds": 1}), workspace)
            seen.append(start_worker(workspace))
        done = original(self, *arguments)
        if done:  # off the list: the next caller starts another
            seen.append(running_worker(workspace))
        return done

    monkeypatch.setattr(WorkerRegistration, "deregister", end)
    done = work(workspace, lambda _: recorder, idle=0)
    assert [(record.study, record.state) for record in done] == [("late", "finished")]
    assert seen[0] == os.getpid()
    assert seen[1] is None


def test_a_worker_that_ends_at_once_is_told(workspace, command):
    """The error holds the last output of a worker that ends at once, and the worker is off the list."""
    command("echo 'modelcat: the \033[31mdatabase is damaged' >&2; exit 3")
    with pytest.raises(WorkError, match=r"ended at once with code 3: modelcat: the \\x1b\[31mdatabase is damaged"):
        start_worker(workspace)
    assert running_worker(workspace) is None


def test_a_missing_command_is_told(workspace, monkeypatch):
    """Without the console script nothing is started."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(sys, "argv", ["pytest"])
    with pytest.raises(WorkError, match="no command modelcat beside /nowhere/python"):
        start_worker(workspace)


def test_a_password_is_passed_on_unseen(workspace, command, tmp_path):
    """A password is neither among the arguments, which every user can read, nor in the list of workers."""
    command(
        f'echo "$MODELCAT_STORAGE $@" > {tmp_path}/told; cat {workspace.folder}/worker.json >> {tmp_path}/told; exit 1'
    )
    remote = replace(workspace, storage="postgresql+psycopg://me:secret@db.example/studies", workers=3)
    with pytest.raises(WorkError):
        start_worker(remote)
    url, *rest = (tmp_path / "told").read_text().split()
    assert url == remote.storage
    assert rest[:3] == ["worker", "--workers", "3"]
    assert not any("secret" in word for word in rest)


def test_a_folder_that_cannot_be_written_is_told(workspace):
    """A folder that cannot be written is reported, since the list and the log need one."""
    workspace.folder.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        start_worker(workspace)


def test_the_list_survives_foreign_content(workspace):
    """A damaged list counts as empty; dead workers are removed, other storages' and machines' workers kept."""
    workers = WorkerList(workspace)
    path = workspace.folder / "worker.json"
    me = RegisteredWorker.of(workspace, Owner.this_process(), ready=True)
    workspace.folder.mkdir()
    for content in ("", "{", "7", '{"pid": 1}', '[1, {}, {"storage": 1}]', "[" * 100_000):
        path.write_text(content)
        assert workers.here() == []
        with workers.locked():
            workers.put(me)
        assert workers.here() == [me]
    others = [replace(me, storage="sqlite:////other.db", pid=me.pid + 1, host="elsewhere.example")]
    with workers.locked():
        workers.put(replace(me, pid=me.pid + 2, started=1.0))
        for other in others:
            workers.put(other)
    assert workers.here() == [me]
    with workers.locked():
        workers.remove(me)
    assert [entry["host"] for entry in json.loads(path.read_text())] == ["elsewhere.example"]


def test_the_log_of_workers_is_bounded(workspace, command, monkeypatch):
    """The older half of the workers' log is dropped when a worker begins."""
    monkeypatch.setattr(background, "_LOG_BYTES", 1_000)
    command("echo started; exit 1")
    workspace.folder.mkdir()
    path = workspace.folder / "worker.log"
    path.write_text("".join(f"line {number}\n" for number in range(500)))
    with pytest.raises(WorkError, match="code 1: started"):
        start_worker(workspace)
    lines = path.read_text().splitlines()
    assert len(path.read_text()) < 600
    assert lines[-2:] == ["line 499", "started"]
    assert lines[0].startswith("line ")
    background.trim_log(workspace)  # not what this process writes to
    assert path.read_text().splitlines() == lines
