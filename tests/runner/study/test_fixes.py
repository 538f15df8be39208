"""Fixes are changes that a spec takes as they are shown."""

import json
import shlex

import pytest

from catalog.contract.diagnosis import Fix
from catalog.spec import load
from catalog.statement import Statement
from runner.store.records import StudyRecord
from runner.study.fixes import option_of, override_of

SPACE = {
    "learning_rate": {"low": 1e-5, "high": 5e-5, "log": True},
    "batch_size": {"choices": [16, 32]},
    "epochs": {"low": 2, "high": 4, "step": 1},
    "max_seq_length": {"low": 64, "high": 256, "log": True, "step": 1},
}
REMEDIES = {
    "study.search_space.epochs.high": 8,
    "study.search_space.learning_rate.low": 1e-6,
    "study.search_space.batch_size.choices": [16, 32, 64],
    "study.search_space.epochs": {"low": 1, "high": 3},
    "model_config.truncation": "head+tail",
    "model_config.early_stopping": True,
    "study.metric": "macro_f1",
    "study.confirm.seeds": 6,
}


def advised(field, value):
    """Return a fix."""
    return Fix(Statement("Change it."), field, value)


@pytest.fixture
def record(tmp_path):
    """Return a function that makes the record of a study, and writes its spec to a file."""

    def make(written, space=SPACE):
        spec = {"model": "bert", "category": "nlp", "subcategory": "text-classification", "model_config": {"epochs": 3}}
        if written is not None:
            spec["study"] = {"search_space": written}
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        values = dict.fromkeys(StudyRecord.__dataclass_fields__)
        return StudyRecord(**(values | {"spec": spec, "space": space}))

    return make


@pytest.mark.parametrize(("field", "value"), REMEDIES.items())
@pytest.mark.parametrize(
    "written", [None, SPACE | {"max_seq_length": {"choices": [64, 256]}}, {"epochs": {"low": 3, "high": 4}}]
)
def test_a_spec_takes_every_remedy(record, tmp_path, field, value, written):
    """Loaded with the change, the spec is valid and has it, whether it writes its space out, in part or not at all."""
    study = record(written)
    [flag, override] = shlex.split(option_of(advised(field, value), study))
    assert flag == "--set"
    assert override == override_of(advised(field, value), study)
    request = load(tmp_path / "spec.json", [override])
    found = request.as_json()
    for part in field.split("."):
        found = found[part]
    assert {key: found[key] for key in value} == value if isinstance(value, dict) else found == value


def test_a_space_that_the_spec_leaves_out_is_told_whole(record, tmp_path):
    """No other tuned field is lost by the change of one."""
    override = override_of(advised("study.search_space.epochs.high", 8), record(None))
    space = load(tmp_path / "spec.json", [override]).as_json()["study"]["search_space"]
    assert set(space) == set(SPACE)
    assert space["epochs"] == {"low": 2, "high": 8, "log": False}
    assert space["learning_rate"] == SPACE["learning_rate"]


def test_a_range_that_was_widened_is_told_whole(record, tmp_path):
    """An end that suits what was searched does not contradict the narrower range of the spec."""
    study = record({"epochs": {"low": 4, "high": 6}}, {"epochs": {"low": 3, "high": 6, "step": 1}})
    override = override_of(advised("study.search_space.epochs.high", 3), study)
    assert override == 'study.search_space.epochs={"low": 3, "high": 3}'
    assert load(tmp_path / "spec.json", [override])


def test_what_is_no_field_has_no_override(record):
    """Advice alone, and the end of a range that was not searched, are shown without a command."""
    assert override_of(Fix(Statement("Gather more rows.")), record(None)) is None
    assert option_of(advised("study.search_space.weight_decay.high", 0.1), record(None)) is None


@pytest.mark.parametrize("value", ["true", "3", "NaN", "a b", "it's", "$(reboot)", "\u202e\x1b[2J", '"quoted"', ""])
def test_text_is_text_to_the_spec_and_one_word_to_a_shell(record, value):
    """Text that JSON would take for something else, and text that a shell or a terminal acts on, is quoted."""
    option = option_of(advised("model_config.model_name", value), record(None))
    path, _, told = shlex.split(option)[1].partition("=")
    assert (path, json.loads(told)) == ("model_config.model_name", value)
    assert option.isascii()
    assert option.isprintable()
