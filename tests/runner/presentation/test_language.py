"""Words, numbers, dates and durations in English and German."""

from datetime import UTC, datetime

import pytest

from catalog.errors import InputError
from catalog.statement import Statement
from runner.presentation.english import english
from runner.presentation.language import Language

ENGLISH, GERMAN = Language("en"), Language("de")


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (0, "0", "0"),
        (2e-5, "2e-5", "2e-5"),
        (3.784e-4, "3.78e-4", "3,78e-4"),
        (0.0613, "0.0613", "0,0613"),
        (0.9996, "1", "1"),
        (12, "12", "12"),
        (99.96, "100", "100"),
        (12345.6, "12,346", "12.346"),
        (-0.25, "-0.25", "-0,25"),
        (3e9, "3e9", "3e9"),
    ],
)
def test_numbers_have_three_digits_in_the_signs_of_the_language(value, english, german):
    """A number has three significant digits, with the language's decimal point."""
    assert (ENGLISH.number(value), GERMAN.number(value)) == (english, german)


def test_shares_durations_sizes_and_moments_are_told_with_their_units():
    """Each kind of number has its unit, apart from it by a space that does not break."""
    moment = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    assert (ENGLISH.percent(0.9271), GERMAN.percent(0.9271)) == ("92.7\xa0%", "92,7\xa0%")
    assert [GERMAN.seconds(value) for value in (0.0125, 3.2, 42, 200, 7500)] == [
        "0,0125\xa0s", "3,2\xa0s", "42\xa0s", "3\xa0min 20\xa0s", "2\xa0h 05\xa0min",
    ]  # fmt: skip
    assert (ENGLISH.size(438e6), GERMAN.size(6.1e6)) == ("438\xa0MB", "6,1\xa0MB")
    assert (ENGLISH.size(45_231), GERMAN.size(512_000)) == ("45.2\xa0KB", "512\xa0KB")
    assert (ENGLISH.moment(moment), GERMAN.moment(moment)) == ("4 March 2026, 05:06", "4. März 2026, 05:06")
    assert (ENGLISH.language_name("de"), GERMAN.language_name("en"), GERMAN.language_name("??")) == (
        "German", "Englisch", "??",
    )  # fmt: skip


@pytest.mark.parametrize("value", [-0.0, -0.0003])
def test_what_rounds_to_zero_has_no_sign(value):
    """A number is rounded first; a zero has no sign, in any language."""
    assert [language.points(value) for language in (ENGLISH, GERMAN)] == ["0.0", "0,0"]
    assert ENGLISH.percent(value) == "0.0\xa0%"
    assert ENGLISH.count(value) == "0"
    assert english(Statement("{a:points} {a:percent} {a:count}", {"a": value})) == "0.0 0.0 % 0"


def test_a_statement_is_translated_with_all_that_is_nested_in_it():
    """Template and nested statements are translated, numbers are written as the language does."""
    rival = Statement("trial {number:count}", {"number": 7})
    by = Statement("{difference:points} points of {metric}", {"difference": 0.0181, "metric": "accuracy"})
    said = Statement("{rival} beats the given configuration by {by} ({how}).", {"rival": rival, "by": by, "how": "p"})
    assert GERMAN.say(said) == "Trial 7 schlägt die vorgegebene Konfiguration um 1,8 Punkte accuracy (p)."


def test_a_text_without_a_translation_is_told_in_english():
    """A sentence of a third-party plugin has no translation, and is shown as it is."""
    assert GERMAN.say(Statement("a {n:number} of a stranger", {"n": 0.5})) == "a 0,5 of a stranger"
    assert not GERMAN.knows("a {n:number} of a stranger")
    assert GERMAN.knows("Verdict")


def test_an_unknown_language_is_refused_with_those_there_are():
    """An unknown language is refused with the known ones."""
    with pytest.raises(InputError, match="no language 'fr'; known are en, de"):
        Language("fr")
