"""The one table of keys holds together."""

from collections import Counter

import pytest

from runner.tui.bindings import ACTIONS, EVERY_SCREEN, SCREEN_NAMES, actions_of, key_label, keys_of


def test_ids_are_unique():
    """A keymap names an action by an id that no other has."""
    assert [name for name, count in Counter(action.id for action in ACTIONS).items() if count > 1] == []


@pytest.mark.parametrize("place", SCREEN_NAMES)
def test_a_key_does_one_thing_at_a_place(place):
    """No key of a place is bound twice there, nor takes one away that works everywhere."""
    keys = [key for action in (*actions_of(place), *actions_of(EVERY_SCREEN)) for key in keys_of(action, {})]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_control_keys_have_an_alias_that_terminals_and_browsers_pass_on():
    """Every key that some terminal or web browser keeps for itself has a function key next to it, as the issue asks."""
    lonely = [
        action.id
        for action in actions_of(EVERY_SCREEN)
        if (keys := keys_of(action, {}))[0].startswith("ctrl+") and not any(key[0] == "f" for key in keys[1:])
    ]
    assert lonely == []


def test_keys_are_written_as_people_write_them():
    """Labels are short enough for the footer."""
    assert [key_label(key) for key in ("ctrl+k", "f2", "question_mark", "T", "enter")] == [
        "^k",
        "F2",
        "?",
        "T",
        "Enter",
    ]


def test_a_keymap_goes_before_the_table():
    """What a person has chosen is shown and dispatched instead."""
    action = next(action for action in ACTIONS if action.id == "studies.open")
    assert keys_of(action, {"studies.open": "l, right"}) == ("l", "right")
