"""Search spaces on their way to Optuna."""

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SpecError
from catalog.space import Choices, FloatRange, IntRange
from runner.study.space import distributions, fitting_recipes, from_json, suggest, to_json, widen

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
WHOLE = st.integers(-1000, 1000)
RANGES = st.one_of(
    st.tuples(NUMBERS, NUMBERS).map(lambda pair: FloatRange(min(pair), max(pair))),
    st.tuples(WHOLE, WHOLE).map(lambda pair: IntRange(min(pair), max(pair))),
    st.lists(st.text(max_size=3) | WHOLE, min_size=1, max_size=4, unique_by=lambda v: (type(v), v)).map(
        lambda values: Choices(tuple(values))
    ),
)


@given(RANGES)
def test_a_stored_space_is_the_same_space(range_):
    """What is written as JSON is read as it was."""
    assert from_json(to_json({"x": range_})) == {"x": range_}


@given(RANGES, WHOLE)
def test_a_widened_space_holds_the_given_value_and_all_it_held(range_, value):
    """Stretching never loses a bound or a choice."""
    wide = widen({"x": range_}, {"x": value})["x"]
    assert value in wide
    held = range_.values if isinstance(range_, Choices) else (range_.low, range_.high)
    assert all(old in wide for old in held)


def test_what_holds_the_value_stays_as_it_is():
    """A space that holds the given configuration is not touched, nor is a field that is not tuned."""
    space = {"rate": FloatRange(1e-5, 5e-5, log=True), "batch": Choices((16, 32))}
    assert widen(space, {"rate": 2e-5, "batch": 16, "epochs": 3}) == space


def test_a_step_survives_only_where_the_value_lies_on_its_grid():
    """Widening keeps a grid if it can."""
    space = {"a": IntRange(10, 20, step=5), "b": FloatRange(0.0, 0.5, step=0.25)}
    assert widen(space, {"a": 30, "b": 1.0}) == {"a": IntRange(10, 30, step=5), "b": FloatRange(0.0, 1.0, step=0.25)}
    assert widen(space, {"a": 12, "b": 0.3}) == {"a": IntRange(10, 20), "b": FloatRange(0.0, 0.5)}


def test_a_logarithm_is_dropped_where_the_value_is_zero():
    """Zero has no logarithm; the range still holds it."""
    assert widen({"x": FloatRange(0.1, 1, log=True)}, {"x": 0.0})["x"] == FloatRange(0.0, 1.0)


def test_a_share_in_a_range_of_counts_is_refused():
    """A warm-up given as a share cannot lie in a range of whole numbers; the field is named."""
    with pytest.raises(SpecError, match="warmup_steps") as caught:
        widen({"warmup_steps": IntRange(0, 500)}, {"warmup_steps": 0.06})
    assert caught.value.field == "study.search_space.warmup_steps"


def test_distributions_are_optunas():
    """Each kind of range has its distribution."""
    made = distributions({"a": FloatRange(1e-5, 1e-3, log=True), "b": IntRange(2, 8, step=2), "c": Choices((16, "x"))})
    assert made == {
        "a": optuna.distributions.FloatDistribution(1e-5, 1e-3, log=True),
        "b": optuna.distributions.IntDistribution(2, 8, step=2),
        "c": optuna.distributions.CategoricalDistribution((16, "x")),
    }


def test_a_reopened_trial_keeps_what_it_has_and_is_asked_the_rest():
    """Suggesting again never changes a parameter."""
    study = optuna.create_study()
    space = distributions({"a": FloatRange(0, 1), "b": IntRange(1, 3), "c": Choices(("x", "y"))})
    first = study.ask({"a": space["a"]})
    again = optuna.trial.Trial(study, first._trial_id)
    for name, distribution in space.items():
        suggest(again, name, distribution)
    assert again.params["a"] == first.params["a"]
    assert set(again.params) == {"a", "b", "c"}


SPACE = {"rate": FloatRange(1e-5, 5e-5, log=True), "batch": Choices((16, 32)), "epochs": IntRange(2, 4)}
GIVEN = {"rate": 2e-5, "batch": 32, "epochs": 3, "decay": 0.01}
RECIPES = [
    {"rate": 3e-5, "batch": 16, "epochs": 3},
    {"rate": 5e-5, "batch": 32, "epochs": 2},
    {"rate": 1e-5, "batch": 32, "epochs": 4},
]


@pytest.mark.parametrize(("trials", "expected"), [(3, 0), (4, 1), (8, 2), (20, 3)])
def test_recipes_are_at_most_a_quarter_of_the_trials(trials, expected):
    """At most a quarter of the trials are recipes."""
    assert fitting_recipes(RECIPES, SPACE, GIVEN, trials) == RECIPES[:expected]


def test_recipes_outside_the_space_are_left_out():
    """A user who narrows the space does not get what lies outside it."""
    narrow = {**SPACE, "batch": Choices((32,))}
    assert fitting_recipes(RECIPES, narrow, GIVEN, 40) == RECIPES[1:]


def test_a_recipe_must_agree_with_what_is_not_tuned():
    """If epochs are fixed, only recipes with that number of epochs are tried."""
    fixed = {name: SPACE[name] for name in ("rate", "batch")}
    assert fitting_recipes(RECIPES, fixed, GIVEN, 40) == [{"rate": 3e-5, "batch": 16}]


def test_a_recipe_that_is_the_given_configuration_is_not_tried_twice():
    """A recipe that is the given configuration is not tried again."""
    given = {"rate": 3e-5, "batch": 16, "epochs": 3}
    assert fitting_recipes(RECIPES, SPACE, given, 40) == RECIPES[1:]
