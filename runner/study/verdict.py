"""What a study found, in one honest sentence and in numbers."""

from dataclasses import asdict, dataclass
from typing import Any

from catalog.results import Comparison

__all__ = ["Findings", "amount", "verdict_of"]

#: Metrics that are shares of one, and read best in per cent and points.
_SHARES = frozenset({"accuracy", "precision", "recall", "f1", "macro_f1"})


@dataclass(frozen=True, slots=True)
class Findings:
    """What a verdict rests on.

    Attributes:
        metric: What was tuned for.
        winner: ``"given"`` or ``"trial/7"``.
        confirmed: Whether fresh seeds were used; else the search's own trainings are compared.
        rival: The best tuned configuration, the winner itself where that is a tuned one; None if there is none.
        versus_given: `rival` against the given configuration; None where there is nothing to compare.
        versus_baseline: The winner against the baseline; None where there is no baseline.
        trials: Trials that were planned.
        baseline: The baseline's key.
        scores: Mean validation score of each configuration.
    """

    metric: str
    winner: str
    confirmed: bool
    rival: str | None
    versus_given: Comparison | None
    versus_baseline: Comparison | None
    trials: int
    baseline: str | None
    scores: dict[str, float]


def verdict_of(findings: Findings) -> dict[str, Any]:
    """Return the verdict as it is stored and printed."""
    given, baseline = findings.versus_given, findings.versus_baseline
    tuned = findings.winner != "given"
    return {
        "sentence": f"{_on_given(findings)} {_on_baseline(findings)}".strip(),
        "winner": findings.winner,
        "confirmed": findings.confirmed,
        "beats_given": bool(tuned and given is not None and given.low > 0),
        "beats_baseline": None if baseline is None else baseline.low > 0,
        "versus_given": None if given is None else {"of": findings.rival, **asdict(given)},
        "versus_baseline": None if baseline is None else {"of": findings.winner, **asdict(baseline)},
        "scores": findings.scores,
    }


def amount(metric: str, value: float) -> str:
    """Show a difference of a metric with its unit: points (of a hundred) for shares of one."""
    return f"{value * 100:.1f} points of {metric}" if metric in _SHARES else f"{value:.4f} of {metric}"


def _on_given(findings: Findings) -> str:
    versus, rival = findings.versus_given, findings.rival
    if versus is None or rival is None:
        return _alone(findings)
    name, how = _named(rival), _interval(versus)
    seeds = "" if findings.confirmed else " Not confirmed on fresh seeds: a part of it may be luck."
    if findings.winner == "given":
        return (
            f"Tuning did not beat the given configuration, which is kept: the best rival, {name}, is "
            f"{amount(findings.metric, -versus.difference)} worse ({how}).{seeds}"
        )
    if versus.low > 0:
        return (
            f"{name.capitalize()} beats the given configuration by {amount(findings.metric, versus.difference)} "
            f"({how}).{seeds}"
        )
    return (
        f"Tuning did not measurably beat the given configuration: {name} is ahead by "
        f"{amount(findings.metric, versus.difference)}, but chance can explain that ({how}).{seeds}"
    )


def _alone(findings: Findings) -> str:
    """Tell why there is nothing to compare the winner with."""
    if findings.winner != "given":
        return f"The given configuration could not be trained; {_named(findings.winner)} is the best that could."
    if findings.trials == 1:
        return "Only the given configuration was tried."
    return "The given configuration is kept: no other trial came to its end."


def _on_baseline(findings: Findings) -> str:
    versus = findings.versus_baseline
    if versus is None or findings.baseline is None:
        return ""
    winner, model = _named(findings.winner), findings.baseline.rpartition("/")[2]
    how = _interval(versus)
    if versus.low > 0:
        return (
            f"{winner.capitalize()} beats the {model} baseline by {amount(findings.metric, versus.difference)} ({how})."
        )
    if versus.high < 0:
        return (
            f"{winner.capitalize()} loses to the {model} baseline by {amount(findings.metric, -versus.difference)} "
            f"({how}): use the baseline."
        )
    return (
        f"Against the {model} baseline {winner} differs by {amount(findings.metric, versus.difference)}, "
        f"which chance can explain ({how})."
    )


def _named(arm: str) -> str:
    return "the given configuration" if arm == "given" else arm.replace("/", " ")


def _interval(versus: Comparison) -> str:
    scale = 100 if versus.metric in _SHARES else 1
    digits = 1 if scale == 100 else 4
    seeds = f"{versus.seeds[0]} against {versus.seeds[1]} trainings" if versus.seeds != (1, 1) else "one training each"
    low, high = (f"{value * scale:.{digits}f}" for value in (versus.low, versus.high))
    return f"95 % interval {low} to {high}, {seeds}, {versus.rows:,} validation rows"
