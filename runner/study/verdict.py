"""What a study found, in one honest sentence and in numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from catalog.metric_labels import ClassScope, labelled
from catalog.results import Comparison
from catalog.statement import Statement, Value, english, to_json
from runner.study.early_end import early_end_sentence

__all__ = ["Findings", "verdict_of"]

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
        baseline_failure: Why the baseline has no result; None where it has one, or there is no baseline.
        scores: Mean validation score of each configuration.
        early_end: Why the search ended before it made all trials (`runner.study.early_end`); None where it did not.
        scope: The classes that the metric is of.
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
    baseline_failure: str | None = None
    early_end: Mapping[str, Any] | None = None
    scope: ClassScope = field(default_factory=ClassScope)


def verdict_of(findings: Findings) -> dict[str, Any]:
    """Return the verdict as it is stored and printed."""
    given, baseline = findings.versus_given, findings.versus_baseline
    tuned = findings.winner != "given"
    statements = [labelled(one, findings.scope) for one in (*_on_given(findings), *_on_baseline(findings))]
    if (ended := early_end_sentence(findings.early_end)) is not None:
        statements.append(ended)
    return {
        "sentence": " ".join(english(statement) for statement in statements),
        "winner": findings.winner,
        "confirmed": findings.confirmed,
        "beats_given": bool(tuned and given is not None and given.low > 0),
        "beats_baseline": None if baseline is None else baseline.low > 0,
        "versus_given": None if given is None else {"of": findings.rival, **asdict(given)},
        "versus_baseline": None if baseline is None else {"of": findings.winner, **asdict(baseline)},
        "scores": findings.scores,
        "statements": [to_json(statement) for statement in statements],
    }


def _on_given(findings: Findings) -> Iterator[Statement]:
    versus, rival = findings.versus_given, findings.rival
    if versus is None or rival is None:
        yield _alone(findings)
        return
    values: dict[str, Value] = {"rival": _named(rival), "how": _interval(versus)}
    if versus.difference == 0:
        same = {**values, "metric": versus.metric}
        if findings.winner == "given":
            yield Statement(
                "tuning did not beat the given configuration, which is kept: {rival}, the best rival, has the same "
                "{metric} ({how}).",
                same,
            )
        else:
            yield Statement("{rival} and the given configuration have the same {metric} ({how}).", same)
    elif findings.winner == "given":
        yield Statement(
            "tuning did not beat the given configuration, which is kept: the best rival, {rival}, is {by} worse "
            "({how}).",
            {**values, "by": _amount(versus.metric, -versus.difference)},
        )
    elif versus.low > 0:
        yield Statement(
            "{rival} beats the given configuration by {by} ({how}).",
            {**values, "by": _amount(versus.metric, versus.difference)},
        )
    else:
        yield Statement(
            "tuning did not measurably beat the given configuration: {rival} is ahead by {by}, but chance can explain "
            "that ({how}).",
            {**values, "by": _amount(versus.metric, versus.difference)},
        )
    if not findings.confirmed:
        yield Statement("not confirmed on fresh seeds: a part of it may be luck.")


def _alone(findings: Findings) -> Statement:
    """Tell why there is nothing to compare the winner with."""
    if findings.winner != "given":
        return Statement(
            "the given configuration could not be trained; {winner} is the best that could.",
            {"winner": _named(findings.winner)},
        )
    if findings.trials == 1:
        return Statement("only the given configuration was tried.")
    return Statement("the given configuration is kept: no other trial came to its end.")


def _on_baseline(findings: Findings) -> Iterator[Statement]:
    versus = findings.versus_baseline
    if versus is None and findings.baseline is not None and findings.baseline_failure is not None:
        yield Statement(
            "there is no baseline to compare with, because the {model} baseline failed: {reason}.",
            {"model": findings.baseline.rpartition("/")[2], "reason": findings.baseline_failure.removesuffix(".")},
        )
    if versus is None or findings.baseline is None:
        return
    values: dict[str, Value] = {
        "winner": _named(findings.winner),
        "model": findings.baseline.rpartition("/")[2],
        "how": _interval(versus),
    }
    if versus.high < 0:
        yield Statement(
            "{winner} loses to the {model} baseline by {by} ({how}): use the baseline.",
            {**values, "by": _amount(versus.metric, -versus.difference)},
        )
        return
    if versus.difference == 0:
        same = {**values, "metric": versus.metric}
        yield Statement("{winner} and the {model} baseline have the same {metric} ({how}).", same)
        return
    values["by"] = _amount(versus.metric, versus.difference)
    if versus.low > 0:
        yield Statement("{winner} beats the {model} baseline by {by} ({how}).", values)
    else:
        yield Statement(
            "against the {model} baseline {winner} differs by {by}, which chance can explain ({how}).", values
        )


def _named(arm: str) -> Statement:
    if arm == "given":
        return Statement("the given configuration")
    return Statement("trial {number:count}", {"number": int(arm.rpartition("/")[2])})


def _amount(metric: str, value: float) -> Statement:
    """Tell a difference with its unit: points (of a hundred) for shares of one."""
    if metric in _SHARES:
        return Statement("{difference:points} points of {metric}", {"difference": value, "metric": metric})
    return Statement("{difference:number} of {metric}", {"difference": value, "metric": metric})


def _interval(versus: Comparison) -> Statement:
    values: dict[str, Value] = {"low": versus.low, "high": versus.high, "rows": versus.rows}
    values |= {"seeds": _seeds(versus.seeds)}
    if versus.metric in _SHARES:
        return Statement("95 % interval {low:points} to {high:points}, {seeds}, {rows:count} validation rows", values)
    return Statement("95 % interval {low:number} to {high:number}, {seeds}, {rows:count} validation rows", values)


def _seeds(seeds: tuple[int, int]) -> Statement:
    if seeds == (1, 1):
        return Statement("one training each")
    return Statement("{first:count} against {second:count} trainings", {"first": seeds[0], "second": seeds[1]})
