"""Bad tables: one clear message, or a rule that a note states."""

import json
import math

import pytest
from pydantic import TypeAdapter, ValidationError
from sample_tables import columns, write_csv

from catalog import registry
from catalog.errors import DataError

TABLE = columns()


def changed(**replaced):
    return {**TABLE, **replaced}


def only(*names):
    return {name: TABLE[name] for name in names}


def with_cell(name, row, value):
    return changed(**{name: [value if number == row else cell for number, cell in enumerate(TABLE[name])]})


@pytest.mark.parametrize(
    ("table", "given", "message", "field"),
    [
        (with_cell("price", 41, "dear"), {}, "line 43 holds 'dear' in column 'price'", "dataset.target"),
        (with_cell("price", 41, "inf"), {}, "line 43 holds inf in column 'price'", "dataset.target"),
        (with_cell("price", 41, "1e200"), {}, "line 43 holds 1e+200", "dataset.target"),
        (with_cell("price", 41, ""), {}, "1 of 300 rows have no number in column 'price': row 42", "dataset.train"),
        (with_cell("price", 41, "NA"), {}, '"missing_labels": "drop"', "dataset.train"),
        (changed(price=["4.0"] * 300), {}, "holds one number only", "dataset.target"),
        (changed(price=["1,234", "2,345"] * 150), {}, "1.234 or 1234", "dataset.target"),
        (TABLE, {"target": "prise"}, "no column 'prise'. Did you mean 'price'?", "dataset.target"),
        (TABLE, {"target": "price", "features": ["age", "height"]}, "no column 'height'", "dataset.features"),
        (TABLE, {"target": "price", "ignore": ["heigth"]}, "no column 'heigth'", "dataset.ignore"),
        (TABLE, {"target": "price", "features": ["price", "age"]}, "both target and feature", "dataset.features"),
        (TABLE, {"target": "city"}, "which is no number", "dataset.target"),
        (only("price"), {}, "no column to predict 'price' from", "dataset.train"),
        (changed(age=[7] * 300, city=[""] * 300, member=["no"] * 300, since=[""] * 300, label=["x"] * 300),
         {"target": "price"}, "no column is of use", "dataset.train"),
        (changed(age=["1,234", "5,678"] * 150), {"target": "price"}, '"ignore": ["age"]', "dataset.ignore"),
        (changed(target=TABLE["price"]), {"label": None}, "'label', 'target' could each be it", "dataset.target"),
    ],
)  # fmt: skip
def test_bad_tables_of_numbers_are_refused(load, table, given, message, field):
    """The message says where, what, and what to do; the field is the one to change."""
    given = {"target": "price"} if not given else {name: value for name, value in given.items() if value is not None}
    with pytest.raises(DataError) as caught:
        load("regression", table, **given)
    assert message in caught.value.message
    assert caught.value.field == field
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("table", "given", "message"),
    [
        (with_cell("label", 41, ""), {}, "have no label in column 'label': row 42"),
        (changed(label=["low"] * 300), {}, "holds one class only"),
        (TABLE, {"label": "price"}, "tabular/regression predicts numbers"),
        (only("label"), {}, "no column to predict 'label' from"),
    ],
)
def test_bad_tables_of_classes_are_refused(load, table, given, message):
    """Bad tables of classes are refused as those of texts are."""
    with pytest.raises(DataError) as caught:
        load("classification", table, **given)
    assert message in caught.value.message


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_both_names_of_the_truth_are_refused(task):
    """`label` and `target` mean the same column: either will do, both will not."""
    adapter = TypeAdapter(registry.load_task(f"tabular/{task}").Dataset)
    files = {"source": "files", "train": "x.csv"}
    for name in ("label", "target"):
        found = adapter.validate_python({**files, name: "price"})
        assert (found.label if task == "classification" else found.target) == "price"
        assert adapter.validate_python(found.model_dump(mode="json", exclude_none=True)) == found
    with pytest.raises(ValidationError, match="mean the same column"):
        adapter.validate_python({**files, "label": "a", "target": "b"})
    with pytest.raises(ValidationError, match="features and ignore both name 'a'"):
        adapter.validate_python({**files, "features": ["a"], "ignore": ["a"]})


def test_rows_without_a_target_are_dropped_if_the_spec_says_so(load):
    """Rows without a target are dropped if the spec says so, counted and noted."""
    data = load("regression", with_cell("price", 41, ""), target="price", missing_labels="drop")
    assert sum(data.summary.rows.values()) == 299
    assert data.summary.counts["train"].dropped == {"no label": 1}
    assert any("1 of 300 train rows have no target" in note for note in data.summary.notes)


@pytest.mark.parametrize(
    ("table", "note"),
    [
        (
            changed(age=["inf" if cell == "" else cell for cell in TABLE["age"]]),
            "28 cells of train are infinite, or larger than 1e+150, and count as missing",
        ),
        (with_cell("age", 5, "many"), "'age': 1 cell of train is no number and counts as missing: 'many'"),
        (changed(age=[40] * 300), "'age' left out: it holds one value only"),
        (changed(age=[""] * 300), "'age' left out: it is empty"),
        (changed(id=[f"u{number}" for number in range(300)]), "'id' left out: it names each row"),
        (changed(review=[f"words of a text, number {number}" for number in range(300)]), "it holds texts"),
        (
            changed(age=[f"{number % 90},5" for number in range(300)]),
            "'age': its numbers are read with a decimal comma",
        ),
    ],
)
def test_what_is_wrong_with_a_feature_is_noted(load, table, note):
    """Infinities, unreadable cells, constant, empty, naming and text columns follow a rule, and a note says so."""
    data = load("regression", table, target="price")
    assert any(note in found for found in data.summary.notes), data.summary.notes


def test_ten_thousand_categories_are_capped(load, train):
    """The thousand most frequent categories count as themselves; the model trains and answers for unseen ones."""
    rows = 20_000
    table = {
        "item": [f"item {number % 10_000}" for number in range(rows)],
        "size": [number % 7 for number in range(rows)],
        "price": [number % 7 + (number % 3) / 10 for number in range(rows)],
    }
    data = load("regression", table, target="price")
    assert any("has 10,000 categories" in note or "categories: the 1,000 most" in note for note in data.summary.notes)
    assert max(len(feature.categories) for feature in data.features) <= 1000
    assert data.summary.details["feature_facts"][0]["choices"] == []
    for model in ("boosting", "linear"):
        found = train(f"tabular/regression/{model}", data, folder=model)
        answer = next(found.predictor.predict([{"item": "never seen", "size": 3}]))
        assert math.isfinite(answer["value"])
        assert answer["notes"] == ["item: 'never seen' is rare or unknown among the training rows"]


def test_lists_and_objects_are_left_out(load, tmp_path):
    """Lists and objects, which a JSON file may hold, are no feature, and no target."""
    path = tmp_path / "rows.jsonl"
    rows = [{"tags": ["a"], "x": number % 5, "y": number % 5 + 0.5} for number in range(60)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = load("regression", path, target="y")
    assert any("'tags' left out: it holds lists or objects" in note for note in data.summary.notes)
    with pytest.raises(DataError, match="holds a list or an object"):
        load("regression", path, target="tags")


def test_a_further_split_must_have_the_columns(load, tmp_path):
    """All columns that a further split lacks are listed; unreadable cells of it are noted."""
    test = write_csv(tmp_path / "test.csv", {"age": [1], "label": ["low"], "price": [2.0]})
    with pytest.raises(DataError, match="no columns 'city', 'member', 'since', which the training rows have"):
        load("regression", TABLE, target="price", test=str(test))
    test = write_csv(tmp_path / "test.csv", {**{name: cells[:20] for name, cells in TABLE.items()}, "age": ["x"] * 20})
    data = load("regression", TABLE, target="price", test=str(test))
    assert any("'age': 20 cells of test are no number" in note for note in data.summary.notes)


def test_repeated_headers_are_dropped(load):
    """Repeated headers, as of files that were joined, are dropped."""
    table = {name: [*cells[:150], name, *cells[150:]] for name, cells in TABLE.items()}
    data = load("classification", table)
    assert data.summary.counts["train"].dropped == {"repeated header": 1}
    assert {feature.name: feature.reading.kind for feature in data.features}["price"] == "number"


def leaks_of(data):
    return [note for note in data.summary.notes if note.startswith("Leak suspected")]


@pytest.mark.parametrize(
    ("copy", "how"),
    [
        (TABLE["label"], "each of its 2 values stands with one class only in all 300 rows."),
        ([int(cell == "low") for cell in TABLE["label"]], "each of its 2 values"),
        (["" if row % 9 == 0 else f"{cell}!" for row, cell in enumerate(TABLE["label"])],
         "in all 266 rows that have a value."),
        ([f"{cell}{row % 4}" for row, cell in enumerate(TABLE["label"])], "each of its 8 values"),
    ],
)  # fmt: skip
def test_a_copy_of_the_classes_among_the_features_is_noted(load, copy, how):
    """A copy of the classes is noted, also under other names, with gaps, or divided further, with what to do."""
    table = {**TABLE, "twin": copy}
    (note,) = leaks_of(load("classification", table, target="label"))
    assert "column 'twin' determines the target exactly" in note
    assert how in note
    assert 'leave it out: "dataset": {"ignore": ["twin"]}' in note
    assert not leaks_of(load("classification", table, target="label", ignore=["twin"]))
    (note,) = leaks_of(load("classification", table, target="label", features=["age", "twin"]))
    assert 'take it out of "features"' in note


@pytest.mark.parametrize(
    ("copy", "how"),
    [
        (TABLE["price"], "both are equal in all 300 rows."),
        ([-cell for cell in TABLE["price"]], "the target is -1 times it, up to rounding, in all 300 rows."),
        ([round(cell * 1.8 + 32, 2) for cell in TABLE["price"]], "times it minus 17.8"),
        (
            ["" if row % 9 == 0 else f"{100 * cell:.0f} €" for row, cell in enumerate(TABLE["price"])],
            "is 0.01 times it",
        ),
    ],
)
def test_a_copy_of_the_number_among_the_features_is_noted(load, copy, how):
    """A copy of the number is noted in another unit too, and if it is rounded."""
    (note,) = leaks_of(load("regression", {**TABLE, "twin": copy}, target="price"))
    assert "column 'twin' determines the target exactly" in note
    assert how in note


@pytest.mark.parametrize(
    ("task", "cells"),
    [
        ("classification", [row * 7.5 for row in range(300)]),
        ("classification", [f"{cell}{row % 50}" for row, cell in enumerate(TABLE["label"])]),
        ("classification", ["x" if row == 5 else cell for row, cell in enumerate(TABLE["city"])]),
        ("classification", ["" if row > 120 else cell for row, cell in enumerate(TABLE["label"])]),
        ("regression", [cell + row % 7 / 10 for row, cell in enumerate(TABLE["price"])]),
        ("regression", [1e9 if row == 5 else row % 7 for row in range(300)]),
    ],
)
def test_a_column_that_says_little_is_no_leak(load, task, cells):
    """Values of their own in each row or in a few, features that err, and mostly empty ones are ordinary."""
    prices = [1e8 if row == 5 else cell for row, cell in enumerate(TABLE["price"])]
    table = {**TABLE, "price": prices if max(map(str, cells)) > "1e9" else TABLE["price"], "twin": cells}
    assert not leaks_of(load(task, table, target="label" if task == "classification" else "price"))


DAYS = [f"2026-01-{day:02}" for day in range(1, 29)] + [f"{day:02}.02.2026" for day in range(1, 29)]


@pytest.mark.parametrize(("times", "rule"), [(2, "'day' holds dates"), (1, "'day' left out: it holds dates")])
def test_dates_of_several_formats_are_noted_with_their_counts(load, times, rule):
    """Dates of several formats are categories, or left out if no value occurs twice; a note says why and what to do."""
    days = [*DAYS * times, "03/04/2026", "03/04/2026"][:300]
    table = {name: cells[: len(days)] for name, cells in TABLE.items()} | {"day": days}
    if times == 1:
        days[-1] = "03/05/2026"
    (note,) = [note for note in load("regression", table, target="price").summary.notes if "several formats" in note]
    assert rule in note
    assert f"{28 * times} like '2026-01-01' (ISO 8601), {28 * times} like '01.02.2026' (%d.%m.%Y)" in note
    assert "2 like '03/04/2026' (%d/%m/%Y or %m/%d/%Y)" in note


def test_per_cents_without_the_sign_are_noted(load):
    """Per cents without the sign count as if they had it, also if it is missing in a third of the cells."""
    rates = [f"{row % 90}%" if row % 3 else f"{row % 90}" if row % 2 else "0.45" for row in range(300)]
    data = load("regression", {**TABLE, "rate": rates}, target="price")
    assert {one.name: one.reading.number.sign for one in data.features}["rate"] == "%"
    assert any(
        "'rate': 100 of 300 cells of train lack the sign % and count as if they had it; 50 of these are between -1 "
        "and 1: 0.45 is read as 0.45 %, not as 45 %." in note
        for note in data.summary.notes
    )
    truths = [f"{row % 90}%" if row % 9 else "7" for row in range(300)]
    notes = load("regression", {**TABLE, "rate": truths}, target="rate").summary.notes
    assert any("Target 'rate': 34 of 300 cells of train lack the sign %" in note for note in notes)
    assert not any("lack" in note for note in load("regression", TABLE, target="price").summary.notes)
