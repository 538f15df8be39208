"""Where the fields of a spec stand in its text, what stands at the cursor, and what can be written there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import registry
from catalog.schema import schema_of
from catalog.spec import resolve
from runner.tui.screens.submit.draft import Draft, forget_draft, keep_draft, kept_draft
from runner.tui.screens.submit.editor import written_out
from runner.tui.screens.submit.json_locations import cursor_at, locate
from runner.tui.screens.submit.spec_check import check_spec
from runner.tui.screens.submit.spec_schema import SpecSchema, meaning_of, suggestions_at
from runner.tui.screens.submit.templates import templates, written

BERT = "nlp/text-classification/bert"
NAMES = '"model": "linear", "category": "nlp", "subcategory": "text-classification"'


@pytest.fixture(scope="module")
def facts():
    """Return what is known about specs of BERT."""
    plugin = registry.load(BERT)
    return SpecSchema(
        schema_of(plugin), [entry.parts for entry in registry.entries()], {"epochs": {"low": 2, "high": 4}}
    )


def at(marked):
    """Return a text whose cursor is marked by ``|``, and the offset."""
    offset = marked.index("|")
    return marked.replace("|", "", 1), offset


def offered(facts, marked):
    """Return the labels that are offered at ``|``."""
    text, offset = at(marked)
    return [offer.label for offer in suggestions_at(facts, locate(text), cursor_at(text, offset))]


def meant(facts, marked):
    """Return the meaning of the field at ``|``."""
    text, offset = at(marked)
    return meaning_of(facts, locate(text), cursor_at(text, offset))


def test_fields_are_found_by_their_dotted_paths():
    """A path leads to the line and column of its name, an element's to the element."""
    located = locate('{\n  "a": {"b.c": 1},\n  "list": [10,\n    {"x": null}]\n}')
    assert located.position(located.find("a").start) == (1, 2)
    assert located.position(located.find("a.b.c").start) == (1, 8)
    assert located.position(located.find("list.1.x").start) == (3, 5)
    assert located.position(located.find("list.0").start) == (2, 11)
    assert located.scalars["list", "0"] == 10


def test_what_is_missing_is_told_where_it_belongs():
    """A path that is not in the text leads to the nearest object around it; the empty one to the beginning."""
    located = locate('{"a": 1,\n "study": {"trials": 3}}')
    assert located.position(located.find("study.confirm.top").start) == (1, 1)
    assert located.find("model").start == 0
    assert locate("").find("model") is None


def test_of_a_name_given_twice_the_last_counts():
    """The one that a reader of JSON takes is the one that is marked."""
    assert locate('{"a": 1, "a": 2}').find("a").start == 9


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_is_found_where_it_stands(value):
    """Of any JSON the scanner finds every scalar with its value at its place."""
    text = json.dumps(value, indent=1)
    located = locate(text)

    def check(inner, path):
        if isinstance(inner, dict):
            assert list(located.names[path]) == list(inner)
            for name, below in inner.items():
                check(below, (*path, name))
        elif isinstance(inner, list):
            for index, below in enumerate(inner):
                check(below, (*path, str(index)))
        else:
            assert located.scalars[path] == inner
            assert text.startswith(json.dumps(inner), located.entries[path].value)

    check(value, ())


@given(st.text(alphabet='{}[]:,"\\ \nabc019\u2028\0'), st.integers(0, 40))
def test_no_text_is_too_broken(text, offset):
    """Scanning never fails, and what it finds lies in the text."""
    located = locate(text)
    assert all(0 <= entry.start <= entry.value <= entry.end <= len(text) for entry in located.entries.values())
    cursor = cursor_at(text, min(offset, len(text)))
    assert 0 <= cursor.start <= cursor.end <= len(text)


@pytest.mark.parametrize("piece", ["[", '{"a":', '"', '{"a": 1,', "}", "x "])
def test_a_mebibyte_of_anything_is_scanned(piece):
    """No depth is too deep, and scanning ends where a text is certainly no spec."""
    located = locate((piece * (1 << 20))[: 1 << 20])
    assert len(located.entries) < 200_001


@pytest.mark.parametrize(
    ("marked", "path", "role"),
    [
        ("{|}", (), "name"),
        ('{"mod|', (), "name"),
        ('{"a": {"b": |}}', ("a", "b"), "value"),
        ('{"a": "x|y"}', ("a",), "value"),
        ('{"a": [1, |', ("a", "1"), "value"),
        ('{"a" |: 3}', ("a",), "none"),
        ('{"a": 1\n  |\n}', (), "name"),
        ('{"a": 1 |}', (), "none"),
        ('{"a": 1}|', (), "none"),
        ("|", (), "none"),
    ],
)
def test_the_cursor_knows_where_it_is(marked, path, role):
    """Path and role are found in whole and in broken texts."""
    text, offset = at(marked)
    cursor = cursor_at(text, offset)
    assert cursor.role == role
    assert role == "none" or cursor.path == path


def test_names_are_offered_that_are_not_there_yet(facts):
    """Names come from the object's schema, those that begin as what is written first."""
    assert offered(facts, '{"model_config": {"epochs": 3, "lea|') == ["learning_rate"]
    names = offered(facts, '{"model_config": {"epochs": 3, |}}')
    assert "batch_size" in names
    assert "epochs" not in names
    assert offered(facts, "{|}")[:4] == ["model", "category", "subcategory", "model_config"]


def test_a_name_comes_with_a_value_to_start_from(facts):
    """The default where there is one, else an example, else something empty with the cursor in it."""

    def texts(marked):
        text, offset = at(marked)
        return {
            offer.label: (offer.text, offer.back)
            for offer in suggestions_at(facts, locate(text), cursor_at(text, offset))
        }

    inner = texts('{"model_config": {|}}')
    assert inner["batch_size"] == ('"batch_size": 32', 0)
    assert inner["learning_rate"] == ('"learning_rate": 2e-05', 0)
    assert texts("{|}")["study"] == ('"study": {}', 1)
    assert texts('{"model_config": {"batch|": 3}}')["batch_size"] == ('"batch_size"', 0)
    assert texts('{"study": {"search_space": {|}}}')["epochs"][0] == '"epochs": {"low": 2, "high": 4}'


def test_values_are_offered_from_enumerations_and_the_catalog(facts):
    """What is allowed is offered as JSON; of data sets what belongs to the chosen source."""
    assert offered(facts, '{"study": {"sampler": |}}') == ['"tpe"', '"random"']
    assert offered(facts, '{"model_config": {"truncation": "ta|"}}') == ['"tail"', '"head+tail"']
    assert '"linear"' in offered(facts, '{"model": |}')
    assert offered(facts, '{"dataset": {"source": "|"}}') == ['"hub"', '"files"', '"demo"']
    assert "train" in offered(facts, '{"dataset": {"source": "files", |}}')
    assert "train" not in offered(facts, '{"dataset": {"source": "demo", |}}')
    assert offered(facts, '{"model_config": {"epochs": 3} |}') == []


def test_a_field_is_explained(facts):
    """Allowed values, default and description with its typical range are shown, of tuned fields too."""
    meaning = meant(facts, '{"model_config": {"batch_size": 1|6}}')
    assert (meaning.name, meaning.default, meaning.allowed) == ("batch_size", "32", "a whole number from 1 to 4096")
    assert "Typical: 16 or 32" in meaning.description
    assert "Passes over" in meant(facts, '{"study": {"search_space": {"epo|chs": {}}}}').description
    assert meant(facts, '{"nothing": 1|}') is None


def test_a_text_is_judged_with_every_problem_at_its_place(tmp_path):
    """All problems are shown at once, in the order of the lines; a right text has a request and a name."""
    text = f'{{\n{NAMES},\n"model_config": {{"C": -1,\n "cee": 2}},\n"study": {{"trials": 0}}\n}}'
    faults = check_spec(text, tmp_path).faults
    assert [(fault.path, fault.line) for fault in faults] == [
        ("model_config.C", 2),
        ("model_config.cee", 3),
        ("study.trials", 4),
    ]
    right = check_spec(f'{{{NAMES}, "model_config": {{}}, "dataset": {{"source": "demo"}}}}', tmp_path)
    assert right.faults == ()
    assert right.name.startswith("linear-demo-")


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ('{\n  "a": 1,\n}', 2, 0, "not JSON"),
        ("[1, 2]", 0, 0, "JSON object"),
        ("[" * 50_000, 0, 0, "nested deeper"),
        ('{"a": 1e999}', 0, 1, "finite"),
        ('{"a": "\\u0000"}', 0, 1, "NUL"),
        ('{"a": "\\ud800"}', 0, 1, "surrogate"),
        ('{"a": 1, "a": 2}', 0, 9, "more than once"),
        ("\ud800", 0, 0, "not UTF-8"),
        ("x" * (1 << 21), 0, 0, "larger than"),
    ],
)
def test_hostile_texts_get_a_clear_problem(tmp_path, text, line, column, expected):
    """Whatever is pasted is shown as a problem at its place, never as an exception."""
    faults = check_spec(text, tmp_path).faults
    assert any((fault.line, fault.column) == (line, column) and expected in fault.message for fault in faults), faults


def test_a_plugin_that_fails_is_a_problem_of_the_model(tmp_path, simulated, monkeypatch):
    """Whatever a stranger's plugin raises, the editor goes on."""
    plugin = registry.load("test/simulated/curve")
    monkeypatch.setattr(plugin, "search_space", lambda _: 1 / 0)
    text = '{"model": "curve", "category": "test", "subcategory": "simulated", "model_config": {}}'
    assert "ZeroDivisionError" in check_spec(text, tmp_path).faults[0].message


def test_unseen_characters_are_written_out():
    r"""Controls, bidi marks and surrogates become JSON escapes, which mean the same inside a string."""
    hostile = '"\x1b[31m\u202e\u2028\0\U000e0001\ud800"'
    shown = written_out(hostile)
    assert shown.isascii()
    assert json.loads(shown) == hostile[1:-1]
    assert written_out("a\r\nb\tü €") == "a\nb\tü €"


def test_every_template_of_our_models_is_a_right_spec(tmp_path):
    """What is offered to start from holds together as it stands."""
    found = [template for template in templates([]) if template.key.startswith("nlp/")]
    assert {template.kind for template in found} == {"minimal", "full", "example"}
    for template in found:
        request = resolve(json.loads(template.text), tmp_path)
        assert request.model.key == template.key
    full = next(t for t in found if t.kind == "full" and t.key == BERT)
    assert set(json.loads(full.text)["model_config"]) == set(registry.load(BERT).Config.model_fields)
    assert set(json.loads(full.text)["study"]["search_space"]) == {
        "learning_rate",
        "batch_size",
        "epochs",
        "warmup_steps",
    }


def test_specs_are_written_as_people_write_them():
    """Small objects and lists stay on one line, the rest is indented by two."""
    value = {"a": {"choices": [1, 2]}, "b": {"c": {"d": {}}}, "ü": "\u202e"}
    text = written(value)
    assert text.splitlines()[1] == '  "a": {"choices": [1, 2]},'
    assert json.loads(text) == value


def test_a_draft_comes_back_and_can_be_forgotten(tmp_path):
    """A draft is kept whole with its folder; a broken file is no draft."""
    assert kept_draft(tmp_path) is None
    keep_draft(tmp_path, Draft('{"a": "ü\ud800"}', tmp_path))
    assert kept_draft(tmp_path) == Draft('{"a": "ü\ud800"}', tmp_path)
    (tmp_path / "browse" / "draft.json").write_bytes(b"[" * 100_000)
    assert kept_draft(tmp_path) is None
    forget_draft(tmp_path)
    forget_draft(tmp_path)
    assert not list((tmp_path / "browse").iterdir())
