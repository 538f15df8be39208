"""Durations, sizes and foreign text as people see them."""

import json

import pytest

from catalog.statement import Statement
from runner.presentation.english import english
from runner.presentation.labels import ORIGINS, STATE_SIGNS, STATES
from runner.presentation.language import Language
from runner.presentation.text import duration, size, visible_json
from runner.store.records import ORIGINS as STORED_ORIGINS
from runner.store.records import STUDY_STATES, TRIAL_STATES


@pytest.mark.parametrize(
    ("seconds", "shown", "told", "german"),
    [
        (0.0123, "0.0 s", "0.012 s", "0,0123 s"),
        (3.5, "3.5 s", "3.5 s", "3,5 s"),
        (42.4, "42 s", "42 s", "42 s"),
        (200, "3 min 20 s", "3 min 20 s", "3 min 20 s"),
        (7500, "2 h 05 min", "2 h 05 min", "2 h 05 min"),
        (3_600_000, "1,000 h 00 min", "1,000 h 00 min", "1.000 h 00 min"),
    ],
)
def test_a_duration_is_the_same_everywhere(seconds, shown, told, german):
    """Tables, sentences and the German UI differ in small numbers and separators alone."""
    assert duration(seconds) == shown
    assert english(Statement("{time:seconds}", {"time": seconds})) == told
    assert Language("de").seconds(seconds).replace("\u00a0", " ") == german


def test_no_duration_is_a_dash_and_sizes_have_units():
    """None is a dash; bytes are shown in MB, from 10^9 on in GB."""
    assert duration(None) == "–"
    assert (size(1_500_000), size(2e9)) == ("1.5 MB", "2.0 GB")


def test_json_shows_every_character_and_keeps_its_value():
    """Controls, reordering characters, private ones and lone surrogates are escaped; letters of scripts are not."""
    value = {"a": "\x7f\x9b\u202e\u2066\ue000\U000e0001\ud800 ü नम 👩 \t\n"}
    shown = visible_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(shown) == value
    assert "ü नम 👩" in shown
    assert all(c.isprintable() or c == "\n" for c in shown)


def test_every_state_and_origin_has_a_word_and_a_sign():
    """What the store can hold can be shown."""
    assert {*STUDY_STATES, *TRIAL_STATES} <= set(STATES) <= set(STATE_SIGNS)
    assert set(STORED_ORIGINS) <= set(ORIGINS)
    assert all(len(sign) == 1 for sign in STATE_SIGNS.values())
