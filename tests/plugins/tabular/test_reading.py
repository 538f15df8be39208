"""Which column is the target, which are features, how splits are made, and what the summary says."""

import json

import pytest
from sample_tables import columns

from catalog import registry
from catalog.contract.capabilities import EvaluationFile, InputFile
from catalog.contract.data import data_from_json, data_to_json
from catalog.errors import DataError
from catalog.figures import Empty, check
from plugins.tabular.features_figure import feature_facts_line
from runner.presentation.english import english

TABLE = columns()


def renamed(**names):
    return {names.get(name, name): cells for name, cells in TABLE.items()}


def test_columns_are_found_and_shown(load):
    """The summary shows kinds, missing cells, ranges and choices; target, group and time are no features."""
    table = {**TABLE, "customer": [number // 3 for number in range(300)]}
    data = load("regression", table, target="price", group="customer", time="since", ignore=["label"])
    assert data.summary.columns == {
        "target": "price", "features": ["age", "city", "member"], "ignored": ["label"], "group": "customer",
        "time": "since",
    }  # fmt: skip
    facts = {one["name"]: one for one in data.summary.details["feature_facts"]}
    assert [one["kind"] for one in facts.values()] == ["number", "category", "flag"]
    assert facts["age"]["missing"] == pytest.approx(28 / 300, abs=0.02)
    assert sorted(facts["city"]["choices"]) == ["Bern", "Oslo", "Rome"]
    assert int(facts["age"]["low"]) < int(facts["age"]["middle"]) < int(facts["age"]["high"])


@pytest.mark.parametrize(
    ("task", "table", "given", "truth"),
    [
        ("classification", TABLE, {}, "label"),
        ("regression", TABLE, {"ignore": ["label"]}, "price"),
        ("regression", renamed(label="class", price="y"), {"ignore": ["class"]}, "y"),
        ("classification", renamed(label="Species"), {}, "Species"),
        ("classification", renamed(label="churned"), {"target": "churned"}, "churned"),
        ("regression", TABLE, {"label": "price"}, "price"),
    ],
)
def test_the_target_is_found_by_its_name(load, task, table, given, truth):
    """A general name wins over a usual one; either name of the field will do."""
    data = load(task, table, **given)
    assert data.summary.columns["label" if task == "classification" else "target"] == truth
    assert not any("no column has a name" in note.lower() for note in data.summary.notes)


def test_the_last_column_is_taken_with_a_note(load):
    """The last column is the target, with a note, if no name says which one is."""
    data = load("regression", renamed(price="x1", label="x2"))
    assert data.summary.columns["target"] == "x1"
    assert any("the last one, 'x1', was taken" in note for note in data.summary.notes)


def test_several_names_are_not_guessed(load):
    """Two columns with a general name could each be the target."""
    with pytest.raises(DataError, match="'class', 'target' could each be it"):
        load("classification", renamed(label="class", price="target"))


def test_groups_stay_together_and_times_in_order(load):
    """Groups stay together and times in order, as for texts."""
    table = {**TABLE, "customer": [number // 3 for number in range(300)]}
    data = load("regression", table, target="price", group="customer", features=["age", "city", "customer"])
    customers = {split: set(rows.frame.columns["customer"].tolist()) for split, rows in data.splits.items()}
    assert not customers["train"] & customers["test"]
    data = load("regression", TABLE, target="price", time="since", features=["age", "since"])
    times = {split: rows.frame.columns["since"] for split, rows in data.splits.items()}
    assert times["train"].max() <= times["validation"].min()
    assert times["validation"].max() <= times["test"].min()


def test_limits_and_seeds_decide_which_rows(load):
    """The same seed keeps the same rows; another seed keeps others."""
    first, same, other = (
        load("regression", TABLE, target="price", seed=seed, limit={"train": 50}).summary for seed in (1, 1, 2)
    )
    assert first.rows == {"train": 50, "validation": 6, "test": 14}
    assert first == same
    assert first.fingerprint != other.fingerprint


def test_the_fingerprint_knows_every_cell(load):
    """A change of one cell of a feature changes the fingerprint."""
    cells = [cell if number != 200 else "Paris" for number, cell in enumerate(TABLE["city"])]
    changed = load("regression", {**TABLE, "city": cells}, target="price").summary
    assert load("regression", TABLE, target="price").summary.fingerprint != changed.fingerprint


def test_classes_are_those_of_texts(load):
    """Classes are those of texts: names for stored numbers, the positive class, and rows of each class."""
    table = {**TABLE, "label": [int(cell == "high") for cell in TABLE["label"]]}
    data = load("classification", table, labels=["low", "high"], positive="low")
    details = data.summary.details
    assert (details["labels"], details["positive"]) == (["low", "high"], "low")
    assert sum(map(sum, details["label_rows"].values())) == 300
    assert details["label_names"] == {"0": "low", "1": "high"}


@pytest.mark.parametrize("key", ["tabular/classification", "tabular/regression"])
def test_a_task_describes_its_demo(key, tmp_path):
    """A task describes its demo with facts, figures and the form of an input, of stored data, and of nothing."""
    task = registry.load_task(key)
    dataset = task.default_dataset().model_copy(update={"size": 400})
    data = task.load(dataset, tmp_path).summary
    assert task.load(dataset, tmp_path).summary == data
    stored = json.loads(json.dumps(data_to_json(data), allow_nan=False))
    assert data_from_json(stored).rows == data.rows
    kinds = {one["kind"] for one in stored["feature_facts"]}
    assert kinds == {"number", "category", "date", "flag"}
    assert any(one["missing"] for one in stored["feature_facts"])
    assert [fact.name.template for fact in task.facts(stored)][-3:] == ["features", "kinds", "missing cells"]
    for known in (stored, {}):
        figures = list(task.data_figures(known))
        assert all(isinstance(figure, Empty) for figure in figures) is (not known)
        for figure in figures:
            check(figure)
    fields = task.input_fields(stored)
    assert [field.name for field in fields] == [one["name"] for one in stored["feature_facts"]]
    assert {field.kind for field in fields} == {"number", "choice", "line"}
    assert all(field.example in field.choices for field in fields if field.choices)
    assert all(field.example for field in fields)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_named_target_makes_a_header_of_a_first_line_that_looks_like_a_row(load, task):
    """A column that is called like one of its values is no reason to refuse a file whose target is found."""
    table = {"yes": ["yes", "no"] * 30, "age": [number % 7 for number in range(60)], "bought": ["0", "1", "1"] * 20}
    data = load(task, table, target="bought")
    assert data.summary.columns["features"] == ["yes", "age"]
    assert sum(data.summary.rows.values()) == 60


def test_a_first_line_that_looks_like_a_row_is_refused_with_the_columns_that_the_spec_names(load):
    """Without any, the message does not make up names; a number proves no header."""
    table = {"yes": ["yes", "no"] * 30, "2": [number % 7 for number in range(60)], "sold": ["0", "1", "1"] * 20}
    with pytest.raises(DataError, match="looks like a row") as caught:
        load("classification", table, label="bought")
    assert "Add a header with the column 'bought', or" in caught.value.message
    with pytest.raises(DataError, match="Add a header that names the columns, or"):
        load("classification", table)
    with pytest.raises(DataError, match="looks like a row"):
        load("classification", table, label="2")


def test_rows_to_predict_and_rows_with_truths_have_the_header_of_the_study(load, train, tmp_path):
    """Rows to predict and rows with truths have the header of the study."""
    table = {"yes": ["yes", "no"] * 30, "age": [number % 7 for number in range(60)], "bought": ["0", "1", "1"] * 20}
    found = train("tabular/classification/linear", load("classification", table, target="bought"))
    (rows,) = found.task.open_file(InputFile(tmp_path / "rows.csv", data=found.json)).batches(100)
    assert len(rows.inputs) == 60
    file = EvaluationFile(tmp_path / "rows.csv", data=found.json)
    judged = found.trainer.evaluate_file(found.result.model_dir, file, folder=tmp_path, device="cpu", threads=1)
    assert judged.rows == 60


def test_the_kind_of_each_column_is_listed(load):
    """The kind of each column is listed; of very many columns the first ones, and how many more there are."""
    data = load("regression", TABLE, target="price", ignore=["since"])
    facts = {fact.name.template: english(fact.text) for fact in feature_facts_line(data_to_json(data.summary))}
    assert facts["kinds"] == "age (number), city (category), member (yes or no), label (category)"
    wide = {f"x{place}": [row % (place + 2) for row in range(60)] for place in range(20)}
    data = load("regression", {**wide, "price": [row * row for row in range(60)]}, target="price")
    facts = {fact.name.template: english(fact.text) for fact in feature_facts_line(data_to_json(data.summary))}
    assert facts["kinds"].startswith("x0 (number), x1 (number), ")
    assert facts["kinds"].endswith("x11 (number) and 8 more")
