"""Detects a worker that no longer makes progress, by a limit that is learned from its own task."""

from dataclasses import dataclass, field

from runner.engine.messages import Event, Report, Task, Train

__all__ = ["HangDetector", "HangLimits"]


@dataclass(frozen=True, slots=True)
class HangLimits:
    """Seconds without a sign of progress after which a worker counts as hung.

    Attributes:
        first: For a training before its first sign: libraries are imported, models fetched, strings tokenised, graphs
            compiled. Also a minimum until its first measurement.
        floor: Minimum for a training that has given signs.
        factor: For such a training: this many times its longest silence so far.
        silent: For any other task; those give no signs at all.
    """

    first: float = 3600.0
    floor: float = 600.0
    factor: float = 10.0
    silent: float = 6 * 3600.0


@dataclass(slots=True)
class HangDetector:
    """Follows the signs of progress of one task.

    Only the time that its engine has spent waiting counts: a coordinator that was itself delayed, suspended or stopped
    has seen nothing in that time.

    Attributes:
        quiet: Seconds since the last sign.
    """

    task: Task
    hang_limits: HangLimits
    quiet: float = 0.0
    _worked: float = field(default=0.0, init=False)
    _longest: float = field(default=0.0, init=False)
    _begun: bool = field(default=False, init=False)
    _measured: bool = field(default=False, init=False)

    def waited(self, seconds: float) -> None:
        """Count time without a sign."""
        self.quiet += seconds

    def heard(self, event: Event) -> None:
        """Take an event of the task as a sign of progress, and learn from the silence before it."""
        if self._begun:
            self._longest = max(self._longest, self.quiet)
            self._worked += self.quiet
        self._begun = True
        self._measured = self._measured or isinstance(event, Report)
        self.quiet = 0.0

    @property
    def limit(self) -> float:
        """Seconds that the current silence may last.

        Steps do not show how long a measurement on validation takes. Until one was seen, a training may be silent for
        as long as it has worked: validation splits are smaller than training splits. A training that resumes from a
        checkpoint has worked before, for an unknown time, and may measure after its very first step.
        """
        if not isinstance(self.task, Train):
            return self.hang_limits.silent
        if not self._begun:
            return self.hang_limits.first
        learned = max(self.hang_limits.floor, self.hang_limits.factor * self._longest)
        return learned if self._measured else max(learned, self._worked, self.hang_limits.first)

    @property
    def is_overdue(self) -> bool:
        """Whether the silence has lasted too long."""
        return self.quiet > self.limit
