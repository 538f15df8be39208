"""Insights into a closed study: which examples changed sides, what the model relies on, which parameters mattered.

The verdict does not depend on them, so none of them can make a study fail: one that cannot be computed is reported, and
stored as ``{"failure": ...}``. An insight that the store holds already is not computed again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from catalog.contract import Direction
from catalog.contract.capabilities import FindsChanges
from catalog.environment import is_environmental
from catalog.errors import ModelcatError, StoppedError, StoreError, StudyConflictError
from runner.engine.messages import FindChanges, Interpret, WriteExamples
from runner.study.importance import importance_of
from runner.study.session import Session
from runner.study.task_loop import run_task
from runner.study.winner import compare

__all__ = ["gather_insights"]

#: The most examples that are kept of those that two models label differently.
_FLIPS = 40
#: Share of the study's work time that the explanation may take, and its bounds in seconds.
_SHARE, _SHORTEST, _LONGEST = 0.05, 3.0, 120.0


def gather_insights(session: Session) -> None:
    """Compute the insights that are still missing, and write them into the store."""
    known = session.store.insights(session.study)
    session.listener.phase("insights", 0)
    wanted: dict[str, Callable[[], Mapping[str, Any] | None]] = {
        "examples": lambda: _write_examples(session),
        "importance": lambda: _importance(session),
        "flips/given": lambda: _flips(session, "given"),
        "flips/baseline": lambda: _flips(session, "baseline"),
        "interpretation": lambda: _interpretation(session),
    }
    for name, find in wanted.items():
        if name not in known and (content := _attempt(session, name, find)) is not None:
            session.store.put_insight(session.study, session.lease, name, content)
    session.update()  # the time of this is work time too


def _attempt(session: Session, name: str, find: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    try:
        return find()
    except (StoppedError, StoreError, StudyConflictError):
        raise  # a request to stop, or the lease or the database is lost
    except (ModelcatError, OSError) as error:
        if is_environmental(error):
            raise  # computed when the study is resumed
        kind, reason = (error.kind, error.message) if isinstance(error, ModelcatError) else ("error", str(error))
        session.listener.note(f"{name} could not be found out: {reason}")
        return {"failure": {"kind": kind, "reason": reason}}


def _write_examples(session: Session) -> None:
    """Keep the examples of each evaluated split next to the predictions, for browsing."""
    for split in ("validation", "test"):
        path = session.folders.root / "examples" / f"{split}.parquet"
        if not path.exists():
            run_task(session, WriteExamples(session.setup(), split, path))


def _flips(session: Session, other: str) -> dict[str, Any] | None:
    """Compare the winner with another model on test; None if there is none, or if the task cannot compare answers."""
    if not isinstance(session.request.task, FindsChanges):
        return None
    predictions = {
        found.subject: found.predictions for found in session.store.evaluations(session.study) if found.split == "test"
    }
    first, second = predictions.get("winner"), predictions.get(other)
    if not first or not second:
        return None
    comparison = compare(session, [first], [second])
    ours, theirs = map(session.folders.absolute, (first, second))
    flips: Sequence[Any] = run_task(session, FindChanges(session.setup(), "test", ours, theirs, _FLIPS))
    return {
        "split": "test",
        "first": "winner",
        "second": other,
        "comparison": asdict(comparison),
        "flips": list(flips),
    }


def _interpretation(session: Session) -> dict[str, Any] | None:
    seconds = min(_LONGEST, max(_SHORTEST, _SHARE * session.seconds))
    found: dict[str, Any] | None = run_task(session, Interpret(session.setup(), session.folders.model, seconds))
    return found


def _importance(session: Session) -> dict[str, Any] | None:
    trials = [trial for trial in session.store.trials(session.study) if trial.state == "complete"]
    maximize = session.request.direction is Direction.MAXIMIZE
    points = [(dict(trial.params), trial.value) for trial in trials if trial.value is not None]
    space = session.store.study(session.study).space
    return importance_of(points, space, maximize=maximize, meanwhile=session.heartbeat)
