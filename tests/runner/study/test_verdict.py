"""The verdict's sentence says what the numbers allow, and no more."""

from dataclasses import replace

import pytest

from catalog.contract import Comparison
from catalog.contract.capabilities import ChanceLevel
from catalog.metric import Direction, unknown_metric
from catalog.statement import Statement, from_json
from plugins.classification.evaluation import METRICS
from runner.presentation.language import Language
from runner.study.verdict import VerdictInput, verdict_of


def compared(difference, low, high, metric="accuracy", seeds=(3, 3)):
    """Return a comparison."""
    return Comparison(metric, difference, low, high, 1000, seeds)


BETTER = VerdictInput(
    metric=METRICS["accuracy"],
    winner="trial/7",
    confirmed=True,
    rival="trial/7",
    versus_given=compared(0.008, 0.002, 0.014),
    versus_baseline=compared(0.019, 0.010, 0.028, seeds=(3, 1)),
    trials=20,
    baseline="nlp/text-classification/linear",
    scores={"given": 0.9, "trial/7": 0.908},
)


def test_a_clear_winner():
    """Both differences are given in points with their intervals."""
    verdict = verdict_of(BETTER)
    assert verdict["sentence"] == (
        "Trial 7 beats the given configuration: its accuracy is 0.8 points higher (95 % interval 0.2 to 1.4, 3 against "
        "3 trainings, 1,000 validation rows). Trial 7 beats the linear baseline: its accuracy is 1.9 points higher "
        "(95 % interval 1.0 to 2.8, 3 against 1 trainings, 1,000 validation rows)."
    )
    assert verdict["beats_given"] is True
    assert verdict["beats_baseline"] is True


def test_a_difference_that_chance_explains_is_no_victory():
    """If the interval holds zero, tuning did not measurably win."""
    verdict = verdict_of(replace(BETTER, versus_given=compared(0.003, -0.004, 0.01)))
    assert verdict["sentence"].startswith("Tuning did not measurably beat the given configuration: trial 7 is ahead")
    assert verdict["beats_given"] is False


def test_the_given_configuration_can_win():
    """If no rival has a better mean, the given configuration is kept, and that is said first."""
    verdict = verdict_of(replace(BETTER, winner="given", versus_given=compared(-0.004, -0.01, 0.002)))
    assert verdict["sentence"].startswith("Tuning did not beat the given configuration, which is kept")
    lower = "the accuracy of the best rival, trial 7, is 0.4 points lower (95 % interval -0.2 to 1.0"
    assert lower in verdict["sentence"]
    assert verdict["beats_given"] is False


@pytest.mark.parametrize("winner", ["given", "trial/7"])
def test_an_exact_tie_is_called_one(winner):
    """Two that are equal are called equal, without a difference of nothing and without a sign before zero."""
    tie = compared(-0.0, -0.0, 0.0)
    verdict = verdict_of(replace(BETTER, winner=winner, versus_given=tie, versus_baseline=tie))
    assert "have the same accuracy (95 % interval 0.0 to 0.0" in verdict["sentence"]
    assert "-0.0" not in verdict["sentence"]
    assert "worse" not in verdict["sentence"]
    assert (verdict["beats_given"], verdict["beats_baseline"]) == (False, False)
    kept = "Tuning did not beat the given configuration, which is kept: trial 7, the best rival, has the same accuracy"
    assert verdict["sentence"].startswith(kept) == (winner == "given")


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
def test_a_zero_has_no_sign(metric):
    """A value that rounds to zero from below is shown as zero."""
    verdict = verdict_of(replace(BETTER, metric=METRICS[metric], versus_given=compared(0.0001, -0.0, 0.002, metric)))
    assert "-0" not in verdict["sentence"].partition(")")[0]


def test_losing_to_the_baseline_is_said_plainly():
    """For a model below the bag of words the advice is to drop it."""
    verdict = verdict_of(replace(BETTER, versus_baseline=compared(-0.05, -0.07, -0.03)))
    assert (
        "loses to the linear baseline, because its accuracy is 5.0 points lower (95 % interval 3.0 to 7.0"
        in verdict["sentence"]
    )
    assert "use the baseline" in verdict["sentence"]
    assert verdict["beats_baseline"] is False


def test_a_tie_with_the_baseline_is_a_tie():
    """A difference whose interval holds zero is a tie with the baseline."""
    verdict = verdict_of(replace(BETTER, versus_baseline=compared(0.001, -0.01, 0.012)))
    assert "chance can explain" in verdict["sentence"]
    assert verdict["beats_baseline"] is False


def test_unconfirmed_findings_are_called_so():
    """A search without fresh seeds does not claim more than it knows."""
    verdict = verdict_of(replace(BETTER, confirmed=False, versus_given=compared(0.01, 0.001, 0.02, seeds=(1, 1))))
    assert "Not confirmed on fresh seeds" in verdict["sentence"]
    assert "one training each" in verdict["sentence"]


def test_losses_are_told_without_points():
    """Losses are shown without points, since a log loss is no share of a hundred."""
    finding = replace(BETTER, metric=METRICS["log_loss"], versus_given=compared(0.0123, 0.001, 0.02, "log_loss"))
    assert "its log loss is 0.0123 lower (95 % interval 0.001 to 0.02" in verdict_of(finding)["sentence"]


@pytest.mark.parametrize("missing", ["versus_given", "versus_baseline"])
def test_what_was_not_compared_is_null(missing):
    """Without a comparison the verdict makes no claim."""
    verdict = verdict_of(replace(BETTER, **{missing: None}))
    assert verdict[missing] is None
    assert not verdict["beats_" + missing.removeprefix("versus_")]


def test_a_baseline_that_failed_is_named_with_the_reason():
    """The sentence says why there is nothing to compare with, with one full stop, in German too."""
    failed = replace(BETTER, versus_baseline=None, baseline_failure="it does not fit.")
    verdict = verdict_of(failed)
    assert verdict["sentence"].endswith(
        " There is no baseline to compare with, because the linear baseline failed: it does not fit."
    )
    assert verdict["beats_baseline"] is None
    kept = verdict_of(replace(BETTER, baseline_failure="the test split is gone"))
    assert kept == verdict_of(BETTER)


SHOWN = replace(BETTER, search_scores={"given": 0.915, "trial/7": 0.93}, kept=0.908, chance=ChanceLevel(0.5, 0.03))


def test_means_and_single_trainings_are_told_apart():
    """The verdict names what is kept and why, with the means over fresh seeds and with the table's own values."""
    verdict = verdict_of(replace(SHOWN, above_chance=True))
    assert (
        "Trial 7 is kept for the best average accuracy on fresh seeds: trial 7 90.8 %, the given configuration 90.0 %. "
        "Single trainings in the search, as the table of trials has them: trial 7 93.0 %, the given configuration "
        "91.5 %."
    ) in verdict["sentence"]
    assert verdict["search_scores"] == {"given": 0.915, "trial/7": 0.93}
    assert (verdict["chance"], verdict["above_chance"]) == (0.5, True)


@pytest.mark.parametrize("winner", ["given", "trial/7"])
def test_a_winner_at_chance_level_is_called_so_first(winner):
    """A model that has learned nothing is not praised before that is said."""
    verdict = verdict_of(replace(SHOWN, winner=winner, kept=0.51, above_chance=False))
    name = "The given configuration" if winner == "given" else "Trial 7"
    assert verdict["sentence"].startswith(
        f"{name}, which is kept, is no better than guessing: its accuracy is 51.0 %, and guessing reaches 50.0 %."
    )


@pytest.mark.parametrize("low_high", [(-0.07, -0.03), (-0.07, 0.01)])
def test_a_winner_below_the_baseline_is_called_so_first(low_high):
    """A model that is behind the bag of words is called so before it is compared with anything else."""
    verdict = verdict_of(replace(SHOWN, above_chance=True, versus_baseline=compared(-0.03, *low_high)))
    first = verdict["sentence"].partition("(")[0]
    assert "the linear baseline" in first
    assert "its accuracy is 3.0 points lower" in first
    assert "loses to" in first or "is behind" in first
    assert verdict["sentence"].count("baseline") == 1 + verdict["sentence"].count("use the baseline")


def test_what_is_passed_over_for_guessing_is_named():
    """If a configuration has the better mean and a model at chance level, the verdict says why it is not kept."""
    verdict = verdict_of(
        replace(
            SHOWN,
            metric=METRICS["log_loss"],
            winner="given",
            scores={"given": 0.9, "trial/7": 0.6931},
            search_scores={"given": 0.4, "trial/7": 0.6931},
            versus_given=compared(0.2069, -0.1, 0.5, "log_loss"),
            chance=ChanceLevel(0.6931, 0.007),
            above_chance=True,
            passed_over="trial/7",
        )
    )
    assert verdict["sentence"].startswith(
        "Trial 7 has a better mean on fresh seeds, but the model that would be kept is no better than guessing "
        "(log loss 0.693): the given configuration is kept."
    )
    assert "worse" not in verdict["sentence"]


def test_a_used_up_space_is_told():
    """A search that ended early says how far it came and why."""
    verdict = verdict_of(replace(SHOWN, made=3))
    assert "The search ended after 3 of 20 trials: its space has no other configuration." in verdict["sentence"]
    assert verdict["exhausted"] is True


RANK = unknown_metric("mean rank", Direction.MINIMIZE)
SECONDS = replace(RANK, format="seconds")
CORRELATION = unknown_metric("correlation")
ERROR = replace(RANK, format="percent")


@pytest.mark.parametrize(
    ("metric", "english_says", "german_says"),
    [
        (RANK, "its mean rank is 1.52 lower (95 % interval 0.5 to 2.5,", "mean rank um 1,52 niedriger (95-%-"),
        (CORRELATION, "its correlation is 1.52 higher (95 % interval 0.5 to", "correlation um 1,52 höher (95-%-"),
        (SECONDS, "its mean rank is 1.5 s shorter (95 % interval 0.5 s to", "mean rank um 1,5\xa0s kürzer (95-%-"),
        (ERROR, "its mean rank is 152.0 points lower (95 % interval 50.0", "mean rank um 152,0 Punkte niedriger"),
    ],
)
def test_differences_are_told_in_words_for_every_metric(metric, english_says, german_says):
    """Of each format a sentence says how much higher or lower the value is, in both languages."""
    verdict = verdict_of(replace(BETTER, metric=metric, versus_given=compared(1.52, 0.5, 2.5)))
    assert english_says in verdict["sentence"]
    german = " ".join(Language("de").say(from_json(statement)) for statement in verdict["statements"])
    assert german_says in german


def test_intervals_go_the_way_that_the_sentence_says():
    """Of what is worse, the interval shows how much worse."""
    finding = replace(BETTER, metric=RANK, versus_baseline=compared(-1.52, -2.5, -0.5))
    assert "its mean rank is 1.52 higher (95 % interval 0.5 to 2.5" in verdict_of(finding)["sentence"]


def test_verdicts_of_earlier_releases_stay_german():
    """A study keeps its verdict as templates: those of earlier releases are still translated."""
    by = Statement("{difference:number} of {metric}", {"difference": 1.52, "metric": "log loss"})
    told = Statement("{winner} beats the {model} baseline by {by} ({how}).",
                     {"winner": "Trial 7", "model": "linear", "by": by, "how": "p"})  # fmt: skip
    assert Language("de").say(told) == "Trial 7 schlägt die Baseline linear um 1,52 in log loss (p)."
