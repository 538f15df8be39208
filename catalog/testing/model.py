"""A test class that every model inherits, built-in or third-party: it checks the contract.

In a plugin's own tests (pytest finds the methods; nothing else is needed)::

    class TestMyModel(ModelConformance):
        @pytest.fixture
        def case(self):
            dataset = DemoDataset(source="demo")
            return Case(key="nlp/text-classification/mine", config={"size": 1}, dataset=dataset, inputs=["", "a text"])

Trainings run in the test's own process, so choose a configuration that trains in a second or two.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from catalog import registry
from catalog.contract import (
    DataSummary,
    Decision,
    EpochMetrics,
    Evaluation,
    Model,
    Outcome,
    Task,
    Trainer,
    TrialContext,
    TrialResult,
)
from catalog.contract.capabilities import (
    BuildsFigures,
    Calibrates,
    ChecksMetrics,
    EvaluatesFiles,
    EvaluationFile,
    Explains,
    FindsChanges,
    Interprets,
    Rescales,
    ShowsPredictions,
    WritesExamples,
)
from catalog.contract.data import data_to_json
from catalog.dataset import Dataset
from catalog.errors import DataError, ModelSourceError
from catalog.figures import MOST_FIGURES, check
from catalog.schema import schema_of
from catalog.space import Choices
from catalog.spec import resolve

__all__ = ["ModelCase", "ModelConformance", "Trained", "check_close", "keep"]

#: What a descriptor must not import: these belong to trainers.
HEAVY = ("torch", "transformers", "datasets", "sklearn", "lightgbm", "optuna", "sqlalchemy", "textual")


@dataclass(frozen=True, slots=True)
class ModelCase:
    """A small example of a model's use: it must train within seconds.

    Attributes:
        key: The model's key.
        config: `model_config` as a spec would write it.
        dataset: Data to train on; paths absolute.
        inputs: Inputs to predict, with the strangest that the task allows among them.
    """

    key: str
    config: Mapping[str, Any]
    dataset: Dataset
    inputs: Sequence[Any] = ()


@dataclass(slots=True)
class Trained:
    """A training of the case, and what it reported."""

    task: Task
    trainer: Trainer
    data: Any
    prepared: Any
    reports: list[EpochMetrics] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""
        found: DataSummary = self.data.summary
        return found


class ModelConformance:
    """Inherit it, and supply one fixture named `case`."""

    def test_descriptor_is_light(self, case: ModelCase) -> None:
        """Loading the descriptor imports none of the heavy libraries."""
        code = f"import sys; from catalog import registry; registry.load({case.key!r}); print(*sys.modules)"
        command = [sys.executable, "-P", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 -- our own code
        loaded = set(done.stdout.split())
        assert not loaded.intersection(HEAVY), f"importing {case.key} imports {sorted(loaded.intersection(HEAVY))}"

    def test_spec_resolves(self, case: ModelCase, tmp_path: Path) -> None:
        """A spec that names the model resolves, and its stored form resolves to the same."""
        request = resolve(_spec(case), tmp_path)
        assert request.model.key == case.key
        assert request.metric == request.task.metrics[0].name
        assert resolve(request.as_json(), tmp_path).as_json() == request.as_json()

    def test_config_is_strict_and_described(self, case: ModelCase) -> None:
        """The configuration refuses unknown fields, has a default for all, and describes each."""
        model = registry.load(case.key)
        model.Config.model_validate({})
        for name, info in model.Config.model_fields.items():
            assert info.description, f"{name} has no description"
        try:
            model.Config.model_validate({"no_such_field": 1})
        except ValidationError:
            return
        raise AssertionError("an unknown field is accepted; set extra='forbid'")

    def test_schema_is_json(self, case: ModelCase) -> None:
        """The schema of its specs is JSON, with every field of the configuration in it."""
        model = registry.load(case.key)
        text = json.dumps(schema_of(model), allow_nan=False)
        assert all(f'"{name}"' in text for name in model.Config.model_fields)

    def test_space_and_recipes_make_valid_configs(self, case: ModelCase) -> None:
        """Both ends of every range, every choice and every recipe give a valid configuration."""
        model, config = _loaded(case)
        for name, range_ in model.search_space(config).items():
            assert name not in model.fixed_fields, f"{name} is never to be tuned"
            ends = range_.values if isinstance(range_, Choices) else (range_.low, range_.high)
            for value in ends:
                model.Config.model_validate({**case.config, name: value})
        for recipe in model.recipes(config):
            model.Config.model_validate({**case.config, **recipe})
        assert "seed" in model.fixed_fields or "seed" not in model.Config.model_fields
        assert model.preparation_fields <= set(model.Config.model_fields)

    def test_given_values_are_told_in_units_of_the_space(self, case: ModelCase, tmp_path: Path) -> None:
        """Every field of the search space has a value for the given configuration."""
        model, config = _loaded(case)
        task = registry.load_task(case.key)
        told = model.tunable(config, task.load(case.dataset, tmp_path).summary)
        assert set(model.search_space(config)) <= set(told)

    def test_configuration_fits_its_data(self, case: ModelCase, tmp_path: Path) -> None:
        """A repeated check of the configuration against the data finds the same, and its findings are strings."""
        model, config = _loaded(case)
        data = registry.load_task(case.key).load(case.dataset, tmp_path)
        notes = list(model.check(config, data))
        assert notes == list(model.check(config, data))
        assert all(isinstance(note, str) for note in notes)

    def test_training_reports_and_keeps_its_best_epoch(self, case: ModelCase, tmp_path: Path) -> None:
        """A training reports up to the end of its schedule, and its result is one of its reports."""
        model, config = _loaded(case)
        trained = _prepare(model, case, config, tmp_path)
        result = trained.trainer.train(config, trained.prepared, _context(tmp_path, trained))
        assert result.outcome is Outcome.COMPLETE
        assert trained.reports[-1].progress == 1
        assert [r.progress for r in trained.reports] == sorted({r.progress for r in trained.reports})
        assert {*_defined_metrics(trained.task, trained.summary), "loss"} <= set(result.metrics)
        assert all(math.isfinite(value) for value in result.metrics.values())
        assert dict(result.metrics) in [dict(report.metrics) for report in result.history]
        assert result.model_dir is not None
        assert result.model_dir.is_relative_to(tmp_path)
        assert all(0 <= tick <= 1 for tick in trained.ticks)
        assert result.seconds > 0
        assert result.examples_per_second > 0

    def test_same_seed_same_result(self, case: ModelCase, tmp_path: Path) -> None:
        """Two trainings with one seed and one thread measure the same."""
        model, config = _loaded(case)
        found = []
        for name in ("first", "second"):
            trained = _prepare(model, case, config, tmp_path)
            context = _context(tmp_path / name, trained)
            found.append(dict(trained.trainer.train(config, trained.prepared, context).metrics))
        assert found[0] == found[1]

    def test_interrupted_training_ends_like_another(self, case: ModelCase, tmp_path: Path) -> None:
        """A training that dies at its first report is started again or resumed, and ends like one that did not die."""
        model, config = _loaded(case)
        found = []
        for name in ("whole", "died", "again"):
            trained = _prepare(model, case, config, tmp_path)
            context = _context(tmp_path / name, trained, _die if name == "died" else _go_on)
            safe: list[float] = []
            earlier = (tmp_path / "died",) if name == "again" else ()
            context = replace(context, earlier=earlier, checkpoint_seconds=0, checkpointed=safe.append)
            try:
                found.append(dict(trained.trainer.train(config, trained.prepared, context).metrics))
            except _Died:
                continue
            assert all(0 < share <= 1 for share in safe)
            assert trained.reports[-1].progress == 1
        assert len(found) == 2
        assert found[0] == found[1]

    def test_pruned_training_says_so(self, case: ModelCase, tmp_path: Path) -> None:
        """A training that is asked to prune before its end ends, and leaves no model."""
        model, config = _loaded(case)
        trained = _prepare(model, case, config, tmp_path)
        result = trained.trainer.train(config, trained.prepared, _context(tmp_path, trained, _prune))
        if len(trained.reports) == 1 and trained.reports[0].progress == 1:
            return  # it measures itself only when there is nothing left to prune
        assert result.outcome is Outcome.PRUNED
        assert len(trained.reports) == 1
        assert result.model_dir is None

    def test_kept_model_answers_and_is_evaluated(self, case: ModelCase, tmp_path: Path) -> None:
        """The kept model is evaluated on the test split, equals itself, and answers any input."""
        trained, _, model_dir, predictions = keep(case, tmp_path)
        evaluation = _evaluate(trained, model_dir, "test", tmp_path)
        assert evaluation.rows == trained.summary.rows["test"]
        assert _defined_metrics(trained.task, trained.summary) <= set(evaluation.metrics)
        metric = trained.task.metrics[0].name
        same = trained.task.compare([predictions], [predictions], metric, seed=0)
        assert (same.difference, same.low, same.high) == (0, 0, 0)
        answers = list(trained.trainer.open(model_dir, "cpu", 1).predict(case.inputs))
        assert len(answers) == len(case.inputs)
        for answer in answers:
            assert set(answer) == set(answers[0])
            json.dumps(dict(answer), allow_nan=False)

    def test_predictions_are_shown(self, case: ModelCase, tmp_path: Path) -> None:
        """Each prediction has a headline, all cells of its table, and figures that can be drawn."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        task = trained.task
        if not isinstance(task, ShowsPredictions):
            return
        columns = list(task.columns_of_predictions(data_to_json(trained.summary)))
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        answers = list(predictor.predict(case.inputs))
        if isinstance(predictor, Explains):
            answers += predictor.explain(case.inputs)
        for answer in answers:
            assert task.headline(answer).template
            assert list(task.cells(answer)) == columns
            for figure in task.prediction_figures(answer):
                check(figure)

    def test_full_evaluation_agrees_with_the_result(self, case: ModelCase, tmp_path: Path) -> None:
        """The parts of a training's or an evaluation's result agree with its metrics."""
        trained, result, model_dir, predictions = keep(case, tmp_path)
        evaluation = _evaluate(trained, model_dir, "test", tmp_path)
        _check_evaluation(evaluation)
        if isinstance(trained.task, BuildsFigures):
            built = trained.task.figures(evaluation, data_to_json(trained.summary), {})
            figures = list(islice(built, MOST_FIGURES + 1))
            assert len(figures) <= MOST_FIGURES, f"more than {MOST_FIGURES} figures"
            for figure in figures:
                check(figure)
            keys = [figure.key for figure in figures]
            assert len(set(keys)) == len(keys)
        if result.evaluation is None:
            return
        _check_evaluation(result.evaluation)
        assert result.evaluation.split == "validation"
        assert result.evaluation.predictions == predictions
        shared = {name: value for name, value in result.metrics.items() if name in result.evaluation.metrics}
        assert shared
        check_close(result.evaluation.metrics, shared)

    def test_calibrating_happens_once(self, case: ModelCase, tmp_path: Path) -> None:
        """Calibrating again changes nothing; a temperature of 1 leaves all metrics as they are."""
        trained, _, model_dir, predictions = keep(case, tmp_path)
        trainer, task = trained.trainer, trained.task
        if not isinstance(trainer, Calibrates) or not isinstance(task, Rescales):
            return
        evaluation = _evaluate(trained, model_dir, "validation", tmp_path)
        stored = predictions.read_bytes()
        same = task.rescaled(predictions, "validation", 1.0)
        assert (same.rows, same.predictions) == (evaluation.rows, predictions)
        check_close(same.metrics, evaluation.metrics)
        assert predictions.read_bytes() == stored
        temperature = trainer.calibrate(model_dir, predictions)
        assert math.isfinite(temperature)
        assert temperature > 0
        held = {file: file.read_bytes() for file in model_dir.rglob("*") if file.is_file()}
        assert trainer.calibrate(model_dir, predictions) == temperature
        assert {file: file.read_bytes() for file in model_dir.rglob("*") if file.is_file()} == held

    def test_examples_behind_predictions_are_shown(self, case: ModelCase, tmp_path: Path) -> None:
        """The examples of a split are written into a file, and a model agrees with itself on all of them."""
        trained, _, _, predictions = keep(case, tmp_path)
        task = trained.task
        if isinstance(task, WritesExamples):
            task.write_examples(trained.data, "validation", tmp_path / "examples.parquet")
            assert (tmp_path / "examples.parquet").stat().st_size > 0
        if isinstance(task, FindsChanges):
            assert list(task.changed_answers(trained.data, "validation", predictions, predictions, 5)) == []

    def test_file_without_truths_is_refused(self, case: ModelCase, tmp_path: Path) -> None:
        """A file that cannot be evaluated is refused, and the message names it."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        trainer = trained.trainer
        if not isinstance(trainer, EvaluatesFiles):
            return
        (tmp_path / "strange.jsonl").write_text('{"no_such_column": "a"}\n')
        file = EvaluationFile(tmp_path / "strange.jsonl", data=data_to_json(trained.summary))
        try:
            trainer.evaluate_file(model_dir, file, folder=tmp_path, device="cpu", threads=1)
        except DataError as error:
            assert "strange.jsonl" in error.message  # noqa: PT017 -- this module does not import pytest
            return
        raise AssertionError("a file without truths was evaluated")

    def test_any_input_is_explained(self, case: ModelCase, tmp_path: Path) -> None:
        """A predictor that explains does so for any input, and explains the answer that it gives."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        if not isinstance(predictor, Explains):
            return
        answers, explained = list(predictor.predict(case.inputs)), list(predictor.explain(case.inputs))
        assert len(answers) == len(explained)
        for answer, found in zip(answers, explained, strict=True):
            assert set(answer) < set(found)
            json.dumps(dict(found), allow_nan=False)
            if isinstance(trained.task, ShowsPredictions):
                assert trained.task.headline(found).template == trained.task.headline(answer).template

    def test_interpretation_can_be_drawn(self, case: ModelCase, tmp_path: Path) -> None:
        """The insights of a task into the model are JSON, and its figures can be drawn with them."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        task = trained.task
        if not isinstance(task, Interprets):
            return
        found = task.interpret(trained.trainer.open(model_dir, "cpu", 1), trained.data, seconds=2)
        json.dumps(found, allow_nan=False)
        if isinstance(task, BuildsFigures):
            evaluation = _evaluate(trained, model_dir, "test", tmp_path)
            insights = {} if found is None else {"interpretation": found}
            for figure in task.figures(evaluation, data_to_json(trained.summary), insights):
                check(figure)

    def test_foreign_folder_is_refused(self, case: ModelCase, tmp_path: Path) -> None:
        """A folder that holds no such model is refused with an error, not opened."""
        model = registry.load(case.key)
        (tmp_path / "config.json").write_text("{")
        for folder in (tmp_path, tmp_path / "nowhere"):
            try:
                model.trainer().open(folder, "cpu", 1)
            except ModelSourceError:
                continue
            raise AssertionError(f"{folder.name} was opened")


def _spec(case: ModelCase) -> dict[str, Any]:
    category, subcategory, model = case.key.split("/")
    dataset = case.dataset.model_dump(mode="json", exclude_none=True)
    names = {"category": category, "subcategory": subcategory, "model": model}
    return {**names, "model_config": dict(case.config), "dataset": dataset}


def _loaded(case: ModelCase) -> tuple[Model, BaseModel]:
    model = registry.load(case.key)
    return model, model.Config.model_validate(dict(case.config))


def _prepare(model: Model, case: ModelCase, config: BaseModel, cache: Path) -> Trained:
    task, trainer = registry.load_task(case.key), model.trainer()
    data = task.load(case.dataset, cache)
    return Trained(task, trainer, data, trainer.prepare(data, config, cache))


def keep(case: ModelCase, folder: Path) -> tuple[Trained, TrialResult, Path, Path]:
    """Train once; return the training, its result, the model's folder and its predictions on validation."""
    model, config = _loaded(case)
    trained = _prepare(model, case, config, folder)
    result = trained.trainer.train(config, trained.prepared, _context(folder / "kept", trained))
    assert result.model_dir is not None
    assert result.predictions is not None
    return trained, result, result.model_dir, result.predictions


def _evaluate(trained: Trained, model_dir: Path, split: str, folder: Path) -> Evaluation:
    return trained.trainer.evaluate(model_dir, trained.prepared, split, folder=folder, device="cpu", threads=1)


def _defined_metrics(task: Task, data: DataSummary) -> set[str]:
    """Return the metrics that a study on these data can optimize, with the default among them."""
    refused = set()
    for metric in task.metrics:
        try:
            if isinstance(task, ChecksMetrics):
                task.check_metric(metric.name, data)
        except DataError:
            refused.add(metric.name)
    assert task.metrics[0].name not in refused, "the default metric is undefined"
    return {metric.name for metric in task.metrics} - refused


def _check_evaluation(evaluation: Evaluation) -> None:
    """Check that the parts of an evaluation agree with each other."""
    assert all(math.isfinite(value) for value in evaluation.metrics.values())
    for name, (low, high) in evaluation.intervals.items():
        assert low <= evaluation.metrics[name] <= high
    json.dumps(dict(evaluation.details), allow_nan=False)


def check_close(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    """Check that numbers agree to a thousandth."""
    assert set(expected) <= set(found)
    for name, value in expected.items():
        assert math.isclose(found[name], value, rel_tol=1e-3, abs_tol=1e-4), name


def _go_on(_: EpochMetrics) -> Decision:
    return Decision.GO_ON


class _Died(BaseException):
    """Simulates a process that ends at this point."""


def _die(_: EpochMetrics) -> Decision:
    raise _Died


def _prune(_: EpochMetrics) -> Decision:
    return Decision.PRUNE


def _context(folder: Path, trained: Trained, decide: Callable[[EpochMetrics], Decision] = _go_on) -> TrialContext:
    folder.mkdir(parents=True, exist_ok=True)
    metric = trained.task.metrics[0]

    def report(metrics: EpochMetrics) -> Decision:
        trained.reports.append(replace(metrics))
        return decide(metrics)

    return TrialContext(
        folder=folder,
        device="cpu",
        threads=1,
        seed=0,
        metric=metric.name,
        direction=metric.direction,
        quarters=False,
        report=report,
        tick=trained.ticks.append,
    )
