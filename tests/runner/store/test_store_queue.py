"""The queue, and what any process may write without a lease: requests."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from subprocess import Popen

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from catalog.errors import InputError, StudyConflictError, UnknownStudyError
from runner.store import reading, schema
from runner.store.records import Lease, Owner, TrialRecord
from runner.store.store import Store

MINUTE = timedelta(minutes=1)
AWAY = Owner("elsewhere.example", 1, 0.0)
CLAIM = """
import sys
from datetime import timedelta
from runner.store.records import Owner
from runner.store.store import Store
with Store.open(sys.argv[1], create=True) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    while (taken := store.claim(Owner.this_process(), timedelta(minutes=5))) is not None:
        record, lease = taken
        store.release(record.study, lease, "finished")
        print(record.study, flush=True)
"""


@pytest.fixture
def enqueue(store: Store) -> Callable[..., None]:
    def put(study: str = "reviews", planned: int = 6) -> None:
        store.enqueue(
            study,
            key="nlp/text-classification/linear",
            mode="study",
            spec={"model": "linear"},
            base="/data/specs",
            metric="accuracy",
            direction="maximize",
            planned=planned,
            versions={"modelcat": "0.1.0"},
        )

    return put


def leave(store: Store, study: str, state: str, **changes: object) -> None:
    """Run a study for a moment and leave it in a state."""
    lease = store.begin(study, Owner.this_process(), MINUTE)
    store.update_study(study, lease, **changes)
    store.release(study, lease, state)


@pytest.mark.both_databases
def test_a_queued_study_waits_unprepared(store: Store, enqueue: Callable[..., None]) -> None:
    """What is queued has no space, no data and no runner yet, and says since when it waits."""
    before = datetime.now(UTC)
    enqueue()
    study = store.study("reviews")
    assert (study.state, study.space, study.data, study.lease, study.stop_requested) == ("queued", {}, {}, None, None)
    assert before <= study.queued <= datetime.now(UTC)
    with pytest.raises(StudyConflictError, match="there is a study 'reviews' already"):
        enqueue()


@pytest.mark.both_databases
def test_the_queue_is_in_the_order_of_requests(
    store: Store, enqueue: Callable[..., None], make_study: Callable[..., None]
) -> None:
    """The longest wait comes first; what goes back into the queue goes to its end; others are not in it."""
    make_study("being-made")
    for name in ("one", "two", "three"):
        enqueue(name)
    leave(store, "one", "stopped")
    assert [study.study for study in store.queue()] == ["two", "three"]
    store.requeue("one")
    assert [study.study for study in store.queue()] == ["two", "three", "one"]


@pytest.mark.both_databases
def test_the_oldest_is_claimed(store: Store, enqueue: Callable[..., None], make_study: Callable[..., None]) -> None:
    """Claiming takes the lease and marks the study as running in one step, until none waits."""
    make_study("being-made")
    enqueue("one")
    enqueue("two")
    record, lease = store.claim(Owner.this_process(), MINUTE)
    assert (record.study, record.state, record.lease) == ("one", "running", lease)
    assert store.study("one").effective_state(datetime.now(UTC)) == "running"
    assert store.claim(Owner.this_process(), MINUTE)[0].study == "two"
    assert store.claim(Owner.this_process(), MINUTE) is None


@pytest.mark.both_databases
def test_the_study_of_a_dead_worker_is_claimed_again(store: Store, enqueue: Callable[..., None]) -> None:
    """The study of a dead worker is claimed first, as often as its retries allow; then it fails, with the reason."""
    enqueue("one")
    enqueue("two")
    for restarts in (0, 1, 2):
        assert store.has_work()
        record, lease = store.claim(AWAY, timedelta(0))
        assert (record.study, record.state, record.restarts, record.lease) == ("one", "running", restarts, lease)
        assert record.max_restarts == 2
    record, lease = store.claim(AWAY, timedelta(0))
    assert (record.study, record.state, lease, record.lease) == ("one", "failed", None, None)
    assert record.failure["kind"] == "lost_worker"
    assert "has died 3 times, the last time process 1 on elsewhere.example" in record.failure["message"]
    assert "modelcat resume one" in record.failure["message"]
    assert store.claim(AWAY, MINUTE)[0].study == "two"
    assert not store.has_work()
    store.requeue("one")
    assert (store.study("one").restarts, store.study("one").failure) == (0, None)
    assert store.claim(AWAY, MINUTE)[0].study == "one"


@pytest.mark.both_databases
def test_what_was_stopped_or_never_queued_is_not_claimed_again(
    store: Store, enqueue: Callable[..., None], make_study: Callable[..., None]
) -> None:
    """A study that a user has run or resumed by hand, or that a living process holds, is not claimed again."""
    make_study("by-hand")
    store.begin("by-hand", AWAY, timedelta(0))
    enqueue("resumed")
    store.claim(AWAY, timedelta(0))
    store.begin("resumed", AWAY, timedelta(0))
    enqueue("asked-to-stop")
    _, lease = store.claim(AWAY, MINUTE)
    store.request_stop("asked-to-stop")
    store.renew("asked-to-stop", lease, timedelta(0))
    enqueue("lives")
    store.claim(AWAY, MINUTE)
    assert not store.has_work()
    assert store.claim(Owner.this_process(), MINUTE) is None


@pytest.mark.both_databases
def test_a_study_is_put_back_at_its_old_place(store: Store, enqueue: Callable[..., None]) -> None:
    """A study is put back, or stopped if a user asked for that or has run it by hand, or it was counted too often."""
    enqueue("one")
    enqueue("two")
    for counted, restarts in ((False, 0), (True, 1), (True, 2), (False, 2)):
        record, lease = store.claim(AWAY, MINUTE)
        assert record.study == "one"
        assert store.put_back("one", lease, counted=counted) == "queued"
        assert (store.study("one").restarts, store.study("one").lease) == (restarts, None)
        assert [waiting.study for waiting in store.queue()] == ["one", "two"]
    _, lease = store.claim(AWAY, MINUTE)
    assert store.put_back("one", lease, counted=True) == "stopped"
    _, lease = store.claim(AWAY, MINUTE)
    store.request_stop("two")
    assert store.put_back("two", lease, counted=False) == "stopped"
    lease = store.begin("two", AWAY, MINUTE)
    assert store.put_back("two", lease, counted=False) == "stopped"
    with pytest.raises(StudyConflictError):
        store.put_back("one", lease, counted=False)


@pytest.mark.both_databases
def test_two_claimers_never_get_one_study(
    store: Store, url: str, enqueue: Callable[..., None], start: Callable[..., Popen[str]]
) -> None:
    """Two processes that empty one queue share it: each study is claimed once."""
    names = {f"study-{number}" for number in range(20)}
    for name in sorted(names):
        enqueue(name)
    claimers = [start(CLAIM, url) for _ in range(2)]
    for claimer in claimers:
        assert claimer.stdout.readline() == "ready\n", claimer.stderr.read()
    claimed = []
    for claimer in claimers:
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    for claimer in claimers:
        out, errors = claimer.communicate(timeout=60)
        assert claimer.returncode == 0, errors
        claimed += out.split()
    assert len(claimed) == len(names)
    assert set(claimed) == names


def test_claiming_skips_rows_that_another_holds_in_postgresql() -> None:
    """In PostgreSQL two claims do not wait for each other."""
    query = select(schema.studies.c.id).where(reading.is_queued()).with_for_update(skip_locked=True)
    assert "FOR UPDATE SKIP LOCKED" in str(query.compile(dialect=postgresql.dialect()))


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_what_stopped_or_failed_goes_back(store: Store, enqueue: Callable[..., None], state: str) -> None:
    """Requeueing forgets the failure and the wish to stop, and may plan more trials."""
    enqueue()
    lease = store.begin("reviews", Owner.this_process(), MINUTE)
    store.request_stop("reviews")
    store.update_study("reviews", lease, failure={"kind": "error", "message": "no"})
    store.release("reviews", lease, state)
    store.requeue("reviews", planned=9)
    study = store.study("reviews")
    assert (study.state, study.failure, study.stop_requested, study.planned) == ("queued", None, None, 9)
    with pytest.raises(StudyConflictError, match=r"queued already, since 20\d\d-"):
        store.requeue("reviews")


@pytest.mark.both_databases
def test_a_finished_study_goes_back_for_more_trials_alone(store: Store, enqueue: Callable[..., None]) -> None:
    """A finished study keeps its results while it waits for more trials, and what they were made from."""
    enqueue()
    leave(store, "reviews", "finished", winner={"arm": "given"}, verdict={"sentence": "it won"})
    for planned in (None, 6):
        with pytest.raises(StudyConflictError, match=r"finished with 6 trials: a larger study\.trials extends it"):
            store.requeue("reviews", planned)
    with pytest.raises(StudyConflictError, match="can only grow"):
        store.requeue("reviews", 5)
    assert store.study("reviews").state == "finished"
    store.requeue("reviews", 8)
    assert store.request_stop("reviews") == "stopped"
    store.requeue("reviews", 10)
    study = store.study("reviews")
    assert (study.state, study.planned, study.verdict) == ("queued", 10, {"sentence": "it won"})
    assert study.winner == {"arm": "given", "planned": 6}


@pytest.mark.both_databases
def test_a_running_or_half_deleted_study_is_not_requeued(
    store: Store, enqueue: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that runs a study is named; one whose deletion was cut short must be deleted to the end."""
    enqueue()
    lease = store.begin("reviews", AWAY, MINUTE)
    with pytest.raises(StudyConflictError, match=r"process 1 on elsewhere\.example"):
        store.requeue("reviews")
    store.release("reviews", lease, "stopped")

    def die(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("runner.store.writing.drop_study", die)
    with pytest.raises(RuntimeError, match="killed"):
        store.delete_study("reviews")
    with store._writer.begin() as connection:  # its process would be gone
        connection.exec_driver_sql("UPDATE modelcat_studies SET lease_pid = 1, lease_started = 1")
    for attempt in (lambda: store.requeue("reviews"), lambda: store.begin("reviews", AWAY, MINUTE)):
        with pytest.raises(StudyConflictError, match="half deleted"):
            attempt()


def test_the_study_of_a_dead_worker_is_requeued(store: Store, enqueue: Callable[..., None]) -> None:
    """A worker that is gone is seen; its study goes back, and nothing more is written under its lease."""
    enqueue()
    old = store.begin("reviews", AWAY, timedelta(0))
    now = datetime.now(UTC)
    assert store.study("reviews").worker_gone(now)
    assert store.study("reviews").effective_state(now) == "stopped"
    store.requeue("reviews")
    assert not store.study("reviews").worker_gone(now)
    with pytest.raises(StudyConflictError, match="nothing was written"):
        store.put_trial("reviews", old, TrialRecord(0, "running", "given", {}))


@pytest.mark.both_databases
def test_a_living_worker_is_asked_to_stop(store: Store, enqueue: Callable[..., None]) -> None:
    """The request is recorded for the study's process, changes nothing else, and is cleared at the next start."""
    enqueue()
    lease = store.begin("reviews", AWAY, MINUTE)
    assert not store.stop_requested("reviews")
    assert store.request_stop("reviews") == "running"
    assert store.stop_requested("reviews")
    assert store.study("reviews").stop_requested is not None
    assert (store.study("reviews").state, store.study("reviews").lease) == ("running", lease)
    store.release("reviews", lease, "stopped")
    store.begin("reviews", AWAY, MINUTE)
    assert not store.stop_requested("reviews")


def test_what_nobody_runs_is_stopped_at_once(store: Store, enqueue: Callable[..., None]) -> None:
    """A waiting study leaves the queue; that of a dead worker is stopped, and its lease is worth nothing any more."""
    enqueue("waits")
    assert store.request_stop("waits") == "stopped"
    assert (store.study("waits").state, store.queue()) == ("stopped", [])
    enqueue("orphan")
    old = store.begin("orphan", AWAY, timedelta(0))
    assert store.request_stop("orphan") == "stopped"
    assert (store.study("orphan").state, store.study("orphan").lease) == ("stopped", None)
    with pytest.raises(StudyConflictError, match="it was released"):
        store.renew("orphan", old, MINUTE)


@pytest.mark.parametrize("state", ["finished", "failed", "stopped"])
def test_what_does_not_run_is_left_as_it_is(store: Store, enqueue: Callable[..., None], state: str) -> None:
    """Stopping what has ended changes nothing and shows how it ended."""
    enqueue()
    leave(store, "reviews", state)
    before = store.study("reviews")
    assert store.request_stop("reviews") == state
    assert store.study("reviews") == before


def test_title_and_notes_need_no_lease(store: Store, lease: Lease) -> None:
    """Title and notes need no lease; blank ones are none; what cannot be stored is replaced."""
    store.set_title("reviews", "Kurze Texte \0\ud800 ✓")
    store.set_notes("reviews", "first\nsecond")
    study = store.study("reviews")
    assert (study.title, study.notes, study.lease) == ("Kurze Texte \ufffd\ufffd ✓", "first\nsecond", lease)
    store.set_title("reviews", "  ")
    store.set_notes("reviews", None)
    assert (store.study("reviews").title, store.study("reviews").notes) == (None, None)
    store.set_title("reviews", "x" * 200)
    store.set_notes("reviews", "x" * 20_000)
    with pytest.raises(InputError, match="201 characters is too long: 200 at most"):
        store.set_title("reviews", "x" * 201)
    with pytest.raises(InputError, match="20,001 characters is too long: 20,000 at most"):
        store.set_notes("reviews", "x" * 20_001)


def test_requests_for_unknown_studies_name_the_nearest(store: Store, enqueue: Callable[..., None]) -> None:
    """No request makes a study, and a typo is answered with the name that was meant."""
    enqueue()
    requests: list[Callable[[], object]] = [
        lambda: store.requeue("review"),
        lambda: store.request_stop("review"),
        lambda: store.set_title("review", "x"),
        lambda: store.set_notes("review", "x"),
        lambda: store.begin("review", AWAY, MINUTE),
    ]
    for request in requests:
        with pytest.raises(UnknownStudyError, match="did you mean 'reviews'"):
            request()
    assert not store.stop_requested("review")


@pytest.mark.both_databases
def test_trials_since_the_last_look(store: Store, lease: Lease, trial: Callable[..., TrialRecord]) -> None:
    """A caller that has read before asks for what is new, and for the trials that were running then."""
    for number in range(6):
        store.put_trial("reviews", lease, trial(number))

    def numbers(**asked: object) -> list[int]:
        return [found.number for found in store.trials("reviews", **asked)]

    assert numbers() == [0, 1, 2, 3, 4, 5]
    assert numbers(after=3) == [4, 5]
    assert numbers(after=3, among={1, 5, 77, -1, 2**70}) == [1, 4, 5]
    assert numbers(after=2**70) == []
    assert numbers(after=2**70, among=range(3)) == [0, 1, 2]


@pytest.mark.both_databases
def test_courses_are_the_values_by_number(
    store: Store, lease: Lease, trial: Callable[..., TrialRecord], enqueue: Callable[..., None]
) -> None:
    """Each study has its complete trials' values in the order in which they were made; one without any has none."""
    enqueue("waits")
    for number, (state, value) in enumerate(
        [("complete", 0.9), ("pruned", 0.2), ("complete", 0.1), ("failed", None), ("complete", 0.5)]
    ):
        store.put_trial("reviews", lease, trial(number, state, value))
    assert store.courses() == {"reviews": (0.9, 0.1, 0.5), "waits": ()}


def test_courses_are_read_from_an_index_alone(store: Store, make_study: Callable[..., None]) -> None:
    """Twenty thousand values are gathered without touching the wide rows that hold them."""
    for number in range(50):
        make_study(f"study-{number}")
    rows = [(1 + i % 50, i // 50, i / 20_000, f'{{"x": "{"y" * 300}"}}') for i in range(20_000)]
    with closing(sqlite3.connect(store.url.path)) as connection, connection:
        connection.executemany(
            "INSERT INTO modelcat_trials (study_id, number, state, origin, params, value, metrics, notes, speed)"
            " VALUES (?1, ?2, 'complete', 'search', ?4, ?3, '{}', '[]', '{}')",
            rows,
        )
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT study_id, number, value FROM modelcat_trials"
            " WHERE state = 'complete' AND value IS NOT NULL"
        ).fetchall()
    assert "COVERING INDEX ix_modelcat_trials_totals" in plan[0][3]
    courses = store.courses()
    assert sum(map(len, courses.values())) == 20_000
    assert list(courses["study-7"]) == sorted(courses["study-7"])


@pytest.mark.both_databases
def test_optunas_own_studies_are_seen(store: Store) -> None:
    """A name that Optuna's tables hold is known without Optuna."""
    import optuna

    optuna.create_study(study_name="theirs", storage=store.optuna_storage())
    assert store.optuna_knows("theirs")
    assert not store.optuna_knows("ours")
