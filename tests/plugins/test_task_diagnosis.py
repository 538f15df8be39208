"""Rules of diagnosis that tasks share: of numbers, of rows of tables, and of small splits; near misses trigger none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from with_details import with_details

from catalog import registry
from catalog.contract import DataSummary, EpochMetrics, Evaluation
from catalog.contract.capabilities import CountsRules, Diagnoses
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput, DiagnosisTrial
from plugins.nlp.text_regression.linear.config import LinearConfig as TextConfig
from plugins.regression.records import TargetStatistics, TruthGroup
from plugins.tabular.boosting.config import ClassBoostingConfig, NumberBoostingConfig
from plugins.tabular.linear.config import ClassLinearConfig, NumberLinearConfig
from runner.presentation.english import english

ROWS = {"train": 2000, "validation": 400, "test": 500}
TASKS = (
    "nlp/text-classification",
    "nlp/text-regression",
    "nlp/token-classification",
    "tabular/classification",
    "tabular/regression",
)
NUMBERS = {"nlp/text-regression": TextConfig, "tabular/regression": NumberBoostingConfig}
CLASSES = {"labels": ["no", "yes"], "label_rows": {split: [rows / 2, rows / 2] for split, rows in ROWS.items()}}


def numbers_data() -> DataSummary:
    """Return data whose numbers have the standard deviation 20."""
    spread = {split: TargetStatistics(rows, 0, 100, 50, 50, 20, 16, 14) for split, rows in ROWS.items()}
    return with_details(DataSummary("rents", "0" * 64, ROWS), target_statistics=spread)


def group(low: float, high: float, bias: float = 0.0, error: float = 4.0) -> TruthGroup:
    """Return 250 examples."""
    return TruthGroup(low, high, 250, error, error - 0.5, error + 0.5, bias)


def judged(groups: tuple[TruthGroup, ...] = (), rows: int = 500, **metrics: float) -> Evaluation:
    """Return errors of a model that is all right, except for the given ones."""
    known = {"rmse": 5.0, "mae": 4.0, "median_absolute_error": 3.3, "r2": 0.94, **metrics}
    found = Evaluation("test", rows, known, Path("test.parquet"), 1.0)
    return with_details(found, truth_groups=groups or (group(0, 50), group(50, 100)))


def numbers(key: str = "tabular/regression", config: Any = None, loss: float = 25.0, **changes: Any) -> DiagnosisInput:
    """Return a study of numbers; `loss` is its mean squared error on validation rows, 25 that on training rows."""
    config = config or NUMBERS[key]
    measured = EpochMetrics(1.0, 1.0, 0.25, {"loss": loss / 100, "rmse": loss**0.5}, None, 1.0)
    trial = DiagnosisTrial(0, "complete", config().model_dump(mode="json"), loss**0.5, history=(measured,))
    given = {
        "metric": "rmse",
        "space": {},
        "trials": (trial,),
        "best": 0,
        "evaluations": {("winner", "test"): judged()},
    }
    return DiagnosisInput(**{"data": numbers_data(), "Config": config, **given, **changes})


def classes(
    config: Any = ClassBoostingConfig, trained: float = 0.92, validated: float = 0.9, **loss: float
) -> DiagnosisInput:
    """Return a study of two classes."""
    metrics = {"loss": 0.3, "accuracy": validated}
    measured = EpochMetrics(1.0, 1.0, loss.get("train_loss", 0.25), metrics, None, 1.0, {"accuracy": trained})
    trial = DiagnosisTrial(0, "complete", config().model_dump(mode="json"), validated, history=(measured,))
    data = with_details(DataSummary("bank", "0" * 64, ROWS), **CLASSES)
    return DiagnosisInput(data, config, "accuracy", {}, (trial,), 0)


def told(key: str, evidence: DiagnosisInput) -> dict[str, Diagnosis]:
    """Return what the task of a key finds, by rule."""
    return {one.rule: one for one in registry.load_task(key).diagnose(evidence)}


def changes_of(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the fields that a finding says to change, each a field of the spec with a value that it takes."""
    return {remedy.field: remedy.value for remedy in diagnosis.remedies if remedy.field is not None}


@pytest.mark.parametrize("key", TASKS)
def test_every_task_has_rules(key):
    """Each of the tasks diagnoses, and says how many rules it applies."""
    task = registry.load_task(key)
    assert isinstance(task, Diagnoses)
    assert isinstance(task, CountsRules)
    assert task.rule_count >= 10


@pytest.mark.parametrize("key", TASKS)
@pytest.mark.parametrize(
    ("rows", "severity"), [((150, 90, 90), "note"), ((40, 20, 20), "warning"), ((200, 100, 100), None)]
)
def test_small_splits_are_told(key, rows, severity):
    """Every task says that there are few examples, and of what."""
    data = DataSummary("small", "0" * 64, dict(zip(ROWS, rows, strict=True)))
    found = told(key, DiagnosisInput(data, NumberLinearConfig, "rmse", {}, (), None)).get("few_rows")
    assert (found and found.severity) == severity
    assert found is None or f"{rows[0]} rows to train on, {rows[1]} to choose by" in english(found.evidence)


@pytest.mark.parametrize("key", NUMBERS)
def test_nothing_is_wrong_with_a_good_model_of_numbers(key):
    """Errors that are usual are no finding."""
    assert told(key, numbers(key)) == {}


@pytest.mark.parametrize("key", NUMBERS)
def test_errors_far_above_those_of_training_are_over_fitting(key):
    """Twice the error of the training rows is a note, three times a warning, a quarter more is neither."""
    twice = told(key, numbers(key, loss=100.0))["over_fitting"]
    assert twice.severity == "note"
    assert "is 2 times that on the rows it was trained on" in english(twice.evidence)
    assert told(key, numbers(key, loss=225.0))["over_fitting"].severity == "warning"
    assert "over_fitting" not in told(key, numbers(key, loss=40.0))
    few = replace(numbers_data(), rows={**ROWS, "validation": 20})
    assert "over_fitting" not in told(key, numbers(key, loss=100.0, data=few))


@pytest.mark.parametrize("config", [NumberBoostingConfig, NumberLinearConfig])
def test_remedies_of_over_fitting_are_fields_of_the_model(config):
    """Against over-fitting, trees get smaller, and a linear model gets a stronger penalty."""
    fields = changes_of(told("tabular/regression", numbers(config=config, loss=225.0))["over_fitting"])
    trees = {"model_config.num_leaves": 16, "model_config.min_child_samples": 40}
    assert fields == (trees if config is NumberBoostingConfig else {"model_config.alpha": 10.0})


@pytest.mark.parametrize(("share", "severity"), [(-0.1, "problem"), (0.05, "warning"), (0.2, None)])
def test_a_model_that_explains_little_is_told(share, severity):
    """R² near 0 is no model, and below 0 a bad one."""
    found = told("tabular/regression", numbers(evaluations={("winner", "test"): judged(r2=share)})).get("under_fitting")
    assert (found and found.severity) == severity


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize(
    ("bias", "says"), [(2.0, "2 too high on average"), (-2.0, "2 too low on average"), (0.5, None)]
)
def test_predictions_that_are_off_on_average_are_told(key, bias, says):
    """Half of the mean absolute error in one direction is bias; an eighth is not."""
    groups = (group(0, 50, bias), group(50, 100, bias))
    found = told(key, numbers(key, evaluations={("winner", "test"): judged(groups)})).get("biased_predictions")
    assert (found is None) == (says is None)
    assert found is None or says in english(found.evidence)


@pytest.mark.parametrize("key", NUMBERS)
def test_ends_that_are_drawn_to_the_middle_are_told(key):
    """Small numbers that are predicted too high and large ones too low are found for every task of numbers."""
    groups = (group(0, 50, 3.0), group(50, 100, -3.0))
    found = told(key, numbers(key, evaluations={("winner", "test"): judged(groups)}))
    assert list(found) == ["drawn_to_the_middle"]


@pytest.mark.parametrize("key", NUMBERS)
def test_outliers_are_told(key):
    """Half of the errors below 1 with a root of the mean squared error of 5 means that few rows decide."""
    far = {("winner", "test"): judged(median_absolute_error=1.0)}
    fields = changes_of(told(key, numbers(key, evaluations=far))["far_errors"])
    assert fields["study.metric"] == "mae"
    assert fields.get("model_config.loss") == ("absolute" if key == "tabular/regression" else None)
    assert "far_errors" not in told(
        key, numbers(key, evaluations={("winner", "test"): judged(median_absolute_error=2.0)})
    )


def test_accuracy_far_above_that_of_validation_is_over_fitting():
    """Of rows of tables ten points are a note, twenty a warning; with fixes that the model has."""
    assert "over_fitting" not in told("tabular/classification", classes(trained=0.97))
    assert told("tabular/classification", classes(trained=1.0, validated=0.85))["over_fitting"].severity == "note"
    grave = told("tabular/classification", classes(ClassLinearConfig, trained=1.0, validated=0.7))["over_fitting"]
    assert grave.severity == "warning"
    assert "30.0 points apart" in english(grave.evidence)
    assert changes_of(grave) == {"model_config.C": 0.1}


def test_a_loss_of_guessing_is_under_fitting():
    """A model of classes whose training loss is that of their shares has learned nothing."""
    assert told("tabular/classification", classes(train_loss=0.69))["under_fitting"].severity == "problem"
    assert "under_fitting" not in told("tabular/classification", classes())


def test_unbalanced_and_missing_classes_of_tables_are_told():
    """Rare classes, and those without a row in a split, are found as for texts."""
    uneven = with_details(classes().data, label_rows={"train": [1900, 100], "validation": [400, 0], "test": [480, 20]})
    found = told("tabular/classification", replace(classes(), data=uneven))
    assert {"unbalanced_classes", "unjudged_classes"} <= set(found)
    assert changes_of(found["unbalanced_classes"])["model_config.class_weights"] == "balanced"
