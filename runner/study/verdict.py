"""The result of a study, in one honest sentence and in numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from catalog.contract import Comparison
from catalog.contract.capabilities import ChanceLevel
from catalog.metric import Metric
from catalog.statement import Statement, Value, to_json
from runner.presentation.english import english
from runner.presentation.labels import msgid
from runner.study.early_end import early_end_sentence

__all__ = ["VerdictInput", "verdict_of"]


@dataclass(frozen=True, slots=True)
class VerdictInput:
    """The facts that a verdict is made from.

    Attributes:
        metric: The metric that the study optimizes.
        winner: ``"given"`` or ``"trial/7"``.
        confirmed: Whether fresh seeds were used; else the search's own trainings are compared.
        rival: The best tuned configuration, which may be the winner itself; None if there is none.
        versus_given: `rival` against the given configuration; None if there is nothing to compare.
        versus_baseline: The winner against the baseline; None if there is no baseline.
        trials: Trials that were planned.
        baseline: The baseline's key.
        baseline_failure: Why the baseline has no result; None if it has one, or there is no baseline.
        scores: Mean validation score of each configuration.
        early_end: Why the search ended before it made all trials (`runner.study.early_end`); None if it did not.
        search_scores: Validation score of the single training that each had in the search.
        kept: Validation score of the training whose model is kept; None if it is not known.
        chance: What guessing reaches; None if the plugin does not say.
        above_chance: Whether `kept` is better than `chance` by more than luck; None if `chance` is None.
        passed_over: A configuration with a better mean than the winner's, which does not do better than guessing.
        no_better_on_fresh_seeds: Whether no training on a fresh seed did better than guessing, so that one of the
            search is kept.
        fresh_scores: Mean scores on fresh seeds, if they did not decide.
        made: Number of trials after which the search space had no further configuration; None if all were made.
    """

    metric: Metric
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
    search_scores: Mapping[str, float] = field(default_factory=dict)
    kept: float | None = None
    chance: ChanceLevel | None = None
    above_chance: bool | None = None
    passed_over: str | None = None
    no_better_on_fresh_seeds: bool = False
    fresh_scores: Mapping[str, float] = field(default_factory=dict)
    made: int | None = None


def verdict_of(findings: VerdictInput) -> dict[str, Any]:
    """Return the verdict in the form in which it is stored and printed."""
    given, baseline = findings.versus_given, findings.versus_baseline
    tuned = findings.winner != "given"
    against_baseline = list(_on_baseline(findings))
    warns = baseline is not None and baseline.difference < 0
    ended = early_end_sentence(findings.early_end)
    statements = [
        *_on_chance(findings),
        *(against_baseline if warns else ()),
        *_on_given(findings),
        *_on_scores(findings),
        *_on_space(findings),
        *(() if warns else against_baseline),
        *([] if ended is None else [ended]),
    ]
    return {
        "sentence": " ".join(english(statement) for statement in statements),
        "winner": findings.winner,
        "confirmed": findings.confirmed,
        "beats_given": bool(tuned and given is not None and given.low > 0 and not _is_doubtful(findings)),
        "beats_baseline": None if baseline is None else baseline.low > 0,
        "versus_given": None if given is None else {"of": findings.rival, **asdict(given)},
        "versus_baseline": None if baseline is None else {"of": findings.winner, **asdict(baseline)},
        "scores": findings.scores,
        "search_scores": dict(findings.search_scores),
        "chance": None if findings.chance is None else findings.chance.value,
        "above_chance": findings.above_chance,
        "exhausted": findings.made is not None,
        "statements": [to_json(statement) for statement in statements],
    }


def _on_chance(findings: VerdictInput) -> Iterator[Statement]:
    """Yield first that the kept model has learned nothing, or which configuration was rejected for that."""
    if findings.chance is None or findings.above_chance is None:
        return
    values: dict[str, Value] = {
        "winner": _named(findings.winner),
        "metric": findings.metric.phrase,
        "chance": _value(findings.metric, findings.chance.value),
    }
    if not findings.above_chance and findings.kept is not None:
        yield Statement(
            "{winner}, which is kept, is no better than guessing: its {metric} is {kept}, and guessing reaches "
            "{chance}.",
            {**values, "kept": _value(findings.metric, findings.kept)},
        )
    elif findings.no_better_on_fresh_seeds:
        yield Statement(
            "on fresh seeds no configuration is better than guessing ({metric} {chance}); kept is the model that "
            "{winner} trained in the search.",
            values,
        )
    elif findings.passed_over is not None:
        yield Statement(
            "{other} has a better mean on fresh seeds, but the model that would be kept is no better than guessing "
            "({metric} {chance}): {winner} is kept.",
            {**values, "other": _named(findings.passed_over)},
        )


def _on_scores(findings: VerdictInput) -> Iterator[Statement]:
    """Name the kept training, and distinguish the means over fresh seeds from the single trainings of the search."""
    winner, metric = findings.winner, findings.metric
    if not findings.search_scores:
        return
    other = findings.rival if winner == "given" else "given"
    fresh, single = (_pair(scores, winner, other, metric) for scores in (findings.scores, findings.search_scores))
    if not findings.confirmed:
        if winner != "given" and single is not None:
            yield Statement("{winner} is kept for the best {metric} in the search: {scores}.", single)
        if (fresh := _pair(findings.fresh_scores, winner, other, metric)) is not None:
            yield Statement("average {metric} on fresh seeds: {scores}.", fresh)
        return
    if fresh is None:
        return
    if winner != "given" and findings.passed_over is None:
        yield Statement("{winner} is kept for the best average {metric} on fresh seeds: {scores}.", fresh)
    else:
        yield Statement("average {metric} on fresh seeds: {scores}.", fresh)
    if single is not None:
        yield Statement("single trainings in the search, as the table of trials has them: {scores}.", single)


def _pair(scores: Mapping[str, float], winner: str, other: str | None, metric: Metric) -> dict[str, Value] | None:
    """Return the values of a statement about two configurations' scores; about one if the other has none."""
    if winner not in scores:
        return None
    values: dict[str, Value] = {"winner": _named(winner), "metric": metric.phrase}
    first = {"name": _named(winner), "value": _value(metric, scores[winner])}
    if other is None or other not in scores:
        return {**values, "scores": Statement("{name} {value}", first)}
    second = {"other": _named(other), "other_value": _value(metric, scores[other])}
    return {**values, "scores": Statement("{name} {value}, {other} {other_value}", {**first, **second})}


def _on_space(findings: VerdictInput) -> Iterator[Statement]:
    if findings.made is not None:
        yield Statement(
            "the search ended after {made:count} of {trials:count} trials: its space has no other configuration.",
            {"made": findings.made, "trials": findings.trials},
        )


def _on_given(findings: VerdictInput) -> Iterator[Statement]:
    versus, rival = findings.versus_given, findings.rival
    if versus is None or rival is None:
        yield _alone(findings)
        return
    is_given = findings.winner == "given"
    values: dict[str, Value] = {"rival": _named(rival), **_compared(findings.metric, versus)}
    same = {name: value for name, value in values.items() if name != "apart"}
    if versus.difference == 0 and is_given:
        yield Statement(
            "tuning did not beat the given configuration, which is kept: {rival}, the best rival, has the same "
            "{metric} ({how}).",
            same,
        )
    elif versus.difference == 0:
        yield Statement("{rival} and the given configuration have the same {metric} ({how}).", same)
    elif is_given and versus.difference > 0:
        yield Statement(
            "the given configuration is kept, though {rival} is ahead: its {metric} is {apart} ({how}).", values
        )
    elif is_given:
        yield Statement(
            "tuning did not beat the given configuration, which is kept: the {metric} of the best rival, {rival}, is "
            "{apart} ({how}).",
            values,
        )
    elif versus.difference < 0:
        yield Statement(
            "{rival} is kept, though it is behind the given configuration: its {metric} is {apart} ({how}).", values
        )
    elif _is_doubtful(findings):
        yield Statement("{rival} is ahead of the given configuration: its {metric} is {apart} ({how}).", values)
    elif versus.low > 0:
        yield Statement("{rival} beats the given configuration: its {metric} is {apart} ({how}).", values)
    else:
        yield Statement(
            "tuning did not measurably beat the given configuration: {rival} is ahead, its {metric} is {apart}, but "
            "chance can explain that ({how}).",
            values,
        )
    if not findings.confirmed:
        yield Statement("not confirmed on fresh seeds: a part of it may be luck.")


def _is_doubtful(findings: VerdictInput) -> bool:
    """Return whether a lead means nothing: the kept model is at chance level, or all trainings on fresh seeds are."""
    return findings.above_chance is False or findings.no_better_on_fresh_seeds


def _alone(findings: VerdictInput) -> Statement:
    """Return why there is no configuration to compare the winner with."""
    if findings.winner != "given":
        return Statement(
            "the given configuration could not be trained; {winner} is the best that could.",
            {"winner": _named(findings.winner)},
        )
    if findings.trials == 1 or findings.made == 1:
        return Statement("only the given configuration was tried.")
    return Statement("the given configuration is kept: no other trial came to its end.")


def _on_baseline(findings: VerdictInput) -> Iterator[Statement]:
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
        **_compared(findings.metric, versus),
    }
    if versus.high < 0:
        yield Statement(
            "{winner} loses to the {model} baseline, because its {metric} is {apart} ({how}): use the baseline.",
            values,
        )
        return
    if versus.difference == 0:
        same = {name: value for name, value in values.items() if name != "apart"}
        yield Statement("{winner} and the {model} baseline have the same {metric} ({how}).", same)
        return
    if versus.difference < 0:
        yield Statement(
            "{winner} is behind the {model} baseline: its {metric} is {apart}, which chance can explain ({how}).",
            values,
        )
    elif versus.low > 0:
        yield Statement("{winner} beats the {model} baseline: its {metric} is {apart} ({how}).", values)
    else:
        yield Statement(
            "against the {model} baseline the {metric} of {winner} is {apart}, which chance can explain ({how}).",
            values,
        )


def _named(arm: str) -> Statement:
    if arm == "given":
        return Statement("the given configuration")
    return Statement("trial {number:count}", {"number": int(arm.rpartition("/")[2])})


def _value(metric: Metric, value: float) -> Statement:
    return Statement(f"{{value:{metric.format}}}", {"value": value})


def _compared(metric: Metric, versus: Comparison) -> dict[str, Value]:
    """Return the values of a sentence about a difference: the metric, its size, and its interval.

    The interval has the sign of the sentence: for "0.4 lower" it says how much lower.
    """
    if versus.difference < 0:
        versus = replace(versus, low=-versus.high, high=-versus.low, difference=-versus.difference)
        higher = not metric.maximize
    else:
        higher = metric.maximize
    return {
        "metric": metric.phrase,
        "apart": _apart(metric, versus.difference, higher=higher),
        "how": _interval(metric, versus),
    }


def _apart(metric: Metric, value: float, *, higher: bool) -> Statement:
    """Return how far two values are apart, and in which direction; shares of one are in percentage points."""
    values: dict[str, Value] = {"difference": value}
    match metric.format, higher:
        case "percent", True:
            return Statement("{difference:points} points higher", values)
        case "percent", False:
            return Statement("{difference:points} points lower", values)
        case "seconds", True:
            return Statement("{difference:seconds} longer", values)
        case "seconds", False:
            return Statement("{difference:seconds} shorter", values)
        case _, True:
            return Statement("{difference:number} higher", values)
    return Statement("{difference:number} lower", values)


def _interval(metric: Metric, versus: Comparison) -> Statement:
    values: dict[str, Value] = {"low": versus.low, "high": versus.high, "rows": versus.rows}
    values |= {"seeds": _seeds(versus.seeds)}
    match metric.format:
        case "percent":
            return Statement(
                "95 % interval {low:points} to {high:points}, {seeds}, {rows:count} validation rows", values
            )
        case "seconds":
            return Statement(
                "95 % interval {low:seconds} to {high:seconds}, {seeds}, {rows:count} validation rows", values
            )
    return Statement("95 % interval {low:number} to {high:number}, {seeds}, {rows:count} validation rows", values)


def _seeds(seeds: tuple[int, int]) -> Statement:
    if seeds == (1, 1):
        return Statement("one training each")
    return Statement("{first:count} against {second:count} trainings", {"first": seeds[0], "second": seeds[1]})


_STORED = (
    msgid("{difference:number} of {metric}"),
    msgid("{difference:points} points of {metric}"),
    msgid("{difference:seconds} of {metric}"),
    "against the {model} baseline {winner} differs by {by}, which chance can explain ({how}).",
    "the given configuration is kept, though {rival} is ahead by {by} ({how}).",
    "tuning did not beat the given configuration, which is kept: the best rival, {rival}, is {by} worse ({how}).",
    (
        "tuning did not measurably beat the given configuration: {rival} is ahead by {by}, but chance can explain that "
        "({how})."
    ),
    "{rival} beats the given configuration by {by} ({how}).",
    "{rival} is ahead of the given configuration by {by} ({how}).",
    "{rival} is kept, though it is behind the given configuration by {by} ({how}).",
    "{winner} beats the {model} baseline by {by} ({how}).",
    "{winner} is behind the {model} baseline by {by}, which chance can explain ({how}).",
    "{winner} loses to the {model} baseline by {by} ({how}): use the baseline.",
)
"""Templates that studies of earlier releases have stored in their verdicts, kept so that they stay translated."""
