"""Models of tables: trained, kept, opened, evaluated, explained; also when they are pruned, stopped or damaged."""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from sample_tables import columns, write_csv

from catalog import registry
from catalog.contract import Decision, Outcome
from catalog.contract.capabilities import EvaluationFile, InputFile
from catalog.errors import DataError, InputError, ModelSourceError, StoppedError
from catalog.figures import Empty, check
from catalog.space import Choices
from plugins.tabular.folder import keep_temperature

KEYS = [f"tabular/{task}/{model}" for task in ("classification", "regression") for model in ("boosting", "linear")]
BOOSTING = [key for key in KEYS if key.endswith("boosting")]
TABLE = columns()
STRANGE_ROWS = (
    {"age": None, "city": None, "member": None, "since": None},
    {"age": "", "city": " ", "member": "maybe", "since": "soon"},
    {"age": "\ud800", "city": "\0", "member": "\ud800", "since": "\U0001f600"},
    {"age": 1e308, "city": 12, "member": True, "since": 20261128},
    {"age": float("inf"), "city": "x" * 10_000, "member": 2, "since": "0001-01-01"},
    {"age": "-1e999", "city": [1], "member": {}, "since": float("nan")},
)


@pytest.fixture
def loaded(load):
    """Data of a model's task: features of each kind."""
    features = ["age", "city", "member", "since"]

    def of(key: str, **given):
        task = key.split("/")[1]
        truth = {"label": "label"} if task == "classification" else {"target": "price"}
        return load(task, TABLE, features=features, **truth, **given)

    return of


@pytest.mark.parametrize("key", KEYS)
def test_a_model_learns_and_is_kept(key, loaded, train, tmp_path):
    """A model beats chance by far, its folder evaluates like it, and a second training with the seed is the same."""
    data = loaded(key)
    found, again = train(key, data), train(key, data, folder="again")
    result, metric = found.result, found.task.metrics[0]
    assert result.outcome is Outcome.COMPLETE
    assert dict(result.metrics) == dict(again.result.metrics)
    assert dict(result.metrics) in [dict(one.metrics) for one in result.history]
    assert found.reports[-1].progress == 1
    assert all(first.progress < second.progress for first, second in itertools.pairwise(found.reports))
    assert all(0 <= tick <= 1 for tick in found.ticks)
    assert {"loss", *(one.name for one in found.task.metrics_of(data.summary))} <= set(result.metrics)
    test = found.trainer.evaluate(result.model_dir, data, "test", folder=tmp_path, device="cpu", threads=1)
    level = found.task.chance_level(metric.name, data.summary, "test")
    assert metric.gain(test.metrics[metric.name], level.value) > level.margin
    validation = found.trainer.evaluate(result.model_dir, data, "validation", folder=tmp_path, device="cpu", threads=1)
    for name, value in validation.metrics.items():
        assert result.metrics[name] == pytest.approx(value, rel=1e-4, abs=1e-4)
    assert result.evaluation.metrics == validation.metrics
    same = found.task.compare([result.predictions], [result.predictions], metric.name, 0)
    assert (same.difference, same.low, same.high) == (0, 0, 0)
    assert not [file for file in result.model_dir.iterdir() if file.suffix in {".pkl", ".joblib"}]


@pytest.mark.parametrize("key", KEYS)
def test_any_row_has_an_answer(key, loaded, train):
    """Rows with missing, unreadable, unknown and enormous cells have an answer; notes say what could not be used."""
    found = train(key, loaded(key))
    answers = list(found.predictor.predict(STRANGE_ROWS))
    assert len({frozenset(answer) for answer in answers}) == 1
    json.dumps(answers, allow_nan=False)
    for answer, explained in zip(answers, found.predictor.explain(STRANGE_ROWS), strict=True):
        assert {name: explained[name] for name in answer} == answer
        if "value" in answer:
            assert answer["low"] <= answer["value"] <= answer["high"]
        else:
            assert math.isclose(sum(answer["probabilities"].values()), 1, abs_tol=1e-6)
            assert answer["confidence"] == max(answer["probabilities"].values())
    assert answers[0]["notes"] == []
    assert "age: 'inf' is no number and counts as missing" in answers[4]["notes"]
    assert any(note.startswith("member: 'maybe' is no flag") for note in answers[1]["notes"])


@pytest.mark.parametrize("key", KEYS)
def test_rows_are_what_a_file_holds(key, loaded, train, tmp_path):
    """A typed row, a row of CSV and a row of Parquet get the same answer; extra columns are left alone."""
    found = train(key, loaded(key))
    path = write_csv(tmp_path / "new.csv", {name: cells[:40] for name, cells in TABLE.items()})
    opened = found.task.open_file(InputFile(path, data=found.json))
    assert opened.used == ("age", "city", "member", "since")
    batches = list(opened.batches(16))
    assert [len(batch.inputs) for batch in batches] == [16, 16, 8]
    of_csv = list(found.predictor.predict(row for batch in batches for row in batch.inputs))
    typed = [{name: cells[row] for name, cells in TABLE.items()} for row in range(40)]
    answers = list(found.predictor.predict(typed))
    hidden = {"input", "notes"}
    for one, other in zip(of_csv, answers, strict=True):
        assert {k: v for k, v in one.items() if k not in hidden} == {k: v for k, v in other.items() if k not in hidden}
    assert list(answers[0]["input"]) == ["age", "city", "member", "since"]


@pytest.mark.parametrize("key", KEYS)
def test_missing_columns_are_listed(key, loaded, train, tmp_path):
    """All columns that a row or a file lacks are listed."""
    found = train(key, loaded(key))
    with pytest.raises(InputError, match="no columns 'city', 'since', which the model was trained on"):
        next(found.predictor.predict([{"age": 3, "member": "yes"}]))
    with pytest.raises(InputError, match="An input is a row"):
        next(found.predictor.predict(["text"]))
    path = write_csv(tmp_path / "new.csv", {"age": [1], "member": ["yes"]})
    with pytest.raises(DataError, match="no columns 'city', 'since', which this study was trained on"):
        found.task.open_file(InputFile(path, data=found.json))


@pytest.mark.parametrize("key", KEYS)
def test_explanations_add_up_and_are_shown(key, loaded, train):
    """Contributions differ between two rows by as much as their answers do."""
    found = train(key, loaded(key))
    rows = [{"age": 20, "city": "Oslo", "member": "yes", "since": "2024-02-01"},
            {"age": 75, "city": "Rome", "member": "no", "since": "2026-02-01"}]  # fmt: skip
    explained = list(found.predictor.explain(rows))
    sums = [sum(one["weight"] for one in answer["features"]) for answer in explained]
    if "value" in explained[0]:
        assert sums[1] - sums[0] == pytest.approx(explained[1]["value"] - explained[0]["value"], rel=1e-4)
    else:
        labels = found.json["labels"]
        odds = [
            math.log(answer["probabilities"][labels[1]] / answer["probabilities"][labels[0]]) for answer in explained
        ]
        signed = [sum_ if answer["label"] == labels[1] else -sum_ for sum_, answer in zip(sums, explained, strict=True)]
        assert signed[1] - signed[0] == pytest.approx(odds[1] - odds[0], rel=1e-4)
    for answer in explained:
        assert {one["feature"] for one in answer["features"]} == {"age", "city", "member", "since"}
        assert found.task.reasons(answer)
        figures = list(found.task.prediction_figures(answer))
        for figure in figures:
            check(figure)
        assert [figure.key for figure in figures][-1] == "contributions"
        assert set(found.task.cells(answer)) == set(found.task.columns_of_predictions(found.json))
        assert found.task.headline(answer)


@pytest.mark.parametrize("key", KEYS)
def test_importance_finds_what_matters(key, loaded, train, tmp_path):
    """The feature that decides comes first; figures show it, and say why it is missing."""
    found = train(key, loaded(key))
    insight = json.loads(json.dumps(found.task.interpret(found.predictor, found.data, seconds=0.5)))
    assert insight["features"][0]["feature"] == "age"
    assert all(one["low"] <= one["importance"] <= one["high"] for one in insight["features"])
    evaluation = found.trainer.evaluate(
        found.result.model_dir, found.data, "test", folder=tmp_path, device="cpu", threads=1
    )
    for insights in ({"interpretation": insight}, {}, {"interpretation": {"failure": {"kind": "x", "reason": "y"}}}):
        figures = list(found.task.figures(evaluation, found.json, insights))
        assert len({figure.key for figure in figures}) == len(figures)
        for figure in figures:
            check(figure)
        assert isinstance(figures[-1], Empty) is (insight not in insights.values())


@pytest.mark.parametrize("key", KEYS)
def test_a_file_with_truths_is_evaluated_like_a_split(key, loaded, train, tmp_path):
    """The examples of test, as a task writes them; unknown classes and a lack of truths are refused."""
    found = train(key, loaded(key))
    path = tmp_path / "examples.parquet"
    found.task.write_examples(found.data, "test", path)
    truth = "label" if "classification" in key else "target"
    assert pq.read_table(path).column_names == ["row", truth, "age", "city", "member", "since"]
    folder, options = found.result.model_dir, {"folder": tmp_path, "device": "cpu", "threads": 1}
    columns_named = {truth: (truth,)}
    file = EvaluationFile(path, columns_named, data=found.json, truths="ids")
    of_file = found.trainer.evaluate_file(folder, file, **options)
    split = found.trainer.evaluate(folder, found.data, "test", **options)
    assert (of_file.split, of_file.rows) == ("file", split.rows)
    assert dict(of_file.metrics) == pytest.approx(dict(split.metrics))
    unlabelled = write_csv(
        tmp_path / "new.csv",
        {name: cells for name, cells in TABLE.items() if name in found.json["columns"]["features"]},
    )
    with pytest.raises(DataError, match="no column"):
        found.trainer.evaluate_file(folder, EvaluationFile(unlabelled, data=found.json), **options)
    if truth == "label":
        other = write_csv(tmp_path / "other.csv", {**TABLE, "label": ["huge"] * 300})
        with pytest.raises(DataError, match="1 label that the model does not know: 'huge'"):
            found.trainer.evaluate_file(folder, EvaluationFile(other, data=found.json), **options)


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("older", [True, False])
def test_the_examples_of_a_study_are_evaluated_without_options(task, older, load, train, tmp_path):
    """Whatever its target is called, and features that are called like columns of the file, which holds ids.

    Files of older releases have no mark: they are known by their columns.
    """
    truth, other = ("label", "churned") if task == "classification" else ("target", "paid")
    named = TABLE["label"] if task == "classification" else TABLE["price"]
    given = {}
    if task == "classification" and not older:  # names that look like other ids: the mark says what they are
        named, given = [int(cell == "low") for cell in named], {"labels": ["1", "0"]}
    table = {"age": TABLE["age"], "row": TABLE["city"], truth: TABLE["member"], other: named}
    found = train(f"tabular/{task}/linear", load(task, table, target=other, **given))
    path = tmp_path / "examples.parquet"
    found.task.write_examples(found.data, "test", path)
    if older:
        pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    folder, options = found.result.model_dir, {"folder": tmp_path, "device": "cpu", "threads": 1}
    split = found.trainer.evaluate(folder, found.data, "test", **options)
    of_file = found.trainer.evaluate_file(folder, EvaluationFile(path, data=found.json, truths="names"), **options)
    assert dict(of_file.metrics) == pytest.approx(dict(split.metrics))
    assert of_file.columns[truth] == truth
    assert of_file.columns["features"] == ["age", "row", truth]
    (batch,) = found.task.open_file(InputFile(path, data=found.json)).batches(1000)
    assert {one["row"] for one in batch.inputs} == {None, "Rome", "Oslo", "Bern"}


@pytest.mark.parametrize(
    ("task", "option"), [("classification", "--label COLUMN"), ("regression", "--column target=COLUMN")]
)
def test_a_file_without_the_target_says_which_option_names_it(task, option, load, train, tmp_path):
    """The error on a file without the target says which option names it; ids of classes are known as such."""
    truth = "label" if task == "classification" else "price"
    table = {"Rome": TABLE["city"], "goal": TABLE[truth]}
    found = train(f"tabular/{task}/linear", load(task, table, target="goal"))
    renamed = write_csv(tmp_path / "new.csv", {"Rome": TABLE["city"], "other": TABLE[truth]})
    options = {"folder": tmp_path, "device": "cpu", "threads": 1}
    with pytest.raises(DataError, match=f"no column 'goal'.*name it with {option}"):
        found.trainer.evaluate_file(found.result.model_dir, EvaluationFile(renamed, data=found.json), **options)
    if task == "classification":
        ids = write_csv(
            tmp_path / "ids.csv", {"Rome": TABLE["city"], "goal": [int(one == "low") for one in TABLE[truth]]}
        )
        with pytest.raises(DataError, match="If these are ids of classes, say --labels-as ids"):
            found.trainer.evaluate_file(found.result.model_dir, EvaluationFile(ids, data=found.json), **options)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_changed_answers_are_rows(task, loaded, train):
    """Rows on which two models differ, with their cells; a model does not differ from itself."""
    key = f"tabular/{task}/boosting"
    data = loaded(key)
    first, second = train(key, data), train(f"tabular/{task}/linear", data, folder="second")
    files = first.result.predictions, second.result.predictions
    assert first.task.changed_answers(data, "validation", files[0], files[0], 5) == []
    changed = first.task.changed_answers(data, "validation", *files, 5)
    assert 0 < len(changed) <= 5
    json.dumps(changed, allow_nan=False)
    assert all(
        one["first"] != one["second"] and set(one["input"]) == set(data.splits["train"].frame.columns)
        for one in changed
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_damaged_folder_is_refused(key, loaded, train, tmp_path):
    """A damaged folder is refused, whichever of its files is missing, cut, or changed in one byte."""
    found = train(key, loaded(key))
    folder = found.result.model_dir
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        if file.name != "modelcat.json" or "classification" in key:
            for damaged in (None, content[: len(content) // 2]):
                file.unlink() if damaged is None else file.write_bytes(damaged)
                with pytest.raises(ModelSourceError, match="Train it again"):
                    found.trainer.open(folder, "cpu", 1)
        file.write_bytes(content)
    found.trainer.open(folder, "cpu", 1)
    other = registry.load(key.replace("boosting", "other").replace("linear", "boosting").replace("other", "linear"))
    with pytest.raises(ModelSourceError, match="model of the kind"):
        other.trainer().open(folder, "cpu", 1)


@pytest.mark.parametrize("key", BOOSTING)
def test_pruned_and_stopped_trainings_end(key, loaded, train):
    """A pruned training leaves no model, a stopped one does; a time limit stops it, and a pause raises."""
    data = loaded(key)
    pruned = train(key, data, lambda _: Decision.PRUNE, "pruned")
    assert (pruned.result.outcome, pruned.result.model_dir, len(pruned.reports)) == (Outcome.PRUNED, None, 1)
    stopped = train(key, data, lambda _: Decision.STOP, "stopped")
    assert stopped.result.outcome is Outcome.STOPPED
    assert list(stopped.predictor.predict(STRANGE_ROWS[:1]))
    late = train(key, data, folder="late", config={"rounds": 100_000, "early_stopping": 0}, time_limit=0.05)
    assert late.result.outcome is Outcome.STOPPED
    with pytest.raises(StoppedError):
        train(key, data, folder="paused", paused=lambda: True)


@pytest.mark.parametrize("key", BOOSTING)
def test_quarters_are_measured(key, loaded, train):
    """A training is measured at exactly a quarter, a half, three quarters and the whole of its schedule."""
    for rounds in (4, 7, 90):
        found = train(
            key, loaded(key), folder=f"of{rounds}", config={"rounds": rounds, "early_stopping": 0}, quarters=True
        )
        progress = [one.progress for one in found.reports]
        assert {0.25, 0.5, 0.75, 1.0} <= set(progress)
        assert progress == sorted(set(progress))
        assert found.result.best_epoch == rounds


@pytest.mark.parametrize("key", KEYS)
def test_every_configuration_of_the_space_is_valid(key, loaded):
    """Both ends of every range, every choice and every recipe are valid; each field is described."""
    model, data = registry.load(key), loaded(key)
    config = model.Config()
    assert model.Config.model_fields.keys() >= {*model.fixed_fields}
    assert all(info.description for info in model.Config.model_fields.values())
    for name, found in model.search_space(config).items():
        for value in found.values if isinstance(found, Choices) else (found.low, found.high):
            model.Config.model_validate({name: value})
    for recipe in model.recipes(config):
        model.Config.model_validate(recipe)
    assert set(model.search_space(config)) <= set(model.tunable(config, data.summary))
    assert model.check(config, data) == ()


def test_leaves_fit_few_rows(loaded, train):
    """A search may ask for leaves of more rows than there are: a quarter of them counts, which a note says."""
    key = "tabular/regression/boosting"
    model, data = registry.load(key), loaded(key, limit={"train": 30})
    assert "7 count in its place" in model.check(model.Config(min_child_samples=100), data)[0]
    found = train(key, data, config={"min_child_samples": 100})
    assert found.reports[-1].train_loss < found.reports[0].train_loss
    assert "30 training rows are few" in model.check(model.Config(min_child_samples=5), data)[0]


@pytest.mark.parametrize("key", KEYS)
def test_a_forecast_is_of_a_whole_training(key, loaded):
    """A forecast has seconds, bytes and notes, measured in about the time that is given."""
    model, data = registry.load(key), loaded(key)
    found = model.trainer().forecast(model.Config(), data, device="cpu", threads=1, seconds=0.5)
    assert found.seconds_per_epoch > 0
    assert found.model_bytes > 0
    assert found.summary_notes == data.summary.notes


@pytest.mark.parametrize("model", ["boosting", "linear"])
def test_large_targets_keep_their_digits(model, load, train):
    """A target of a billion and a bit is learned as well as the bit."""
    found = []
    for folder, offset in (("small", 0.0), ("large", 1e9)):
        table = {**TABLE, "price": [price + offset for price in TABLE["price"]]}
        data = load("regression", table, target="price", ignore=["label"])
        found.append(train(f"tabular/regression/{model}", data, folder=folder).result.metrics["r2"])
    assert found[0] == pytest.approx(found[1], abs=1e-3)


@pytest.mark.parametrize("key", KEYS)
def test_one_column_of_a_constant_kind_is_enough(key, load, train):
    """One feature and few rows, one of them missing, are enough to train."""
    rows = 40
    table = {"x": ["" if number == 3 else number % 2 for number in range(rows)],
             "label": ["a" if number % 2 else "b" for number in range(rows)],
             "price": [number % 2 + number / 1000 for number in range(rows)]}  # fmt: skip
    task = key.split("/")[1]
    data = load(
        task, table, features=["x"], **({"label": "label"} if task == "classification" else {"target": "price"})
    )
    found = train(key, data)
    assert all(np.isfinite(value) for value in found.result.metrics.values())


def test_three_classes_are_told_apart(load, train):
    """Three classes are separated, also with weights, and by both models."""
    table = {**TABLE, "label": [str(int(price) // 3) for price in TABLE["price"]]}
    data = load("classification", table, ignore=["price"])
    assert len(data.summary.details["labels"]) >= 3
    for model in ("boosting", "linear"):
        found = train(f"tabular/classification/{model}", data, folder=model, config={"class_weights": "balanced"})
        assert found.result.metrics["accuracy"] > 0.6
        explained = next(found.predictor.explain([{name: cells[0] for name, cells in TABLE.items()}]))
        assert list(found.task.prediction_figures(explained))


def test_the_positive_class_is_kept_with_the_model(loaded, train, tmp_path):
    """F1 is of the class that the spec names, also of a file."""
    key = "tabular/classification/linear"
    found = train(key, loaded(key, positive="low"))
    assert found.data.summary.details["positive"] == "low"
    path = write_csv(tmp_path / "new.csv", TABLE)
    options = {"folder": tmp_path, "device": "cpu", "threads": 1}
    judged = found.trainer.evaluate_file(found.result.model_dir, EvaluationFile(path, data=found.json), **options)
    (_, _), (missed, hits) = judged.details["confusion"]
    low = judged.details["labels"].index("low")
    assert judged.details["positive"] == "low"
    assert judged.metrics["recall"] == pytest.approx(judged.details["classes"][low]["recall"])
    assert hits + missed > 0
    assert replace(found.task.completed(judged, found.json), details={}) == replace(judged, details={})


def test_a_temperature_changes_confidence_and_its_explanation(loaded, train, tmp_path):
    """A temperature leaves answers as they are; log-odds and contributions are divided by it, also in evaluations."""
    key = "tabular/classification/boosting"
    found = train(key, loaded(key))
    folder, data = found.result.model_dir, found.data
    row = {name: cells[1] for name, cells in TABLE.items()}
    before = next(found.predictor.explain([row]))
    keep_temperature(folder, 2.0)
    assert found.trainer.calibrate(folder, found.result.predictions) == 2.0
    after = next(found.predictor.explain([row]))
    odds = [
        math.log(max(one["probabilities"].values()) / min(one["probabilities"].values())) for one in (before, after)
    ]
    assert odds[1] == pytest.approx(odds[0] / 2)
    assert [one["weight"] for one in after["features"]] == pytest.approx(
        [one["weight"] / 2 for one in before["features"]]
    )
    evaluated = found.trainer.evaluate(folder, data, "validation", folder=tmp_path, device="cpu", threads=1)
    rescaled = found.task.rescaled(found.result.predictions, "validation", 2.0)
    assert evaluated.metrics["log_loss"] == pytest.approx(rescaled.metrics["log_loss"], rel=1e-4)
    assert evaluated.metrics["accuracy"] == found.result.metrics["accuracy"]
