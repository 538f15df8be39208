"""Leases: one owner at a time, and no writing without it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from subprocess import Popen

import optuna
import psutil
import pytest

from catalog.errors import StudyConflictError, UnknownStudyError
from runner.store import leasing
from runner.store.records import EpochRecord, EvaluationRecord, Lease, Owner, TrialRecord
from runner.store.store import Store

MINUTE = timedelta(minutes=1)
HOLD = """
import sys
from datetime import timedelta
from runner.store.records import Owner
from runner.store.store import Store
store = Store.open(sys.argv[1], create=True)
lease = store.acquire("reviews", Owner.this_process(), timedelta(hours=1))
store.update_study("reviews", lease, state="running")
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(url: str, make_study: Callable[..., None], start: Callable[..., Popen[str]]) -> Popen[str]:
    """Start a process that holds the lease of the study `reviews` and keeps running."""
    make_study()
    process = start(HOLD, url)
    assert process.stdout.readline() == "holding\n", process.stderr.read()
    return process


def test_refused_while_the_holder_lives(store: Store, holder: Popen[str]) -> None:
    """A lease held by a living process is refused, with who holds it and since when, even to a takeover."""
    for takeover in (False, True):
        with pytest.raises(StudyConflictError, match=rf"process {holder.pid} on .* since 20\d\d-"):
            store.acquire("reviews", Owner.this_process(), MINUTE, takeover=takeover)
    assert store.study("reviews").effective_state(datetime.now(UTC)) == "running"


def test_taken_from_the_dead(store: Store, holder: Popen[str]) -> None:
    """A lease whose process was killed is taken at once, though it has not expired, and the epoch counts on."""
    holder.kill()
    while holder.poll() is None and not store.study("reviews").lease.owner.is_gone:
        pass  # killed, and not yet a zombie
    assert store.study("reviews").effective_state(datetime.now(UTC)) == "stopped"
    assert store.acquire("reviews", Owner.this_process(), MINUTE).epoch == 2
    holder.wait()


def test_another_process_with_the_pid_is_not_the_holder(store: Store, lease: Lease) -> None:
    """A process that was given a dead one's pid does not keep its lease alive."""
    me = lease.owner
    assert not me.is_gone
    assert replace(me, started=me.started - 60).is_gone
    assert replace(me, pid=2**22 + 1).is_gone
    assert not replace(me, host="elsewhere.example", pid=2**22 + 1).is_gone


@pytest.mark.parametrize("hours", [1, -1])
def test_a_holder_lives_on_though_the_clock_is_set(
    store: Store, holder: Popen[str], monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """The time of day at which a process was started moves with the machine's clock; its lease holds all the same."""
    told = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: told(process) + hours * 3600)
    with pytest.raises(StudyConflictError, match=rf"process {holder.pid} on "):
        store.acquire("reviews", Owner.this_process(), MINUTE)
    with pytest.raises(StudyConflictError, match=rf"process {holder.pid} on "):
        store.delete_study("reviews")
    assert store.request_stop("reviews") == "running"  # asked, not marked as stopped


@pytest.mark.both_databases
def test_expired_lease_is_taken(store: Store, make_study: Callable[..., None]) -> None:
    """A lease of another host is refused until it expires, and any process may take it then."""
    make_study()
    away = Owner("elsewhere.example", 1, 0.0)
    store.acquire("reviews", away, timedelta(0))
    lease = store.acquire("reviews", away, MINUTE)
    with pytest.raises(StudyConflictError, match=r"process 1 on elsewhere\.example"):
        store.acquire("reviews", Owner.this_process(), MINUTE)
    taken = store.acquire("reviews", Owner.this_process(), MINUTE, takeover=True)
    assert (lease.epoch, taken.epoch) == (2, 3)


@pytest.mark.both_databases
def test_stale_lease_cannot_write(store: Store, make_study: Callable[..., None]) -> None:
    """Once another has taken the lease, nothing more is written under the old one."""
    make_study()
    old = store.acquire("reviews", Owner("elsewhere.example", 1, 0.0), timedelta(0))
    new = store.acquire("reviews", Owner.this_process(), MINUTE)
    before = store.study("reviews")
    writes: list[Callable[[], object]] = [
        lambda: store.put_trial("reviews", old, TrialRecord(0, "running", "given", {})),
        lambda: store.put_epoch("reviews", old, EpochRecord("trial/0", 1.0, 1.0, 0.1, {}, None, 1.0)),
        lambda: store.put_evaluation("reviews", old, EvaluationRecord("winner", "test", 1, {}, None)),
        lambda: store.clear_training("reviews", old, "trial/0"),
        lambda: store.update_study("reviews", old, state="finished"),
        lambda: store.renew("reviews", old, MINUTE),
        lambda: store.release("reviews", old, "stopped"),
    ]
    for write in writes:
        with pytest.raises(StudyConflictError, match="has taken it over; nothing was written"):
            write()
    assert store.study("reviews") == before
    assert store.trials("reviews") == []
    store.put_trial("reviews", new, TrialRecord(0, "running", "given", {}))


@pytest.mark.both_databases
def test_released_and_deleted_leases_cannot_write(store: Store, lease: Lease, make_study: Callable[..., None]) -> None:
    """A lease is worth nothing after release, nor for a later study of the same name."""
    trial = TrialRecord(0, "running", "given", {})
    store.release("reviews", lease, "stopped")
    with pytest.raises(StudyConflictError, match="it was released"):
        store.put_trial("reviews", lease, trial)
    store.delete_study("reviews")
    with pytest.raises(StudyConflictError, match="it was deleted"):
        store.put_trial("reviews", lease, trial)
    make_study()
    assert store.acquire("reviews", Owner("elsewhere.example", 1, 0.0), MINUTE).epoch == lease.epoch
    with pytest.raises(StudyConflictError, match="taken it over"):
        store.put_trial("reviews", lease, trial)


def test_renewed_lease_lasts_longer(store: Store, lease: Lease) -> None:
    """Renewing moves the expiry; the lease as it was before remains good for writing."""
    renewed = store.renew("reviews", lease, timedelta(hours=1))
    assert renewed.expires > lease.expires
    assert store.study("reviews").lease == renewed
    store.put_trial("reviews", lease, TrialRecord(0, "running", "given", {}))


def test_release_frees_the_study(store: Store, lease: Lease) -> None:
    """After release the study has its last state and any process may take it."""
    store.release("reviews", lease, "finished")
    study = store.study("reviews")
    assert (study.state, study.lease) == ("finished", None)
    assert store.acquire("reviews", Owner.this_process(), MINUTE).epoch == 2


def test_no_lease_of_an_unknown_study(store: Store) -> None:
    """There is no lease of a study that does not exist."""
    with pytest.raises(UnknownStudyError):
        store.acquire("nothing", Owner.this_process(), MINUTE)


def test_hosts_need_not_agree_on_the_time(
    postgres_url: str, make_study_in: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server its clock alone counts: a host whose own is an hour ahead or behind takes no living lease."""
    with Store.open(postgres_url, create=True) as store:
        make_study_in(store)
        store.acquire("reviews", Owner("elsewhere.example", 1, 0.0), MINUTE)
        for hours in (1, -1):
            wrong = type(
                "Wrong", (datetime,), {"now": lambda zone, hours=hours: datetime.now(zone) + timedelta(hours=hours)}
            )
            monkeypatch.setattr("runner.store.leasing.datetime", wrong)
            with pytest.raises(StudyConflictError, match=r"process 1 on elsewhere\.example"):
                store.acquire("reviews", Owner.this_process(), MINUTE)
        expires = store.study("reviews").lease.expires
        assert timedelta(0) < expires - datetime.now(UTC) < 2 * MINUTE


def test_a_lease_is_not_made_longer_by_a_clock_put_back(
    store: Store, make_study: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lease of another host that seems to last for a day is refused, and ends as soon as one of its length would."""
    make_study()
    today = datetime.now(UTC)
    store.acquire("reviews", Owner("elsewhere.example", 1, 0.0), MINUTE)
    yesterday = today - timedelta(days=1)
    monkeypatch.setattr(leasing, "now", lambda _: yesterday)
    for _ in range(2):
        with pytest.raises(StudyConflictError, match=r"elsewhere\.example"):
            store.begin("reviews", Owner.this_process(), MINUTE)
        assert store.study("reviews").lease.expires == yesterday + MINUTE
    monkeypatch.setattr(leasing, "now", lambda _: yesterday + 2 * MINUTE)
    assert store.begin("reviews", Owner.this_process(), MINUTE).epoch == 2


def test_what_is_written_together_is_written_or_not(store: Store, lease: Lease) -> None:
    """Writes to modelcat's and Optuna's rows are one transaction: seen inside, undone together on error, and fenced."""
    study = optuna.create_study(study_name="reviews", storage=store.optuna_storage())

    def write() -> None:
        asked = study.ask()
        asked.report(0.5, 25)
        store.put_trial("reviews", lease, TrialRecord(asked.number, "running", "given", {}))
        assert [trial.number for trial in store.trials("reviews")] == [asked.number]

    def fail() -> None:
        with store.together("reviews", lease):
            write()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.trials("reviews") == []
    study = optuna.load_study(study_name="reviews", storage=store.optuna_storage())
    assert study.trials == []
    with store.together("reviews", lease):
        write()
    assert len(store.trials("reviews")) == len(study.trials) == 1
    store.release("reviews", lease, "stopped")
    with pytest.raises(StudyConflictError, match="it was released"), store.together("reviews", lease):
        raise AssertionError("nobody may come here without the lease")
