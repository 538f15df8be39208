"""Optuna's storage for the coordinator of a study: it waits, repeats safely, and checks the lease.

Importing this module imports Optuna.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import Connection, column, event, func, select, table

from catalog.errors import StoreError, UnreachableError, clause
from runner.store import leasing
from runner.store.database_retry import DatabaseRetry
from runner.store.lease import Lease

__all__ = ["SPOILT", "OptunaStorage"]

Kind = TypeVar("Kind")

#: Raised by Optuna and SQLAlchemy if a cell of Optuna's tables holds something that Optuna never wrote there.
SPOILT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError)
#: These raise KeyError if something does not exist, which is no damage.
_LOOKUPS = ("get_study_id_from_name", "get_trial_id_from_study_id_trial_number")


class OptunaStorage(RDBStorage):
    """An `RDBStorage` that can keep trying while the database is locked or unreachable.

    Every call is one transaction. A server that is lost during a commit may have done it or not; calls that set a value
    are then made again, and for the two that count, the database is read first. This relies on the lease: no other
    process writes this study's trials meanwhile.
    """

    def __init__(self, url: str, engine_kwargs: dict[str, Any], retry: DatabaseRetry | None) -> None:
        self._made: dict[int, int] = {}
        self._fence: tuple[str, Lease] | None = None
        self._retry: DatabaseRetry | None = None  # no retries while Optuna's tables are made
        super().__init__(url, engine_kwargs=engine_kwargs)
        self._retry = retry

    def fence(self, study: str, lease: Lease) -> None:
        """From now on refuse all reading and writing, in its own transaction, once `lease` is lost."""
        if self._fence is None:  # else each transaction would be checked once for each call of this method
            event.listen(self.engine, "begin", self._check)
        self._fence = (study, lease)

    def _check(self, connection: Connection) -> None:
        assert self._fence is not None, "nothing is checked before there is a fence"
        leasing.check(connection, *self._fence)

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Wait for nothing inside the block: its calls are part of a transaction that holds the lock."""
        retry, self._retry = self._retry, None
        try:
            yield
        finally:
            self._retry = retry

    def patiently(self, work: Callable[[], Kind], *, lookup: bool = False) -> Kind:
        """Do `work`, a call of ours or of Optuna's, and retry for as long as it takes.

        Args:
            work: One transaction.
            lookup: Whether a KeyError only says that something does not exist.

        Raises:
            StoreError: A row of Optuna's tables is damaged.
        """
        try:
            return work() if self._retry is None else self._retry.keep_trying(work)
        except SPOILT as error:
            if lookup and isinstance(error, KeyError):
                raise
            study = self._fence[0] if self._fence else None
            whose = f" of study {study!r}" if study else ""
            delete = f", or run modelcat delete {study}" if study else ""
            raise StoreError(
                f"what Optuna's tables hold{whose} is damaged: {type(error).__name__}: {clause(str(error)[:200])}. "
                f"Put a copy of the database back{delete}"
            ) from error

    def _create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> FrozenTrial:
        """Make a trial; if the server's answer was lost, check whether the trial was made."""
        lost = False

        def create() -> FrozenTrial:
            nonlocal lost
            if study_id not in self._made:
                self._made[study_id] = self._count(study_id)
            if lost and self._count(study_id) > self._made[study_id]:
                number = self._made[study_id]
                made = RDBStorage.get_trial_id_from_study_id_trial_number(self, study_id, number)
                return RDBStorage.get_trial(self, made)
            try:
                return super(OptunaStorage, self)._create_new_trial(study_id, template_trial)
            except UnreachableError:
                lost = True
                raise

        trial = self.patiently(create)
        self._made[study_id] = trial.number + 1
        return trial

    def set_trial_state_values(self, trial_id: int, state: TrialState, values: Sequence[float] | None = None) -> bool:
        """Set a trial's state; if the server's answer was lost, the state may be set already."""
        lost = False

        def change() -> bool:
            nonlocal lost
            try:
                changed = super(OptunaStorage, self).set_trial_state_values(trial_id, state, values)
            except UnreachableError:
                lost = True
                raise
            except UpdateFinishedTrialError:
                if lost and RDBStorage.get_trial(self, trial_id).state is state:
                    return True
                raise
            return changed or (lost and RDBStorage.get_trial(self, trial_id).state is state)

        return self.patiently(change)

    def _count(self, study_id: int) -> int:
        trials = table("trials", column("study_id"))
        session = self.scoped_session()
        try:
            found = session.scalar(select(func.count()).select_from(trials).where(trials.c.study_id == study_id))
            session.commit()
        finally:
            session.close()
        return found or 0


def _patient(method: Callable[..., Kind]) -> Callable[..., Kind]:
    lookup = method.__name__ in _LOOKUPS

    @wraps(method)
    def call(self: OptunaStorage, *args: Any, **kwargs: Any) -> Kind:
        return self.patiently(lambda: method(self, *args, **kwargs), lookup=lookup)

    return call


for _name in (
    "create_new_study",
    "set_study_user_attr",
    "set_study_system_attr",
    "get_study_id_from_name",
    "get_study_name_from_id",
    "get_study_directions",
    "get_study_user_attrs",
    "get_study_system_attrs",
    "get_all_studies",
    "_set_trial_param",
    "set_trial_intermediate_value",
    "set_trial_user_attr",
    "set_trial_system_attr",
    "get_trial_id_from_study_id_trial_number",
    "get_trial",
    "_get_trials",
    "_get_best_trial_id",
):
    setattr(OptunaStorage, _name, _patient(getattr(RDBStorage, _name)))
