"""`Store`: the only access to the database."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

from sqlalchemy import Connection

from catalog.errors import StoreError, StudyConflictError, clause
from catalog.study_names import QUEUE_FILES
from runner.store import connections, creation, examination, files, leasing, reading, requests, schema, writing
from runner.store.creation import Condition
from runner.store.damage import id_in
from runner.store.database_retry import SLICE, DatabaseRetry
from runner.store.examination import Examination
from runner.store.failures import explained
from runner.store.records import (
    ConfirmationRecord,
    EpochRecord,
    EvaluationRecord,
    Lease,
    Mode,
    Owner,
    StudyChanges,
    StudyRecord,
    StudyState,
    TrialRecord,
)
from runner.store.url import StorageUrl

if TYPE_CHECKING:  # takes 0.3 s to import, which readers need not pay
    from runner.store.optuna_storage import OptunaStorage

__all__ = ["Store"]

#: How long a deletion may take before another process may continue it, if no one can see whether it still runs.
DELETION_TIME = timedelta(hours=1)


Given = ParamSpec("Given")
Kind = TypeVar("Kind")
_Method = Callable[Concatenate["Store", Given], Kind]


def _patiently(method: _Method[Given, Kind]) -> _Method[Given, Kind]:
    """Make a method, one transaction that may be done twice, try again for as long as the store's `retry` allows."""
    return _trying(method, repeatable=True)


def _once_unlocked(method: _Method[Given, Kind]) -> _Method[Given, Kind]:
    """Make a method wait for locks, but not repeat what a lost server may have done already."""
    return _trying(method, repeatable=False)


def _trying(method: _Method[Given, Kind], *, repeatable: bool) -> _Method[Given, Kind]:
    @wraps(method)
    def call(self: "Store", /, *args: Given.args, **kwargs: Given.kwargs) -> Kind:
        if self.retry is None or self._joined is not None:  # this thread holds the lock: there is nothing to wait for
            return method(self, *args, **kwargs)
        return self.retry.keep_trying(lambda: method(self, *args, **kwargs), repeatable=repeatable)

    return call


class Store:
    """Studies and all that belongs to them, in one database with Optuna's own tables.

    Each call is one short transaction, and may be made from any thread. A call that writes under a lease is refused
    once the lease is lost. Every method raises `StoreError` if the database cannot be used, and `UnreachableError` if a
    database server does not answer.

    Attributes:
        url: Where it is.
        retry: How long calls keep trying while the database is locked or its server is unreachable; None: a call waits
            60 s for a lock, and for nothing else.
    """

    def __init__(self, url: StorageUrl, retry: DatabaseRetry | None = None) -> None:
        self.url = url
        self.retry = retry
        self._busy = SLICE if retry else None
        self._writer = connections.writer_engine(url, busy=self._busy)
        self._reader = connections.reader_engine(url, busy=self._busy)
        self._optuna: OptunaStorage | None = None
        self._joined: tuple[Connection, str, int] | None = None

    @classmethod
    def open(cls, url: str, *, create: bool, retry: DatabaseRetry | None = None) -> "Store":
        """Open the database at `url`; `create` makes a missing one. An older one is upgraded.

        With `retry`, locks are waited for here too; a server that does not answer raises at once, since nothing is lost
        by another call.

        Raises:
            InputError: The URL cannot be used.
            StoreError: There is none and `create` is false; or it is foreign, newer, damaged or not accessible.
        """
        checked = StorageUrl.parse(url)
        if retry is None:
            return cls._open(checked, None, create=create)
        return retry.keep_trying(lambda: cls._open(checked, retry, create=create), repeatable=False)

    @classmethod
    def _open(cls, checked: StorageUrl, retry: DatabaseRetry | None, *, create: bool) -> "Store":
        busy = SLICE if retry else None
        with explained(checked, busy):
            found = creation.condition(checked, busy=busy)
            if found is Condition.ABSENT and not create:
                raise StoreError(f"there is no database at {checked}: the first `modelcat run SPEC` makes one")
            if found is not Condition.CURRENT:  # readers upgrade too, or studies of the last release could not be read
                creation.make(checked, busy=busy)
            return cls(checked, retry)

    @staticmethod
    def is_older(url: str) -> bool:
        """Return whether there is a database of an older modelcat at `url`; raises as `exists`."""
        checked = StorageUrl.parse(url)
        with explained(checked):
            return creation.condition(checked) is Condition.OLDER

    @staticmethod
    def exists(url: str) -> bool:
        """Return whether there is a database of modelcat at `url`; nothing is made.

        Raises:
            InputError: The URL cannot be used.
            StoreError: What is there is foreign, newer, damaged or not accessible.
        """
        checked = StorageUrl.parse(url)
        with explained(checked):
            return creation.condition(checked) is not Condition.ABSENT

    def close(self) -> None:
        """Close all connections."""
        for engine in (self._writer, self._reader, *([self._optuna.engine] if self._optuna else [])):
            engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def hurry(self, longest: float = 0.0) -> None:
        """From now on retry for `longest` seconds at most, also in Optuna's part: a process that ends has no time."""
        if self.retry is not None:
            self.retry.longest = min(longest, self.retry.longest)

    def examine(self) -> Examination:
        """Check the database itself; large files take seconds for each 100 MB."""
        with self._reading() as connection:
            return examination.examine(connection)

    # Optuna

    def optuna_storage(self, study: str | None = None, lease: Lease | None = None) -> "OptunaStorage":
        """Return Optuna's part of the database, for `optuna.create_study(storage=...)`. Its `url` holds the password.

        Put calls to it inside `explained()`.

        Args:
            study: Name of the only study that it is used for.
            lease: Of that study: once it is lost, every call raises StudyConflictError and writes nothing.
        """
        if self._optuna is None:
            with self.explained():
                self._optuna = creation.optuna_storage(self.url, busy=self._busy, retry=self.retry)
        if study is not None and lease is not None:
            self._optuna.fence(study, lease)
        return self._optuna

    def explained(self) -> AbstractContextManager[None]:
        """Turn database errors that Optuna raises inside the block into ours."""
        return explained(self.url, self._busy)

    # Studies

    @_once_unlocked
    def create_study(  # noqa: PLR0913 -- a study has this many facts
        self,
        study: str,
        *,
        key: str,
        mode: Mode,
        spec: Mapping[str, Any],
        base: str,
        space: Mapping[str, Any],
        data: Mapping[str, Any],
        metric: str,
        direction: str,
        planned: int,
        versions: Mapping[str, Any],
        metrics: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Make a study, queued and not run by any process. Fields as in `StudyRecord`.

        Raises:
            StudyConflictError: There is already one of that name.
        """
        values = {name: value for name, value in locals().items() if name != "self"}
        with self.explained(), self._writer.begin() as connection:
            writing.create_study(connection, values)

    @_patiently
    def update_study(self, study: str, lease: Lease, **changes: Unpack[StudyChanges]) -> None:
        """Set fields of a study.

        Raises:
            StudyConflictError: The lease is lost.
            TypeError: A field is fixed, or does not exist.
        """
        with self._writing(study, lease) as (connection, study_id):
            writing.change_study(connection, study_id, changes)

    def delete_study(self, study: str, root: Path | None = None) -> None:
        """Delete a study: Optuna's part, its files below `root`, the folder of all studies, and last our rows.

        A study with a damaged record can be deleted too; of one without a readable name, such as ``#7``, only our rows.

        An interrupted deletion leaves the study, failed and not resumable; deleting it again finishes it.

        Raises:
            UnknownStudyError: There is none of that name.
            StudyConflictError: It is running.
            InputError: Its name would have files outside `root` removed; nothing is removed.
            StoreError: Its files cannot be removed; the message says which, and why.
        """
        with self._reading() as connection:
            found = reading.study_id(connection, study)
        if found == id_in(study):  # without a name, neither its files nor Optuna's part can be found
            with self._requesting() as connection:
                writing.drop_study(connection, found)
            return
        # A study of such a name was queued by an older version and never ran: it has no files.
        folder = None if root is None or study in QUEUE_FILES else files.study_folder(root, study)
        with self.explained(), self._writer.begin() as connection:
            lease = leasing.acquire(connection, study, Owner.this_process(), DELETION_TIME)
            study_id = leasing.fence(connection, study, lease)
            failure = {"kind": leasing.DELETED, "message": "its deletion was cut short: delete it again to finish that"}
            writing.change_study(connection, study_id, {"state": "failed", "failure": failure})
        with self._requesting() as connection:
            writing.drop_optuna_study(connection, study)
        if folder is not None:
            try:
                files.remove_tree(folder)
            except OSError as error:
                raise StoreError(
                    f"the files of study {study!r} cannot be removed: {error.filename or folder}: "
                    f"{clause(error.strerror)}. Mend that, and delete the study again"
                ) from error
        with self._writing(study, lease) as (connection, study_id):
            writing.drop_study(connection, study_id)

    # Leases

    @_once_unlocked
    def acquire(self, study: str, owner: Owner, ttl: timedelta, *, takeover: bool = False) -> Lease:
        """Take the lease of a study for `ttl`, if no living process holds it.

        Raises:
            UnknownStudyError: There is none of that name.
            StudyConflictError: A process runs it; the message says which, and since when. `takeover` takes the lease
                even from another host; a process on this host must be stopped.
        """
        with self._taking(study, ttl) as connection:
            return leasing.acquire(connection, study, owner, ttl, takeover=takeover)

    @_once_unlocked
    def begin(self, study: str, owner: Owner, ttl: timedelta, *, takeover: bool = False) -> Lease:
        """Take the lease of a study and mark it as running, in one step; an earlier request to stop is cleared.

        The study leaves the queue: a worker does not take it up again.

        Raises:
            UnknownStudyError: There is none of that name.
            StudyConflictError: A process runs it; the message says which, and since when. Or it is half deleted.
                `takeover` as for `acquire`.
        """
        with self._taking(study, ttl) as connection:
            return leasing.begin(connection, study, owner, ttl, takeover=takeover)

    @_once_unlocked
    def claim(self, owner: Owner, ttl: timedelta) -> tuple[StudyRecord, Lease | None] | None:
        """Take the study that was queued first and that no process runs; return None if there is none.

        It waits, or the process that ran it has died: then it is taken up again, and its `restarts` counts that. After
        `max_restarts` of these it has failed instead, and is returned without a lease. No two callers ever get the same
        study.
        """
        with self._requesting() as connection:
            return requests.claim(connection, owner, ttl)

    @_patiently
    def renew(self, study: str, lease: Lease, ttl: timedelta) -> Lease:
        """Extend the lease to `ttl` from now; the old lease remains valid for writing.

        Raises:
            StudyConflictError: The lease is lost.
        """
        with self.explained(), self._writer.begin() as connection:
            return leasing.renew(connection, study, lease, ttl)

    @_patiently
    def release(self, study: str, lease: Lease, state: StudyState) -> None:
        """Release the lease and leave the study in `state`.

        Raises:
            StudyConflictError: The lease is lost.
        """
        with self.explained(), self._writer.begin() as connection:
            leasing.release(connection, study, lease, state)

    @_patiently
    def put_back(self, study: str, lease: Lease, *, counted: bool) -> StudyState:
        """Release the lease and leave the study in the queue; return the state in which it was left.

        It is stopped instead if a user has asked for that or has run it without the queue, or, if this is `counted`,
        after `max_restarts` times.

        Raises:
            StudyConflictError: The lease is lost.
        """
        with self.explained(), self._writer.begin() as connection:
            return requests.put_back(connection, study, lease, counted=counted)

    # Requests: any process may write these, without the lease. UnknownStudyError names the nearest existing study.

    @_once_unlocked
    def enqueue(  # noqa: PLR0913 -- a study has this many facts
        self,
        study: str,
        *,
        key: str,
        mode: Mode,
        spec: Mapping[str, Any],
        base: str,
        metric: str,
        direction: str,
        planned: int,
        versions: Mapping[str, Any],
        metrics: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Make a study that waits in the queue and is not yet prepared: `space` and `data` are empty.

        Raises:
            StudyConflictError: There is already one of that name.
        """
        values = {name: value for name, value in locals().items() if name != "self"}
        with self._requesting() as connection:
            requests.enqueue(connection, values)

    @_once_unlocked
    def requeue(self, study: str, planned: int | None = None) -> None:
        """Put a study back into the queue: one that stopped or failed, or a finished one that gets more trials.

        Args:
            study: Its name.
            planned: Trials in all; as many as before if left out.

        Raises:
            StudyConflictError: It is running, queued already, half deleted, or has nothing left to do.
        """
        with self._requesting() as connection:
            requests.requeue(connection, study, planned)

    @_patiently
    def request_stop(self, study: str) -> StudyState:
        """Ask that a study stop, and return the state to show from then on.

        The process that runs it sees the request within seconds and ends; a study that waits, or whose worker is gone,
        is stopped at once; any other stays as it is.
        """
        with self._requesting() as connection:
            return requests.stop(connection, study)

    @_patiently
    def set_title(self, study: str, title: str | None) -> None:
        """Give a study a title, which is shown instead of its name; None or a blank title removes it.

        Raises:
            InputError: It is longer than 200 characters.
        """
        title = requests.prose("a title", title, requests.LONGEST_TITLE)
        with self._requesting() as connection:
            requests.set_prose(connection, study, "title", title)

    @_patiently
    def set_notes(self, study: str, notes: str | None) -> None:
        """Write a person's notes on a study; None or blank notes remove them.

        Raises:
            InputError: They are longer than 20,000 characters.
        """
        notes = requests.prose("a note", notes, requests.LONGEST_NOTES)
        with self._requesting() as connection:
            requests.set_prose(connection, study, "notes", notes)

    @contextmanager
    def together(self, study: str, lease: Lease) -> Iterator[None]:
        """Make one transaction of all that this thread writes for a study inside the block, through Optuna too.

        Reads inside the block see what was written. If the block raises, nothing of it is written. A server that is
        lost during the commit would leave all of it in doubt, and the decisions behind it cannot be repeated: on a
        server, each call therefore stays a transaction of its own, which can be repeated.

        Raises:
            StudyConflictError: The lease is lost.
        """
        if not self.url.path:
            yield
            return
        with self.explained(), ExitStack() as stack:
            connection = self._when_unlocked(lambda: stack.enter_context(self._writer.begin()))
            with self._optuna_on(connection):
                self._joined = (connection, study, leasing.fence(connection, study, lease))
                try:
                    yield
                finally:
                    self._joined = None
            # The block's decisions cannot be repeated, but its commit can: it stays open while a reader is in the way.
            self._when_unlocked(lambda: connection.exec_driver_sql("COMMIT"))

    # What belongs to a study: each method replaces the record with the same key, and raises StudyConflictError if the
    # lease is lost.

    @_patiently
    def put_trial(self, study: str, lease: Lease, trial: TrialRecord) -> None:
        """Write a trial; its number is the key."""
        with self._writing(study, lease) as (connection, study_id):
            writing.put(connection, study_id, schema.trials, trial)

    @_patiently
    def put_epoch(self, study: str, lease: Lease, epoch: EpochRecord) -> None:
        """Write a measurement; training and progress are its key.

        Measurements at a later point of the same training are removed: they come from an earlier try, which died, and
        this try resumed from a checkpoint before them, or started again. So nothing is lost and nothing is stored
        twice.
        """
        with self._writing(study, lease) as (connection, study_id):
            writing.put_epoch(connection, study_id, epoch)

    @_patiently
    def clear_training(self, study: str, lease: Lease, training: str, *, measurements: bool = True) -> None:
        """Remove the evaluations of an earlier try of a training; with `measurements`, its measurements too."""
        with self._writing(study, lease) as (connection, study_id):
            writing.clear_training(connection, study_id, training, measurements=measurements)

    @_patiently
    def extend(self, study: str, lease: Lease, planned: int) -> None:
        """Give a finished study more trials: verdict, confirmations, insights and evaluations on test are removed.

        All in one transaction, so that no crash leaves half of it. Its trials and its model stay.
        """
        with self._writing(study, lease) as (connection, study_id):
            writing.clear_results(connection, study_id)
            writing.change_study(connection, study_id, {"state": "running", "failure": None, "planned": planned})

    @_patiently
    def put_confirmation(self, study: str, lease: Lease, confirmation: ConfirmationRecord) -> None:
        """Write a confirmation training; arm and seed are its key."""
        with self._writing(study, lease) as (connection, study_id):
            writing.put(connection, study_id, schema.confirmations, confirmation)

    @_patiently
    def put_evaluation(self, study: str, lease: Lease, evaluation: EvaluationRecord) -> None:
        """Write an evaluation; subject and split are its key."""
        with self._writing(study, lease) as (connection, study_id):
            writing.put(connection, study_id, schema.evaluations, evaluation)

    @_patiently
    def put_insight(self, study: str, lease: Lease, name: str, content: Any) -> None:
        """Write an insight into a study; `name` is its key, `content` is JSON."""
        with self._writing(study, lease) as (connection, study_id):
            writing.put_insight(connection, study_id, name, content)

    # Reading: nothing here can change the database. UnknownStudyError names the nearest existing study.

    @_patiently
    def study(self, name: str, *, damaged: bool = False) -> StudyRecord:
        """Return one study; with `damaged`, also return one whose record is damaged, as `studies` does.

        Raises:
            StoreError: Its record is damaged; the message names the field and says what to do.
        """
        with self._reading() as connection:
            record = reading.studies(connection, only=reading.study_id(connection, name))[0]
        if not damaged:
            record.refuse_damage()
        return record

    @_patiently
    def studies(self) -> list[StudyRecord]:
        """Return all studies, oldest first."""
        with self._reading() as connection:
            return reading.studies(connection)

    @_patiently
    def optuna_knows(self, study: str) -> bool:
        """Return whether Optuna's tables hold a study of that name, ours or another program's."""
        with self._reading() as connection:
            return reading.optuna_knows(connection, study)

    @_patiently
    def queue(self) -> list[StudyRecord]:
        """Return the studies that wait to run, longest waiting first."""
        with self._reading() as connection:
            return reading.queue(connection)

    @_patiently
    def has_work(self) -> bool:
        """Return whether `claim` would find a study."""
        with self._reading() as connection:
            waiting = reading.unfinished_of_queue(connection, leasing.now(connection))
            return any(not reading.is_damaged(connection, study_id) for study_id in waiting)

    def stop_requested(self, study: str) -> bool:
        """Return whether a user has asked to stop a study since it began to run; False if the study is gone."""
        with self._reading() as connection:
            return reading.stop_requested(connection, study)

    @_patiently
    def courses(self, *, among: Collection[str] | None = None) -> dict[str, tuple[float, ...]]:
        """Return the values of the complete trials of every study, or of those named, by number of the trial.

        Fast enough to call every second; names that no study has are left out.
        """
        with self._reading() as connection:
            return reading.courses(connection, among)

    @_patiently
    def trials(self, study: str, *, after: int = -1, among: Collection[int] = ()) -> list[TrialRecord]:
        """Return trials of a study by number: all, or only those that a repeated read needs.

        Args:
            study: Its name.
            after: Leave out the trials up to this number...
            among: ...except these, such as those that were running at the last read.
        """
        with self._reading() as connection:
            return reading.trials(connection, study, after, among)

    @_patiently
    def trial(self, study: str, number: int) -> TrialRecord:
        """Return one trial; UnknownStudyError names the range of numbers if there is no such trial."""
        with self._reading() as connection:
            return reading.trial(connection, study, number)

    @_patiently
    def epochs(self, study: str, training: str | None = None) -> list[EpochRecord]:
        """Return the measurements of one training, or of all, in the order in which they were made."""
        with self._reading() as connection:
            return reading.epochs(connection, study, training)

    @_patiently
    def confirmations(self, study: str) -> list[ConfirmationRecord]:
        """Return the confirmation trainings by arm and seed."""
        with self._reading() as connection:
            return reading.confirmations(connection, study)

    @_patiently
    def evaluations(self, study: str) -> list[EvaluationRecord]:
        """Return the evaluations by subject and split."""
        with self._reading() as connection:
            return reading.evaluations(connection, study)

    @_patiently
    def insights(self, study: str) -> dict[str, Any]:
        """Return the insights into a study, by name."""
        with self._reading() as connection:
            return reading.insights(connection, study)

    def _when_unlocked(self, work: Callable[[], Kind]) -> Kind:
        """Run a call that changes nothing if the database is locked, as soon as the lock is free."""

        def attempt() -> Kind:
            with self.explained():
                return work()

        return attempt() if self.retry is None else self.retry.keep_trying(attempt)

    @contextmanager
    def _optuna_on(self, connection: Connection) -> Iterator[None]:
        """Let Optuna work on our connection: its commits are then only flushes."""
        if self._optuna is None:
            yield
            return
        sessions, engine = self._optuna.scoped_session, self._optuna.engine
        sessions.remove()
        sessions.configure(bind=connection)
        try:
            with self._optuna.impatient():
                yield
        finally:
            sessions.remove()
            sessions.configure(bind=engine)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._joined is not None:
            yield self._joined[0]
            return
        with self.explained(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _requesting(self) -> Iterator[Connection]:
        with self.explained(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _taking(self, study: str, ttl: timedelta) -> Iterator[Connection]:
        try:
            with self._requesting() as connection:
                reading.study_id(connection, study)
                leasing.refuse_half_deleted(connection, study)
                yield connection
        except StudyConflictError:
            with self._requesting() as connection:
                leasing.cap(connection, study, ttl)
            raise

    @contextmanager
    def _writing(self, study: str, lease: Lease) -> Iterator[tuple[Connection, int]]:
        if self._joined is not None and self._joined[1] == study:
            yield self._joined[0], self._joined[2]
            return
        with self.explained(), self._writer.begin() as connection:
            yield connection, leasing.fence(connection, study, lease)
