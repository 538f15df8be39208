"""A search space in another tool's form: the message says what to write, and that is then accepted."""

import json
import re

import pytest
from pydantic import ValidationError

from catalog.problems import problems_of
from catalog.study import Study


def message(entry):
    """Return what a study says of an entry for the field C."""
    data = {"search_space": {"C": entry}}
    with pytest.raises(ValidationError) as raised:
        Study.model_validate(data)
    (problem,) = problems_of(raised.value, Study, data, "study")
    assert problem.path == "study.search_space.C"
    return problem.message


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ([1, 2, 3], {"choices": [1, 2, 3]}),
        (["a", "b"], {"choices": ["a", "b"]}),
        ([0.1, 10], {"choices": [0.1, 10]}),
        (5, {"choices": [5]}),
        ("relu", {"choices": ["relu"]}),
        (True, {"choices": [True]}),
        ({"min": 1, "max": 10}, {"low": 1, "high": 10}),
        ({"low": 1, "max": 10}, {"low": 1, "high": 10}),
        ({"lower": 0.1, "upper": 1, "type": "float"}, {"low": 0.1, "high": 1}),
        ({"distribution": "log_uniform", "min": 0.001, "max": 1}, {"low": 0.001, "high": 1, "log": True}),
        ({"loguniform": [0.001, 1]}, {"low": 0.001, "high": 1, "log": True}),
        ({"range": [1, 9]}, {"low": 1, "high": 9}),
        ({"values": [1, 2]}, {"choices": [1, 2]}),
        ({"options": ["a"]}, {"choices": ["a"]}),
        ({"choices": 5}, {"choices": [5]}),
    ],
)
def test_the_message_says_what_to_write(entry, wanted):
    """The message holds the advice as JSON, and a study accepts it."""
    told = message(entry)
    found = re.search(r"write (\{.*?\})(?=$|[,;]| with)", told)
    assert found is not None
    assert json.loads(found[1]) == wanted
    Study.model_validate({"search_space": {"C": wanted}})


def test_two_numbers_may_be_a_range():
    """Two numbers may be a range or two choices; both readings are offered."""
    assert '{"low": 0.1, "high": 10} for all that lies between' in message([0.1, 10])


@pytest.mark.parametrize("entry", [None, [], {}, [[1], [2]], {"min": 1}, {"choices": []}])
def test_what_says_nothing_gets_both_forms(entry):
    """If nothing can be made of an entry, both forms are named."""
    assert 'write {"low": ..., "high": ...} or {"choices": [...]}' in message(entry)


@pytest.mark.parametrize("entry", [{"low": 1, "high": 2}, {"choices": [1, 2]}, {"low": 1e-5, "high": 1, "log": True}])
def test_right_entries_stay(entry):
    """Entries that were valid before are accepted unchanged."""
    assert Study.model_validate({"search_space": {"C": entry}}).search_space is not None


@pytest.mark.parametrize(("space", "field"), [(["C"], "C"), ("C", "C"), (5, "learning_rate")])
def test_a_space_that_is_no_object_is_explained(space, field):
    """A list of names, or one name, is shown as the object that it should be."""
    with pytest.raises(ValidationError) as raised:
        Study.model_validate({"search_space": space})
    (problem,) = problems_of(raised.value, Study, {"search_space": space}, "study")
    assert problem.path == "study.search_space"
    assert f'{{"{field}": {{"low": ..., "high": ...}} or {{"choices": [...]}}}}' in problem.message
