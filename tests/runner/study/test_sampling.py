"""Seeds, samplers, pruners and the quarters at which trials are compared."""

import pytest

from runner.study.sampling import derived_seed, pruner_of, quarter_of, sampler_for


def test_derived_seeds_are_the_same_everywhere_and_differ_by_part():
    """A seed depends on every part, and on nothing of this machine."""
    assert derived_seed(0, 1) == derived_seed(0, 1) == 2005510037
    assert len({derived_seed(0, 1), derived_seed(1, 0), derived_seed(0, 2), derived_seed("0:1")}) >= 3
    assert 0 <= derived_seed("x") < 2**31


@pytest.mark.parametrize("name", ["tpe", "random"])
def test_a_trials_sampler_depends_on_its_number(name):
    """Two trials of one study do not get the same random numbers, the same trial always does."""
    import optuna

    def asked(number):
        study = optuna.create_study(sampler=sampler_for(name, 7, number))
        return study.ask().suggest_float("x", 0, 1)

    assert asked(3) == asked(3)
    assert asked(3) != asked(4)


@pytest.mark.parametrize("name", ["none", "median", "hyperband"])
def test_pruners_prune_no_first_trial(name):
    """The first trial has nothing to be worse than."""
    import optuna

    study = optuna.create_study(direction="maximize", pruner=pruner_of(name))
    trial = study.ask()
    trial.report(0.1, 25)
    assert isinstance(trial.should_prune(), bool)
    assert name == "hyperband" or not trial.should_prune()


@pytest.mark.parametrize(
    ("progress", "before", "step"),
    [
        (0.25, 0.0, 25),
        (0.24, 0.0, None),
        (0.2501, 0.0, 25),
        (0.333, 0.2501, None),
        (0.333, 0.2459, None),
        (0.333, 0.2, 25),
        (0.5, 0.333, 50),
        (1.0, 0.75, 100),
        (1.0, 0.0, 100),
    ],
)
def test_quarters_are_counted_once(progress, before, step):
    """A measurement counts for the newest quarter that it reaches, unless the one before had reached it."""
    assert quarter_of(progress, before) == step
