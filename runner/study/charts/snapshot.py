"""The state of a study at one moment, from which its charts are drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from catalog.contract import Evaluation
from runner.store.records import EpochRecord, EvaluationRecord, StudyRecord, TrialRecord

if TYPE_CHECKING:
    from runner.store.store import Store

__all__ = ["MOST_POINTS", "PARTS", "StudySnapshot", "read_snapshot"]

PARTS: Final = frozenset({"epochs", "evaluations", "insights"})
"""What a chart may need in addition to the study and its trials."""
MOST_POINTS: Final = 400
"""Trials of one group that a chart shows."""
_BEST_POINTS = 100
"""Of a larger group, the number of best trials that are always shown; the others are thinned evenly."""


@dataclass(frozen=True)
class StudySnapshot:
    """A study as it was at `now`; derived values are computed once.

    Attributes:
        record: Its row and totals.
        trials: By number, in ascending order.
        epochs: Measurements by training (``"trial/7"``), in ascending order of progress.
        evaluations: Of its models on validation and test.
        insights: What was computed about it, by name.
        now: The moment, in UTC.
    """

    record: StudyRecord
    trials: Mapping[int, TrialRecord]
    epochs: Mapping[str, Sequence[EpochRecord]] = field(default_factory=dict)
    evaluations: Sequence[EvaluationRecord] = ()
    insights: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def maximize(self) -> bool:
        """Whether larger values are better."""
        return self.record.direction == "maximize"

    @property
    def running(self) -> bool:
        """Whether the study is running."""
        return self.record.effective_state(self.now) == "running"

    @cached_property
    def winner(self) -> int | None:
        """The trial of the configuration that the closed study keeps; None before it is closed."""
        number = (self.record.winner or {}).get("trial")
        return number if isinstance(number, int) and number in self.trials else None

    @cached_property
    def best(self) -> int | None:
        """The trial of the winner, else the best complete one so far; None if there is none."""
        if self.winner is not None:
            return self.winner
        return self.record.best.number if self.record.best else None

    @property
    def baseline(self) -> float | None:
        """The baseline's value on validation; None if it has none."""
        value = ((self.record.baseline or {}).get("validation") or {}).get(self.record.metric)
        return float(value) if isinstance(value, int | float) else None

    @cached_property
    def given(self) -> TrialRecord | None:
        """The trial of the given configuration."""
        return next((trial for trial in self.trials.values() if trial.origin == "given"), None)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the tuned parameters, in the order of the search space; then those that only trials have."""
        names = dict.fromkeys(self.record.space)
        names |= dict.fromkeys(chain.from_iterable(trial.params for trial in self.trials.values()))
        return tuple(names)

    @cached_property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """The complete trials that have a value, best first, the earlier first among equal ones."""
        done = [trial for trial in self.trials.values() if trial.state == "complete" and trial.value is not None]
        return tuple(sorted(done, key=lambda trial: (-self.goodness(trial), trial.number)))

    @cached_property
    def groups(self) -> Mapping[str, tuple[TrialRecord, ...]]:
        """The trials that a chart shows: complete ones by origin, the pruned ones, and the failed ones."""
        groups: dict[str, list[TrialRecord]] = {name: [] for name in ("given", "recipe", "search", "pruned", "failed")}
        for trial in self.trials.values():
            if trial.state == "failed":
                groups["failed"].append(trial)
            elif trial.value is not None and trial.state in {"complete", "pruned"}:
                groups[trial.origin if trial.state == "complete" else "pruned"].append(trial)
        return {name: self._thinned(trials) for name, trials in groups.items()}

    @cached_property
    def best_so_far(self) -> tuple[TrialRecord, ...]:
        """Each complete trial that was better than all before it."""
        found: list[TrialRecord] = []
        for trial in self.trials.values():
            complete = trial.state == "complete" and trial.value is not None
            if complete and (not found or self.goodness(trial) > self.goodness(found[-1])):
                found.append(trial)
        return tuple(found)

    def goodness(self, trial: TrialRecord) -> float:
        """Return a trial's value with the sign that makes larger better; minus infinity if it has none."""
        if trial.value is None:
            return float("-inf")
        return trial.value if self.maximize else -trial.value

    def scores(self, trials: Sequence[TrialRecord]) -> tuple[float, ...]:
        """Return how good each of these trials is among them: 0 for the worst, 1 for the best."""
        known = [self.goodness(trial) for trial in trials]
        low, spread = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
        return tuple((one - low) / spread if spread > 0 else 1.0 for one in known)

    def evaluation(self, subject: str, split: str) -> Evaluation | None:
        """Return the evaluation of one model on a split; None if it was not evaluated there."""
        from runner.store.evaluation_records import evaluation_in  # Pydantic is not needed before the first paint

        return evaluation_in(self.evaluations, subject, split)

    def _thinned(self, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
        if len(trials) <= MOST_POINTS:
            return tuple(trials)
        ranked = sorted(trials, key=lambda trial: -self.goodness(trial))
        step = -(-(len(ranked) - _BEST_POINTS) // (MOST_POINTS - _BEST_POINTS))
        kept = (*ranked[:_BEST_POINTS], *ranked[_BEST_POINTS::step])
        return tuple(sorted(kept, key=lambda trial: trial.number))


def read_snapshot(store: "Store", study: str, needs: frozenset[str] = PARTS) -> StudySnapshot:
    """Read a study, its trials, and the `needs` among `PARTS`.

    Raises:
        UnknownStudyError: There is no study of that name; the message names the nearest.
    """
    record = store.study(study)
    epochs: dict[str, list[EpochRecord]] = {}
    for epoch in store.epochs(study) if "epochs" in needs else ():
        epochs.setdefault(epoch.training, []).append(epoch)
    return StudySnapshot(
        record,
        {trial.number: trial for trial in sorted(store.trials(study), key=lambda trial: trial.number)},
        {name: tuple(sorted(found, key=lambda epoch: epoch.progress)) for name, found in epochs.items()},
        tuple(store.evaluations(study)) if "evaluations" in needs else (),
        store.insights(study) if "insights" in needs else {},
    )
