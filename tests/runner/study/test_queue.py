"""The queue: studies are submitted, run by workers one after the other, stopped and resumed."""

import json
import math
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from catalog.errors import StoppedError, StoreError, StudyConflictError
from catalog.spec import resolve
from runner.engine.interruption import held_back
from runner.store.records import Owner
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.log import read_log
from runner.study.progress import Silent
from runner.study.queue import submit, work
from runner.study.session import LEASE_TTL
from runner.study.stored_study import as_training, stored_request
from runner.study.workers import running_worker

pytestmark = pytest.mark.usefixtures("quick_importance")

SIMULATED = Path(__file__).parents[2] / "fakes" / "simulated"
LINEAR = {"category": "nlp", "subcategory": "text-classification", "model": "linear", "model_config": {}}
WORK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from runner.study.workspace import Workspace
from runner.study.progress import Silent
from runner.study.queue import work
if __name__ == "__main__":
    folder = Path(sys.argv[2])
    workspace = Workspace(f"sqlite:///{folder / 'studies.db'}", folder / "studies", folder / "cache")
    done = work(workspace, lambda record: print(record.study, flush=True) or Silent(), idle=float(sys.argv[3]))
    print(json.dumps({record.study: record.state for record in done}))
"""


@pytest.fixture
def worker(tmp_path):
    """Return a function that starts a process that runs the queue; those that run at the end are killed."""
    running = []
    program = tmp_path / "work.py"
    program.write_text(WORK)

    def start(idle=0.5):
        command = [sys.executable, program, SIMULATED, tmp_path, str(idle)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def opened(workspace):
    """Return the store for reading."""
    return Store.open(workspace.storage, create=False)


def until(condition, seconds=30):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def complete(workspace, name):
    """Count the complete trials of a study."""
    return opened(workspace).study(name).trials.complete


def test_what_is_submitted_is_run(request_of, workspace, recorder):
    """A queued study waits unprepared; a worker prepares it, runs it to its verdict and ends when idle."""
    queued = submit(request_of(trials=4, name="mine"), workspace)
    assert (queued.state, queued.data, queued.space, queued.planned) == ("queued", {}, {}, 4)
    assert not (workspace.folder / "mine").exists()
    told = []
    done = work(workspace, lambda record: told.append((record.study, record.state)) or recorder, idle=0)
    assert told == [("mine", "running")]
    assert [(record.study, record.state) for record in done] == [("mine", "finished")]
    study = opened(workspace).study("mine")
    assert study.data["labels"] == ["no", "yes"]
    assert study.space == {"x": {"low": 0.4, "high": 1.0}}
    assert study.verdict is not None
    assert study.trials.complete + study.trials.pruned == 4
    assert not list(workspace.folder.glob("worker.json"))


def test_a_queued_study_is_the_study_that_run_makes(request_of, workspace, recorder):
    """Waiting in the queue changes nothing of what is tried."""
    submit(request_of(trials=5, name="queued"), workspace)
    work(workspace, lambda _: recorder, idle=0)
    run_study(request_of(trials=5, name="direct"), workspace, recorder)
    asked = [[trial.params for trial in opened(workspace).trials(name)] for name in ("queued", "direct")]
    assert asked[0] == asked[1]


def test_studies_run_in_order_whatever_happens_to_each(request_of, workspace, recorder):
    """Bad data, trials that all fail, a missing plugin: each is reported with its reason, and the next study is run."""
    bad = {**LINEAR, "dataset": {"source": "files", "train": "nowhere.csv"}, "study": {"name": "bad-data"}}
    submit(resolve(bad, workspace.folder.parent), workspace)
    submit(request_of({"x": 0.5, "trouble": "oom"}, trials=2, name="all-fail"), workspace)
    submit(request_of(trials=2, name="no-plugin"), workspace)
    submit(request_of(trials=2, name="good"), workspace)
    with Store.open(workspace.storage, create=True) as store, store._writer.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE modelcat_studies SET spec = replace(spec, 'curve', 'cur') WHERE study = 'no-plugin'"
        )
    done = work(workspace, lambda _: recorder, idle=0)
    assert [(record.study, record.state) for record in done] == [
        ("bad-data", "failed"),
        ("all-fail", "failed"),
        ("no-plugin", "failed"),
        ("good", "finished"),
    ]
    failures = {record.study: record.failure for record in done}
    assert failures["bad-data"]["kind"] == "bad_data"
    assert "nowhere.csv" in failures["bad-data"]["message"]
    assert failures["all-fail"]["kind"] == "out_of_memory"
    assert "curve" in failures["no-plugin"]["message"]
    assert any("nowhere.csv" in text for (text,) in recorder.of("note"))
    for name in ("bad-data", "all-fail", "no-plugin"):
        assert opened(workspace).study(name).lease is None
        assert read_log(workspace.folder / name)[0][-1].kind == "failed"


def test_a_defect_takes_one_study_not_the_worker(request_of, workspace, recorder, monkeypatch):
    """An unexpected error fails the study that met it, with its traceback in the log."""

    def broken(*_):
        raise ZeroDivisionError("a defect")

    submit(request_of(trials=2, name="mine"), workspace)
    monkeypatch.setattr("runner.study.coordinator.close_study", broken)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert record.state == "stopped"
    assert record.lease is None
    assert any("unexpected ZeroDivisionError: a defect" in text for (text,) in recorder.of("note"))
    assert any("in broken" in line.text for line in read_log(workspace.folder / "mine")[0])
    monkeypatch.setattr("runner.study.queue.stored_request", broken)
    submit(request_of(trials=2, name="mine"), workspace)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert (record.state, record.failure["kind"]) == ("failed", "error")


def test_submitting_again(request_of, workspace, recorder):
    """The same spec is queued once; what stopped or failed goes back, what is finished only for more trials."""
    submit(request_of(trials=2, name="mine"), workspace)
    with pytest.raises(StudyConflictError, match="queued already"):
        submit(request_of(trials=2, name="mine"), workspace)
    with pytest.raises(StudyConflictError, match=r"model_config\.x: 0\.5 in the store, 0\.4 here"):
        submit(request_of({"x": 0.4}, trials=2, name="mine"), workspace)
    Store.open(workspace.storage, create=True).request_stop("mine")
    assert submit(request_of(trials=3, name="mine"), workspace).planned == 3
    work(workspace, lambda _: recorder, idle=0)
    with pytest.raises(StudyConflictError, match=r"finished with 3 trials: a larger study\.trials extends it"):
        submit(request_of(trials=3, name="mine"), workspace)
    with pytest.raises(StudyConflictError, match="can only grow"):
        submit(request_of(trials=2, name="mine"), workspace)
    assert submit(request_of(trials=5, name="mine"), workspace).state == "queued"
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert record.state == "finished"
    assert record.trials.complete + record.trials.pruned == 5
    assert record.verdict is not None
    opened(workspace).acquire("mine", Owner.this_process(), LEASE_TTL)
    with pytest.raises(StudyConflictError, match=f"being run by process {os.getpid()}"):
        submit(request_of(trials=6, name="mine"), workspace)


def test_an_extension_from_the_queue_renews_the_time_limit(request_of, workspace, recorder):
    """More trials of a study whose time was up are made, as if run had been asked for them."""
    config, limit = {"x": 0.5, "seconds": 0.4}, {"name": "mine", "timeout": 0.3, "pruner": "none"}
    first = run_study(request_of(config, trials=2, **limit), workspace, recorder)
    assert (first.state, first.trials.complete) == ("finished", 1)
    submit(request_of(config, trials=3, **limit), workspace)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert record.state == "finished"
    assert record.trials.complete + record.trials.pruned == 2


def test_a_name_of_optunas_is_refused(request_of, workspace):
    """What another program has put into Optuna's tables is not queued."""
    import optuna

    optuna.create_study(study_name="mine", storage=workspace.storage)
    with pytest.raises(StudyConflictError, match="did not make"):
        submit(request_of(name="mine"), workspace)


def test_a_single_training_can_be_queued(request_of, workspace, recorder):
    """Mode train is kept through the queue."""
    queued = submit(as_training(request_of()), workspace, "train")
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert (record.study, record.mode, record.state, record.trials.complete) == (queued.study, "train", "finished", 1)


def test_a_known_study_is_taken_before_it_is_prepared(request_of, workspace, recorder):
    """While a study is prepared it is shown as running; any other runner is refused at once, and prepares nothing."""
    submit(request_of(trials=2, name="mine"), workspace)
    states = []
    recorder.phase = lambda name, _: states.append((name, opened(workspace).study("mine").state))
    work(workspace, lambda _: recorder, idle=0)
    assert states[0] == ("preparing", "running")
    lease = Store.open(workspace.storage, create=True).begin("mine", Owner.this_process(), LEASE_TTL)
    quiet = type(recorder)()
    with pytest.raises(StudyConflictError, match="since 20"):
        run_study(request_of(trials=3, name="mine"), workspace, quiet)
    assert quiet.told == []
    Store.open(workspace.storage, create=True).release("mine", lease, "finished")


def test_what_cannot_be_prepared_has_failed_but_a_finished_study_stays_finished(request_of, workspace, recorder):
    """The reason is kept if there was something to resume; results are never put in doubt."""
    run_study(request_of(trials=2, name="mine"), workspace, recorder)

    def changed(trials):
        request = request_of(trials=trials, name="mine")
        return replace(request, dataset=request.dataset.model_copy(update={"size": 999}))

    with pytest.raises(StudyConflictError, match="other data"):
        run_study(changed(3), workspace, recorder)
    study = opened(workspace).study("mine")
    assert (study.state, study.failure, study.lease) == ("finished", None, None)
    Store.open(workspace.storage, create=True).requeue("mine", 3)
    with pytest.raises(StudyConflictError, match="other data"):
        run_study(changed(3), workspace, recorder)
    study = opened(workspace).study("mine")
    assert (study.state, study.failure["kind"], study.lease) == ("failed", "conflict", None)


def test_a_running_study_stops_when_asked_and_goes_on(request_of, workspace, recorder):
    """A request ends the study within seconds, leaves no worker process, and resuming meets the target exactly."""
    request = request_of({"x": 0.5, "seconds": 0.4}, trials=5, name="mine", pruner="none")

    def ask():
        until(
            lambda: (
                Store.exists(workspace.storage) and opened(workspace).queue() == [] and complete(workspace, "mine") >= 1
            )
        )
        Store.open(workspace.storage, create=True).request_stop("mine")

    submit(request, workspace)
    asker = threading.Thread(target=ask)
    asker.start()
    with pytest.raises(StoppedError, match="modelcat resume mine goes on") as raised:
        run_study(*stored_request(workspace, "mine")[:1], workspace, recorder)
    asker.join()
    assert (raised.value.kind, raised.value.exit_code) == ("stopped", 130)
    assert not [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
    study = opened(workspace).study("mine")
    assert (study.state, study.lease, study.failure) == ("stopped", None, None)
    assert 1 <= study.trials.complete < 5
    assert read_log(workspace.folder / "mine")[0][-1].text == "stopped: somebody asked for it"
    submit(request, workspace)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert (record.state, record.trials.complete, record.trials.running) == ("finished", 5, 0)
    assert [trial.number for trial in opened(workspace).trials("mine")] == list(range(5))


def test_a_stop_is_never_taken_for_a_failure(request_of, workspace, recorder, monkeypatch):
    """A stop that is asked for while the baseline is trained or the study analysed stops the study all the same."""
    for phase in ("baseline", "insights"):
        recorder.told.clear()
        recorder.phase = lambda name, _, phase=phase: name == phase and _request(workspace)
        monkeypatch.setattr("runner.study.session._STOP_SECONDS", -1.0)
        submit(request_of({"x": 0.5, "seconds": 0.2}, trials=2, name="mine"), workspace)
        (record,) = work(workspace, lambda _: recorder, idle=0)
        assert (record.state, record.failure) == ("stopped", None), phase
    insights = opened(workspace).insights("mine")
    assert not any("failure" in (found or {}) for found in insights.values())


def _request(workspace):
    Store.open(workspace.storage, create=True).request_stop("mine")


def test_a_database_that_cannot_be_read_for_a_moment_ends_no_study(request_of, workspace, recorder, monkeypatch):
    """A failed look for requests ends no study."""

    def locked(*_):
        raise StoreError("locked")

    monkeypatch.setattr("runner.study.session._STOP_SECONDS", -1.0)
    monkeypatch.setattr(Store, "stop_requested", locked)
    assert run_study(request_of(trials=2), workspace, recorder).state == "finished"


def test_two_workers_share_a_queue(request_of, workspace, worker):
    """Two processes run each study once, and all are finished."""
    names = [f"study-{number}" for number in range(4)]
    for name in names:
        submit(request_of({"x": 0.5, "seconds": 0.1}, trials=2, name=name, confirm={"top": 0, "seeds": 1}), workspace)
    done = []
    for process in [worker(), worker()]:
        out, errors = process.communicate(timeout=100)
        assert process.returncode == 0, errors
        done.append(json.loads(out.splitlines()[-1]))
    assert sorted([*done[0], *done[1]]) == names
    assert {**done[0], **done[1]} == dict.fromkeys(names, "finished")
    for name in names:
        assert opened(workspace).study(name).trials.complete == 2


def test_the_study_of_a_killed_worker_is_finished_by_the_next(request_of, workspace, worker):
    """After SIGKILL the study shows as stopped; it runs exactly its trials without being queued again by a user."""
    request = request_of({"x": 0.5, "seconds": 0.4}, trials=3, name="mine", pruner="none")
    submit(request, workspace)
    process = worker()
    until(lambda: complete(workspace, "mine") >= 1, 60)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert not psutil.wait_procs(children, timeout=10)[1], "a training outlived its coordinator"
    study = opened(workspace).study("mine")
    now = datetime.now(UTC)
    assert (study.state, study.worker_gone(now), study.effective_state(now)) == ("running", True, "stopped")
    out, errors = worker().communicate(timeout=100)
    assert json.loads(out.splitlines()[-1]) == {"mine": "finished"}, errors
    trials = opened(workspace).trials("mine")
    assert [(trial.number, trial.state) for trial in trials] == [(number, "complete") for number in range(3)]
    log = [line.text for line in read_log(workspace.folder / "mine")[0]]
    assert "taken up again, 1 of 2 times: whoever ran it had died, or met a fault of its machine" in log


def test_a_study_whose_workers_die_too_often_fails_and_the_next_is_run(request_of, workspace, recorder):
    """The log and the row of the failed study say why, and a user can resume it."""
    for name in ("one", "two"):
        submit(request_of(trials=2, name=name, max_retries=0, confirm={"top": 0, "seeds": 1}), workspace)
    Store.open(workspace.storage, create=True).claim(Owner("elsewhere.example", 1, 0.0), timedelta(0))
    done = work(workspace, lambda _: recorder, idle=0)
    assert [(record.study, record.state) for record in done] == [("one", "failed"), ("two", "finished")]
    line = read_log(workspace.folder / "one")[0][-1]
    assert line.kind == "failed"
    assert "study.max_retries is 0" in line.text
    assert run_study(*stored_request(workspace, "one")[:1], workspace, recorder).state == "finished"


def test_an_interrupted_worker_puts_its_study_back_into_the_queue(request_of, workspace, worker):
    """SIGINT ends the worker and its trainings within ten seconds."""
    for name in ("one", "two"):
        submit(request_of({"x": 0.5, "seconds": 0.5}, trials=6, name=name), workspace)
    process = worker()
    until(lambda: complete(workspace, "one") >= 1, 60)
    children = psutil.Process(process.pid).children(recursive=True)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert process.returncode != 0
    assert not psutil.wait_procs(children, timeout=5)[1]
    assert [record.study for record in opened(workspace).queue()] == ["one", "two"]
    assert opened(workspace).study("one").restarts == 0
    assert read_log(workspace.folder / "one")[0][-1].text == "interrupted, and back in the queue"
    assert not list(workspace.folder.glob("worker.json"))


def test_holding_back_inside_holding_back(request_of, workspace):
    """An interrupt that comes between two studies of a worker is not forgotten by the next one."""
    submit(request_of(trials=2, name="mine"), workspace)

    def listen(_):
        os.kill(os.getpid(), signal.SIGINT)
        return Silent()

    with pytest.raises(KeyboardInterrupt):
        work(workspace, listen, idle=0)
    assert opened(workspace).study("mine").state == "queued"
    with held_back():  # a fresh block starts without it
        pass


def test_a_name_that_is_a_path_keeps_nobody_waiting(request_of, workspace):
    """Studies that a foreign database calls so, or by what is no text, are left alone; the next one is run."""
    submit(request_of(name="blob", trials=1), workspace)
    submit(request_of(name="first", trials=1), workspace)
    submit(request_of(name="second", trials=1), workspace)
    with sqlite3.connect(workspace.storage.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE modelcat_studies SET study = '../victim' WHERE study = 'first'")
        connection.execute("UPDATE modelcat_studies SET study = x'ff62' WHERE study = 'blob'")
    connection.close()
    done = work(workspace, lambda _: Silent(), idle=0.0)
    assert [(record.study, record.state) for record in done] == [("second", "finished")]
    damaged = [record for record in opened(workspace).studies() if record.damage]
    assert len(damaged) == 2
    assert "../victim" in damaged[1].damage


@pytest.mark.parametrize(("pid", "started"), [(-5, 1.0), (0, 1.0), (2**70, 1.0), (1, 10**400), (1, math.nan)])
def test_a_list_of_workers_that_is_not_ours_counts_as_empty(workspace, pid, started):
    """Whatever a user has written into the list of workers, no call fails over it."""
    workspace.folder.mkdir(parents=True)
    entry = {"storage": workspace.storage, "host": socket.gethostname(), "pid": pid, "started": started, "ready": True}
    (workspace.folder / "worker.json").write_text(json.dumps([entry]))
    assert running_worker(workspace) is None
