"""Filters of the table of trials."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import InputError
from runner.tui.trial_filter import compile_filter, judge_filter

NAMES = ("accuracy", "batch_size", "learning_rate", "state", "number", "value")
TRIAL = {"accuracy": 0.92, "batch_size": 32, "learning_rate": 3e-5, "state": "complete", "number": 7, "value": None}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "accuracy > 0.9 and batch_size == 32",
        "1e-5 < learning_rate <= 3e-5",
        "batch_size in (16, 32) and state not in ['failed', 'pruned']",
        "not (accuracy < 0.5 or number == 3)",
        "number > -1",
        "state == 'complete'",
        "value == None",
        "value is None and accuracy is not None",
        "accuracy",
    ],
)
def test_it_holds(text):
    """Comparisons, chains, lists and their combinations hold where they should; a blank filter always does."""
    assert compile_filter(text, NAMES)(TRIAL) is True


@pytest.mark.parametrize(
    "text",
    [
        "accuracy > 0.95",
        "value > 0",
        "value < 0",
        "value != 3",
        "state > 3",
        "batch_size in (8, 16)",
        "not accuracy > 0.9",
    ],
)
def test_it_does_not_hold(text):
    """A comparison with a value that is missing or of another kind does not hold, and raises nothing."""
    assert compile_filter(text, NAMES)(TRIAL) is False


def test_a_name_that_no_trial_has_is_missing():
    """A known name without a value is compared with nothing."""
    assert compile_filter("accuracy > 0", NAMES)({}) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acuracy > 0.9", "did you mean accuracy?"),
        ("zzz == 1", "known are accuracy, batch_size"),
        ("accuracy >", "no comparison yet"),
        ("accuracy = 0.9", "no comparison yet"),
        ("__import__('os').system('true')", "is not understood"),
        ("accuracy.real > 0", "is not understood"),
        ("[x for x in (1,)]", "is not understood"),
        ("accuracy > 1 + 1", "is not understood"),
        ("10 ** 10 ** 10", "is not understood"),
        ("lambda: 1", "is not understood"),
        ("f'{accuracy}' == 'x'", "is not understood"),
        ("accuracy in 'text'", "after in comes a list"),
        ("accuracy in (batch_size,)", "is not understood"),
        ("accuracy == (1, 2)", "is not understood"),
        ("b'x' == state", "is not understood"),
        ("accuracy > 0\0", "no comparison yet"),
        ("not " * 40 + "accuracy", "levels deep"),
        ("(" * 220 + "1" + ")" * 220, "no comparison yet"),
        ("accuracy > 0 " + "or accuracy > 0 " * 60, "500 characters at most"),
    ],
)
def test_what_is_wrong_is_told(text, expected):
    """What is no filter is refused with what is wrong and what is known, and nothing of it is ever run."""
    with pytest.raises(InputError) as raised:
        compile_filter(text, NAMES)
    assert expected in raised.value.message


def test_a_judgement_can_be_told_in_another_language():
    """What is wrong comes as a statement, whose text is a constant of the program."""
    found = judge_filter("acuracy > 0.9", NAMES)
    assert found is not None
    assert found.template == "there is no {name}; did you mean {near}?"
    assert judge_filter("accuracy > 0.9", NAMES) is None


def test_hostile_names_are_shown_harmless():
    """A name that would move the cursor is shown as what it is."""
    with pytest.raises(InputError) as raised:
        compile_filter("zzz == 1", ["\x1b[31mred\u202e"])
    assert "\x1b" not in raised.value.message
    assert "\u202e" not in raised.value.message


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text("()[]'\"andornti <>=!.,0123456789eE-_xaccuracy\\", max_size=60))
def test_no_text_raises_anything_else(text):
    """Whatever is typed is a filter or an InputError, and a filter answers whatever the values are."""
    try:
        holds = compile_filter(text, NAMES)
    except InputError:
        return
    assert holds(TRIAL) in {True, False}
    assert holds({"accuracy": "text", "batch_size": [], "state": 3}) in {True, False}
