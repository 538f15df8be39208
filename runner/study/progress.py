"""The events of a running study: the command line shows them, the log stores them, tests record them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from catalog.contract import DataSummary, EpochMetrics, Fact
from catalog.errors import ModelcatError
from catalog.metric import Metric
from runner.store.records import TrialRecord

__all__ = ["Listener", "Opened", "Silent", "broadcast"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A study is about to run.

    Attributes:
        study: Its name.
        key: Its model.
        metric: The metric that the study optimizes.
        planned: Trials in all.
        data: What was found in the data.
        trials: Trials that an earlier run has made.
        facts: What the task says about the data.
        notes: What a reader should know: a widened space, recipes left out.
    """

    study: str
    key: str
    metric: Metric
    planned: int
    data: DataSummary
    trials: tuple[TrialRecord, ...]
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()


class Listener(Protocol):
    """Gets the events of a study, in order, on the coordinator's thread: be quick."""

    def opened(self, opened: Opened) -> None:
        """Data and model are ready, the study is in the store."""

    def phase(self, name: str, trainings: int) -> None:
        """A phase begins: preparing, baseline, search, confirmation, test, insights; it may have 0 `trainings`."""

    def started(self, training: str, record: TrialRecord | None) -> None:
        """A training begins; `record` is given if it is a trial of the search."""

    def ticked(self, training: str, progress: float) -> None:
        """A training has done this share of its schedule, 0 to 1."""

    def measured(self, training: str, metrics: EpochMetrics) -> None:
        """A training has been measured on validation."""

    def ended(self, training: str, record: TrialRecord | None, value: float | None) -> None:
        """A training has ended with this value of the study's metric; None if it failed or was pruned."""

    def failed(self, training: str, error: ModelcatError, details: str) -> None:
        """A task has failed; `training` is empty for a task that trains nothing, whose error is raised.

        `details` is a traceback, or the last output of a lost worker; empty for expected errors.
        """

    def retried(self, training: str, error: ModelcatError, details: str, attempt: str) -> None:
        """The process of a task has died; it is tried again, `attempt` is ``1 of 2``. `details` as in `failed`."""

    def note(self, text: str) -> None:
        """A note for the user."""


class Silent(Listener):
    """Ignores all events."""


def broadcast(*listeners: Listener) -> Listener:
    """Return a listener that passes every event on to several, in their order."""
    return cast("Listener", _Broadcast(listeners))


class _Broadcast:
    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners

    def __getattr__(self, event: str) -> Callable[..., None]:
        def pass_on(*arguments: Any) -> None:
            for listener in self._listeners:
                getattr(listener, event)(*arguments)

        return pass_on
