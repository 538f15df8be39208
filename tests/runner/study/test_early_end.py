"""Why a search ended before it made all its trials, in words."""

from types import SimpleNamespace

import pytest

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement, from_json, to_json
from runner.presentation.english import english
from runner.presentation.language import Language
from runner.study.diagnosis import with_early_end
from runner.study.early_end import early_end_clause, early_end_sentence, time_limit_end


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1.0, "1 s"), (0.5, "0.5 s"), (90, "90 s"), (120, "2 min"), (5400, "90 min"), (7200, "2 h"), (90000, "25 h")],
)
def test_the_limit_is_told_as_it_was_set(seconds, told):
    """The limit is shown in its largest whole unit, with the number of trials that were made."""
    clause = early_end_clause(time_limit_end(1, 8, seconds))
    assert english(clause) == f"1 of 8 trials: the time limit of {told} was used up"


def test_it_is_told_in_german_and_survives_the_store():
    """The reason is stored as a statement of the verdict, and has a translation."""
    sentence = from_json(to_json(early_end_sentence(time_limit_end(1, 8, 1.5))))
    assert Language("de").say(sentence) == "1 von 8 Trials: Das Zeitlimit von 1,5 s war aufgebraucht."


@pytest.mark.parametrize(
    "found", [None, {}, {"reason": "else"}, {"reason": "time_limit"}, {"reason": "time_limit", "done": "x"}]
)
def test_what_is_not_known_is_not_told(found):
    """A search that did not end early, or a record of another version, has no such sentence."""
    assert early_end_clause(found) is None
    assert early_end_sentence(found) is None


def test_the_diagnosis_names_the_time_limit():
    """The diagnosis names the time limit after problems and before the rest, with a limit that would be enough."""
    record = SimpleNamespace(early_end=time_limit_end(3, 8, 60))
    others = [Diagnosis(name, name, Statement(name), Statement(name)) for name in ("problem", "warning", "note")]
    found = with_early_end(others, record)
    assert [one.rule for one in found] == ["problem", "time_limit", "warning", "note"]
    assert [(one.field, one.value) for one in found[1].remedies] == [("study.timeout", "3m"), ("study.trials", 3)]
    assert with_early_end(others, SimpleNamespace(early_end=None)) == others
