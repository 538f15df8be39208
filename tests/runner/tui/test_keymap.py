"""A keymap that makes no sense is reported with the action and the key."""

import pytest

from catalog.errors import InputError
from runner.tui.bindings import ACTIONS
from runner.tui.keymap import check_keymap
from runner.tui.preferences import read_preferences


@pytest.mark.parametrize(
    ("keymap", "expected"),
    [
        ({"studies.open": "blah blub"}, "there is no key 'blah blub'"),
        ({"studies.open": "\x1b[31m"}, "there is no key"),
        ({"studies.open": " , "}, "studies.open has no key"),
        ({"studies.open": "s"}, "studies.open and studies.stop both have the key 's'"),
        ({"app.help": "d"}, "app.help and studies.delete"),
        ({"studies.open": "ctrl+c"}, "always copies or leaves"),
        ({"app.commands": "a"}, "needed for typing"),
        ({"submit.submit": "enter"}, "needed for typing"),
    ],
)
def test_nonsense_is_told(keymap, expected):
    """What is no key, what must stay as it is, and what would do two things."""
    with pytest.raises(InputError, match=expected):
        check_keymap(keymap)


def test_what_makes_sense_is_taken():
    """Other keys, several keys, and two actions that change keys."""
    check_keymap({"studies.open": "enter,l", "app.help": "f1,h", "app.commands": "ctrl+k,alt+x", "trial.copy": "Y"})
    check_keymap({"studies.stop": "d", "studies.delete": "s"})


def test_the_table_itself_names_keys_alone():
    """Each action could be given the very keys that it has."""
    for action in ACTIONS:
        check_keymap({action.id: action.keys})


def test_the_settings_file_is_told_too(tmp_path):
    """The message names the file."""
    path = tmp_path / "browse.toml"
    path.write_text('[keymap]\n"studies.open" = "nonsense"\n')
    with pytest.raises(InputError, match=r"browse\.toml: keymap: studies.open"):
        read_preferences(path)
