"""The engine on a cluster whose nodes, rooms and deaths the test decides; Ray itself is tried in tests/e2e."""

import multiprocessing
import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from catalog.contract import Decision, EpochMetrics
from catalog.errors import HungWorkerError, InputError, LostWorkerError, OutOfMemoryError, StoppedError
from runner.engine.hang_detection import HangLimits
from runner.engine.messages import Compare, Done, Failed, Pause, Report, ReportReply, Tick
from runner.engine.ray import cluster, engine, probe, shared_folder
from runner.engine.ray.actor import RayWorker

TASK = Compare("test/simulated/curve", (), (), "accuracy", 0)


class Ref:
    """The answer to a call, once there is one."""

    def __init__(self, answer=None, *, there=False):
        self.answer, self.there = answer, there

    def set(self, answer):
        self.answer, self.there = answer, True


class Actor:
    """An actor that begins, reports and dies when the test says so."""

    def __init__(self, options):
        self.options, self.refs, self.got, self.killed = options, [], [], False
        self.node = options["scheduling_strategy"]
        self.begin = self.events = SimpleNamespace(remote=self._call)
        self.send = SimpleNamespace(remote=self.got.append)

    def _call(self):
        self.refs.append(Ref())
        return self.refs[-1]

    def start(self):
        """Answer that the actor is there."""
        self.refs[-1].set(None)

    def tell(self, *events):
        """Report events."""
        self.refs[-1].set(list(events))

    def die(self, reason="The actor is dead because its worker process has died."):
        """End without a word."""
        self.refs[-1].set(RuntimeError(reason))


class FakeRay:
    """A cluster; `apart` are nodes that do not see the coordinator's folder."""

    def __init__(self):
        self.members, self.apart, self.actors = {}, set(), []
        strategies = SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node, soft: node)
        self.util = SimpleNamespace(scheduling_strategies=strategies)

    def join(self, name, cpus=1, gpus=0):
        """Let a node join."""
        address = {"NodeID": name, "NodeManagerHostname": name, "NodeManagerAddress": "10.0.0.1"}
        self.members[name] = {**address, "Alive": True, "Resources": {"CPU": float(cpus), "GPU": float(gpus)}}

    def nodes(self):
        return list(self.members.values())

    def remote(self, what):
        made = self._look if what is probe.probe_node else self._make
        return SimpleNamespace(options=lambda **options: SimpleNamespace(remote=lambda *given: made(options, *given)))

    def _look(self, options, folder, *rest):
        apart = options["scheduling_strategy"] in self.apart
        return Ref(probe.probe_node(f"{folder}-elsewhere" if apart else folder, *rest), there=True)

    def _make(self, options, threads):
        self.actors.append(Actor(options))
        return self.actors[-1]

    def wait(self, refs, *, num_returns, timeout):
        ready = [ref for ref in refs if ref.there][:num_returns]
        return ready, [ref for ref in refs if ref not in ready]

    def get(self, ref):
        if isinstance(ref.answer, Exception):
            raise ref.answer
        return ref.answer

    def kill(self, actor, no_restart):
        actor.killed = True

    def alive(self):
        """Return the actors that have not been ended."""
        return [actor for actor in self.actors if not actor.killed]


@pytest.fixture
def ray(monkeypatch):
    """Return a cluster of one node with one core."""
    fake = FakeRay()
    fake.join("one")
    monkeypatch.setattr(engine, "imported", lambda: fake)
    monkeypatch.setattr(engine, "connect", lambda *_: None)
    monkeypatch.setattr(engine, "disconnect", lambda _: None)
    monkeypatch.setattr(engine, "parcel", lambda: nullcontext([]))
    monkeypatch.setattr(cluster, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(probe, "_PATIENCE", 0.0)
    monkeypatch.setattr(shared_folder, "_PATIENCE", 0.5)
    return fake


@pytest.fixture
def start(ray, tmp_path):
    """Return a function that starts an engine; all are closed at the end."""
    started = []

    def make(workers=None, **options):
        started.append(engine.RayEngine("auto", workers, tmp_path / "studies", **options))
        return started[-1].__enter__()

    yield make
    for one in started:
        one.close()


def test_a_job_waits_for_the_first_worker_and_no_more_than_one_does(ray, start):
    """A cluster without room yet takes one job, so that there is something to wait for, and begins it when it can."""
    running = start()
    assert (running.idle, running.busy) == (1, 0)
    job = running.submit(TASK)
    assert (running.idle, running.busy) == (0, 1)
    with pytest.raises(IndexError):
        running.submit(TASK)
    assert running.events(0.0) == []
    assert ray.actors[0].got == []
    ray.actors[0].start()
    assert running.events(0.0) == []
    assert [message.id for message in ray.actors[0].got] == [job]
    ray.actors[0].tell(Done(job, 7))
    assert running.events(0.0) == [Done(job, 7)]
    assert (running.idle, running.busy) == (1, 0)


def test_reports_are_answered_where_they_come_from(ray, start):
    """Of two workers the one that asked gets the answer."""
    ray.join("two")
    running = start()
    for actor in ray.actors:
        actor.start()
    running.events(0.0)
    jobs = [running.submit(TASK), running.submit(TASK)]
    report = Report(jobs[1], EpochMetrics(1.0, 0.5, None, {}, None, 1.0))
    ray.actors[1].tell(report)
    assert running.events(0.0) == [report]
    running.answer(jobs[1], Decision.PRUNE)
    assert ray.actors[1].got[-1] == ReportReply(jobs[1], Decision.PRUNE)
    assert len(ray.actors[0].got) == 1


def test_a_lost_actor_fails_its_job_and_is_replaced(ray, start):
    """The job's failure is a lost worker, with the node's name; the next job runs on another actor there."""
    running = start()
    ray.actors[0].start()
    running.events(0.0)
    job = running.submit(TASK)
    ray.actors[0].die()
    [failed] = running.events(0.0)
    assert isinstance(failed, Failed)
    assert failed.job == job
    assert isinstance(failed.error, LostWorkerError)
    assert "one (10.0.0.1)" in failed.error.message
    assert (running.idle, running.busy) == (1, 0)
    assert [actor.node for actor in ray.alive()] == ["one"]


@pytest.mark.parametrize("began", [True, False])
def test_a_training_is_asked_to_pause(ray, start, began):
    """A running training gets the request; one that waits for a worker ends at once, since there is nothing to keep."""
    running = start()
    if began:
        ray.actors[0].start()
        running.events(0.0)
    job = running.submit(TASK)
    running.pause(job)
    if began:
        assert ray.actors[0].got[-1] == Pause(job)
        return
    assert running.busy == 1
    [ended] = running.events(0.0)
    assert isinstance(ended.error, StoppedError)
    assert running.busy == 0


def test_a_worker_that_hangs_is_ended_and_replaced(ray, start):
    """The job of a hung worker fails as a local one would; the actor is ended."""
    running = start(hang_limits=HangLimits(silent=-1.0))
    ray.actors[0].start()
    running.events(0.0)
    job = running.submit(TASK)
    [failed] = running.events(0.0)
    assert failed.job == job
    assert isinstance(failed.error, HungWorkerError)
    assert ray.actors[0].killed
    assert len(ray.alive()) == 1


@pytest.mark.parametrize("ended_by", ["itself", "ray"])
def test_a_worker_without_memory_is_replaced(ray, start, ended_by):
    """What fills the memory ends with its process, whether the training said so or Ray ended it."""
    running = start()
    ray.actors[0].start()
    running.events(0.0)
    job = running.submit(TASK)
    if ended_by == "itself":
        ray.actors[0].tell(Failed(job, OutOfMemoryError("it does not fit")))
    else:
        ray.actors[0].die("The actor died: the node was running low on memory.")
    [failed] = running.events(0.0)
    assert isinstance(failed.error, OutOfMemoryError)
    assert ray.actors[0].killed
    assert len(ray.alive()) == 1


def test_a_lost_node_takes_its_workers_along(ray, start):
    """A node that is gone gets no new actors; those on others go on."""
    ray.join("two")
    running = start()
    del ray.members["two"]
    ray.actors[1].die("The actor died because its node has died.")
    running.events(0.0)
    assert [actor.node for actor in ray.alive()] == ["one"]


def test_nodes_that_join_get_workers_up_to_the_number_wanted(ray, start):
    """With auto every new node is used; with a number there are never more."""
    running, three = start(), start(3)
    assert len(ray.alive()) == 2
    ray.join("two", cpus=8)
    for _ in range(2):
        running.events(0.0)
        three.events(0.0)
    assert (len(running._crew), len(three._crew)) == (1 + 2, 3)


def test_better_nodes_that_join_do_not_add_to_the_number_wanted(ray, start):
    """A node with a GPU is where the next worker would start, and there is no next one yet."""
    running = start(1)
    ray.join("big", gpus=1)
    running.events(0.0)
    running.events(0.0)
    assert [worker.node.id for worker in running._crew] == ["one"]
    ray.actors[0].die()
    running.events(0.0)
    assert [worker.node.id for worker in running._crew] == ["big"]


def test_a_worker_has_a_gpu_where_there_are_any(ray, start):
    """Nodes without GPUs are left alone next to one that has two; threads are its cores' share."""
    ray.join("big", cpus=16, gpus=2)
    start()
    assert [(actor.node, actor.options["num_gpus"]) for actor in ray.actors] == [("big", 1), ("big", 1)]
    assert {actor.options["runtime_env"]["env_vars"]["OMP_NUM_THREADS"] for actor in ray.actors} == {"8"}
    assert {actor.options["max_restarts"] for actor in ray.actors} == {0}


def test_a_folder_that_a_node_does_not_share_is_told_before_there_is_work(ray, start, tmp_path):
    """The message names node and folder; no actor has been started, and nothing is left behind."""
    ray.join("far")
    ray.apart.add("far")
    with pytest.raises(InputError, match=r"node far \(10.0.0.1\) does not share the folder .*studies") as raised:
        start()
    assert str(tmp_path / "studies") in raised.value.message
    assert ray.actors == []
    assert not (tmp_path / "studies").exists()


def test_a_folder_that_is_written_elsewhere_is_not_shared(ray, start, monkeypatch):
    """A node may see a copy of the folder: what it writes must be seen here."""
    monkeypatch.setattr(shared_folder, "_PATIENCE", 0.1)
    look = probe.probe_node
    monkeypatch.setattr(probe, "probe_node", lambda folder, token, node, *rest: look(folder, token, "another", *rest))
    with pytest.raises(InputError, match="what it writes is not here"):
        start()


def test_a_file_that_a_node_sees_otherwise_is_told(ray, start, tmp_path, monkeypatch):
    """A data file that a node sees otherwise is reported, since data must be the same everywhere."""
    data = tmp_path / "data.csv"
    data.write_text("text,label\n")
    look = probe.probe_node

    def elsewhere(folder, token, node, files, libraries):
        return look(folder, token, node, {name: size + 1 for name, size in files.items()}, libraries)

    monkeypatch.setattr(probe, "probe_node", elsewhere)
    with pytest.raises(InputError, match=r"has another file .*data.csv: 11 bytes, not 12"):
        start(files=[data])


def test_a_node_that_joins_later_and_is_unfit_is_told_and_left_alone(ray, start):
    """A node that joins later and is unfit is reported, and a running study goes on without it."""
    told = []
    running = start(tell=told.append)
    ray.join("far")
    ray.apart.add("far")
    for _ in range(3):
        running.events(0.0)
    assert [actor.node for actor in ray.actors] == ["one"]
    assert [line for line in told if "far" in line] == told[-1:]


def test_other_versions_are_told(ray, start, monkeypatch):
    """A node with another torch computes other numbers, so the user who runs the study gets a message."""
    told = []
    monkeypatch.setattr(cluster, "_version", lambda name: "0.1")
    start(tell=told.append)
    assert len(told) == 1
    assert "torch" in told[0]
    assert "(here 0.1)" in told[0]


def test_a_node_that_lacks_a_library_gets_no_work(ray, start, monkeypatch):
    """A node without a library that the study's machine has is refused, or reported later; what both lack is fine."""
    told = []
    running = start(tell=told.append)
    theirs = {**dict.fromkeys(cluster._LIBRARIES), "numpy": "9.2"}
    monkeypatch.setattr(cluster, "_version", {"torch": "9.1", "numpy": "9.2"}.get)
    look = probe.probe_node
    monkeypatch.setattr(probe, "probe_node", lambda *given: {**look(*given), "versions": theirs})
    ray.join("bare")
    for _ in range(3):
        running.events(0.0)
    assert [actor.node for actor in ray.actors] == ["one"]
    assert [line for line in told if "bare" in line] == [
        "node bare (10.0.0.1) lacks torch, installed here: pip install 'modelcat[ray]' there"
    ]
    with pytest.raises(InputError, match="lacks torch"):
        start()


def test_a_node_that_cannot_start_workers_is_given_up(ray, start):
    """Actors that die before they have begun are not started for ever; without any other node the study ends."""
    running = start()
    running.submit(TASK)

    def fail_whatever_starts():
        for _ in range(10):
            ray.actors[-1].die("creation failed\nModuleNotFoundError: No module named 'pydantic'")
            running.events(0.0)

    with pytest.raises(LostWorkerError, match=r"node one .* cannot start workers: .*pydantic"):
        fail_whatever_starts()
    assert len(ray.actors) == 3


def test_a_cluster_without_room_is_not_waited_for_for_ever(ray, start, monkeypatch):
    """A cluster without room is not waited for for ever: the study ends with what to look at, and can be resumed."""
    running = start()
    running.submit(TASK)
    running.events(0.0)
    monkeypatch.setattr(engine, "_PATIENCE", -1.0)
    with pytest.raises(LostWorkerError, match=r"no room for a worker.*ray status"):
        running.events(0.0)


def test_closing_ends_every_actor(ray, start, tmp_path):
    """Closing ends every actor, also those that were replaced or have not begun; closing again changes nothing."""
    running = start()
    ray.actors[0].die()
    running.events(0.0)
    running.close()
    running.close()
    assert len(ray.actors) == 2
    assert ray.alive() == []


def test_ticks_are_gathered_on_the_node():
    """Of ticks in a row the last is reported; other events are reported at once, in order."""
    worker = RayWorker.__new__(RayWorker)  # without its loop, which would end this process with the pipe
    worker._pipe, loop = multiprocessing.Pipe()
    for event in (Tick(1, 0.1), Tick(1, 0.2), Done(1, 3), Tick(2, 0.1)):
        loop.send(event)
    assert worker.events() == [Tick(1, 0.2), Done(1, 3)]
    loop.send(Done(2, 4))
    assert worker.events() == [Tick(2, 0.1), Done(2, 4)]


@pytest.mark.parametrize(
    ("result", "said"), [('exec("raise KeyboardInterrupt")', "KeyboardInterrupt"), ("(lambda: 0)", "pickle")]
)
def test_an_actor_whose_loop_ends_ends_with_it(result, said):
    """An actor whose loop ends also ends its process: the cluster sees the end of a process, not that of a thread."""
    program = f"""
import sys, time
from types import SimpleNamespace
from runner.engine import worker
from runner.engine.messages import Job
from runner.engine.ray.actor import RayWorker
worker.TaskExecutor = lambda *_: SimpleNamespace(do=lambda *_: {result})
actor = RayWorker(1)
actor.send(Job(1, None))
time.sleep(20)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert said in ended.stderr
