"""A test class that every plugin inherits, ours and strangers' alike: what the contract says, checked.

In a plugin's own tests (pytest finds the methods; nothing else is needed):

    class TestMyPlugin(PluginConformance):
        @pytest.fixture
        def case(self):
            return Case(key="nlp/text-classification/mine", config={"size": 1}, dataset=DemoDataset(source="demo"))

Trainings run in the test's own process, so choose a configuration that trains in a second or two.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from catalog import registry
from catalog.contract import (
    DataSummary,
    Decision,
    Direction,
    EpochMetrics,
    Evaluation,
    Outcome,
    Plugin,
    Prepared,
    Trainer,
    TrialContext,
    TrialResult,
)
from catalog.contract.capabilities import (
    BuildsFigures,
    Calibrates,
    ChecksMetrics,
    Examines,
    Explains,
    Interprets,
    JudgesFiles,
    LabelledFile,
)
from catalog.dataset import Dataset, FilesDataset
from catalog.errors import DataError, ModelSourceError
from catalog.figures import check
from catalog.schema import schema_of
from catalog.space import Choices
from catalog.spec import resolve
from plugins.nlp.text_classification.records import Explanation

__all__ = ["Case", "PluginConformance"]

#: What a descriptor must not import: these belong to trainers.
HEAVY = ("torch", "transformers", "datasets", "sklearn", "optuna", "sqlalchemy", "textual")

STRANGE_TEXTS = ("", " ", "\0", "\ud800", "😀" * 50, "word " * 3000, "مرحبا", "[red]<script>")


@dataclass(frozen=True, slots=True)
class Case:
    """A small example of a plugin's use: it must train within seconds.

    Attributes:
        key: The plugin's key.
        config: `model_config` as a spec would write it.
        dataset: Data to train on; paths absolute.
    """

    key: str
    config: Mapping[str, Any]
    dataset: Dataset


@dataclass(slots=True)
class _Trained:
    """A training of the case, and what it reported."""

    trainer: Trainer
    prepared: Prepared
    reports: list[EpochMetrics] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)


class PluginConformance:
    """Inherit it, and supply one fixture named `case`."""

    def test_descriptor_is_light(self, case: Case) -> None:
        """Loading the descriptor imports none of the heavy libraries."""
        code = f"import sys; from catalog import registry; registry.load({case.key!r}); print(*sys.modules)"
        command = [sys.executable, "-P", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 -- our own code
        loaded = set(done.stdout.split())
        assert not loaded.intersection(HEAVY), f"importing {case.key} imports {sorted(loaded.intersection(HEAVY))}"

    def test_spec_resolves(self, case: Case, tmp_path: Path) -> None:
        """A spec that names the plugin resolves, and its stored form resolves to the same."""
        request = resolve(_spec(case), tmp_path)
        assert request.plugin.key == case.key
        assert request.metric in request.plugin.metrics
        assert resolve(request.as_json(), tmp_path).as_json() == request.as_json()

    def test_config_is_strict_and_described(self, case: Case) -> None:
        """The configuration refuses unknown fields, has a default for all, and describes each."""
        plugin = registry.load(case.key)
        plugin.Config.model_validate({})
        for name, info in plugin.Config.model_fields.items():
            assert info.description, f"{name} has no description"
        try:
            plugin.Config.model_validate({"no_such_field": 1})
        except ValidationError:
            return
        raise AssertionError("an unknown field is accepted; set extra='forbid'")

    def test_schema_is_json(self, case: Case) -> None:
        """The schema of its specs is JSON, with every field of the configuration in it."""
        plugin = registry.load(case.key)
        text = json.dumps(schema_of(plugin), allow_nan=False)
        assert all(f'"{name}"' in text for name in plugin.Config.model_fields)

    def test_space_and_recipes_make_valid_configs(self, case: Case) -> None:
        """Both ends of every range, every choice and every recipe give a valid configuration."""
        plugin, config = _loaded(case)
        for name, range_ in plugin.search_space(config).items():
            assert name not in plugin.fixed_fields, f"{name} is never to be tuned"
            ends = range_.values if isinstance(range_, Choices) else (range_.low, range_.high)
            for value in ends:
                plugin.Config.model_validate({**case.config, name: value})
        for recipe in plugin.recipes(config):
            plugin.Config.model_validate({**case.config, **recipe})
        assert "seed" in plugin.fixed_fields or "seed" not in plugin.Config.model_fields
        assert plugin.preparation_fields <= set(plugin.Config.model_fields)

    def test_given_values_are_told_in_units_of_the_space(self, case: Case, tmp_path: Path) -> None:
        """Every field of the search space has a value for the given configuration."""
        plugin, config = _loaded(case)
        told = plugin.tunable(config, plugin.inspect(case.dataset, config, tmp_path))
        assert set(plugin.search_space(config)) <= set(told)

    def test_metrics_have_directions(self, case: Case) -> None:
        """There is a metric to tune for, and each says which way it improves."""
        metrics = registry.load(case.key).metrics
        assert metrics
        assert all(isinstance(direction, Direction) for direction in metrics.values())

    def test_inspection_agrees_with_preparation(self, case: Case, tmp_path: Path) -> None:
        """Looking at the data finds what preparing it finds, and again the same."""
        plugin, config = _loaded(case)
        seen = plugin.inspect(case.dataset, config, tmp_path)
        prepared = plugin.trainer().prepare(case.dataset, config, tmp_path)
        assert prepared.summary == seen
        assert plugin.inspect(case.dataset, config, tmp_path) == seen
        assert set(seen.rows) == {"train", "validation", "test"}
        assert min(seen.rows.values()) > 0

    def test_missing_data_is_a_data_error(self, case: Case, tmp_path: Path) -> None:
        """A file that is not there is an error that names it."""
        plugin, config = _loaded(case)
        missing = FilesDataset(source="files", train=str(tmp_path / "nowhere.csv"))
        try:
            plugin.inspect(missing, config, tmp_path)
        except DataError as error:
            assert "nowhere.csv" in error.message  # noqa: PT017 -- this module does without pytest
            return
        raise AssertionError("a missing file went unnoticed")

    def test_training_reports_and_keeps_its_best_epoch(self, case: Case, tmp_path: Path) -> None:
        """A training reports up to the end of its schedule, and its result is one of its reports."""
        plugin, config = _loaded(case)
        trained = _prepare(plugin, case, config, tmp_path)
        result = trained.trainer.train(config, trained.prepared, _context(plugin, tmp_path, trained))
        assert result.outcome is Outcome.COMPLETE
        assert trained.reports[-1].progress == 1
        assert [r.progress for r in trained.reports] == sorted({r.progress for r in trained.reports})
        assert {*_defined_metrics(plugin, trained.prepared.summary), "loss"} <= set(result.metrics)
        assert all(math.isfinite(value) for value in result.metrics.values())
        assert dict(result.metrics) in [dict(report.metrics) for report in result.history]
        assert result.model_dir is not None
        assert result.model_dir.is_relative_to(tmp_path)
        assert all(0 <= tick <= 1 for tick in trained.ticks)
        assert result.seconds > 0
        assert result.examples_per_second > 0

    def test_same_seed_same_result(self, case: Case, tmp_path: Path) -> None:
        """Two trainings with one seed and one thread measure the same."""
        plugin, config = _loaded(case)
        found = []
        for name in ("first", "second"):
            trained = _prepare(plugin, case, config, tmp_path)
            context = _context(plugin, tmp_path / name, trained)
            found.append(dict(trained.trainer.train(config, trained.prepared, context).metrics))
        assert found[0] == found[1]

    def test_interrupted_training_ends_like_another(self, case: Case, tmp_path: Path) -> None:
        """A training that dies at its first report is trained again, or gone on with, and ends as one that lived."""
        plugin, config = _loaded(case)
        found = []
        for name in ("whole", "died", "again"):
            trained = _prepare(plugin, case, config, tmp_path)
            context = _context(plugin, tmp_path / name, trained, _die if name == "died" else _go_on)
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

    def test_pruned_training_says_so(self, case: Case, tmp_path: Path) -> None:
        """A training that is told to prune before its end ends, and leaves no model."""
        plugin, config = _loaded(case)
        trained = _prepare(plugin, case, config, tmp_path)
        result = trained.trainer.train(config, trained.prepared, _context(plugin, tmp_path, trained, _prune))
        if len(trained.reports) == 1 and trained.reports[0].progress == 1:
            return  # it measures itself only when there is nothing left to prune
        assert result.outcome is Outcome.PRUNED
        assert len(trained.reports) == 1
        assert result.model_dir is None

    def test_kept_model_answers_and_is_judged(self, case: Case, tmp_path: Path) -> None:
        """The kept model judges the test split, compares with itself as equal, and answers any text."""
        plugin, config = _loaded(case)
        trained = _prepare(plugin, case, config, tmp_path)
        result = trained.trainer.train(config, trained.prepared, _context(plugin, tmp_path, trained))
        assert result.model_dir is not None
        assert result.predictions is not None
        judged = trained.trainer.evaluate(
            result.model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1
        )
        assert judged.rows == trained.prepared.summary.rows["test"] == sum(map(sum, judged.confusion))
        assert _defined_metrics(plugin, trained.prepared.summary) <= set(judged.metrics)
        metric = next(iter(plugin.metrics))
        same = trained.trainer.compare([result.predictions], [result.predictions], metric, seed=0)
        assert (same.difference, same.low, same.high) == (0, 0, 0)
        answers = list(trained.trainer.open(result.model_dir, "cpu", 1).predict(STRANGE_TEXTS))
        assert [answer.text for answer in answers] == list(STRANGE_TEXTS)
        for answer in answers:
            assert answer.label in trained.prepared.summary.labels
            assert math.isclose(sum(answer.probabilities.values()), 1, abs_tol=1e-3)
            assert answer.confidence == max(answer.probabilities.values())

    def test_full_evaluation_agrees_with_the_result(self, case: Case, tmp_path: Path) -> None:
        """What a training or an evaluation tells besides metrics adds up, where it tells it."""
        trained, result, model_dir, predictions = _keep(case, tmp_path)
        judged = trained.trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        _check_evaluation(judged, trained.prepared.summary.labels)
        plugin, _ = _loaded(case)
        if isinstance(plugin, BuildsFigures):
            figures = list(plugin.figures(judged, {}, {}))
            for figure in figures:
                check(figure)
            assert len({figure.key for figure in figures}) == len(figures)
        if result.evaluation is None:
            return
        _check_evaluation(result.evaluation, trained.prepared.summary.labels)
        assert result.evaluation.split == "validation"
        assert result.evaluation.predictions == predictions
        shared = {name: value for name, value in result.metrics.items() if name in result.evaluation.metrics}
        assert shared
        _check_close(result.evaluation.metrics, shared)

    def test_scores_are_of_the_positive_class(self, case: Case, tmp_path: Path) -> None:
        """Of two classes, F1 is that of the class that `dataset.positive` names, wherever a model is judged."""
        plugin, config = _loaded(case)
        labels = plugin.inspect(case.dataset, config, tmp_path).labels
        if "f1" not in plugin.metrics or len(labels) != 2:
            return
        case = replace(case, dataset=case.dataset.model_copy(update={"positive": labels[0]}))
        trained, result, model_dir, _ = _keep(case, tmp_path)
        assert trained.prepared.summary.positive == labels[0]
        judged = {
            split: trained.trainer.evaluate(
                model_dir, trained.prepared, split, folder=tmp_path, device="cpu", threads=1
            )
            for split in ("validation", "test")
        }
        for found in judged.values():
            (hits, missed), (taken, _) = found.confusion
            assert math.isclose(found.metrics["f1"], 2 * hits / max(2 * hits + missed + taken, 1))
            assert found.positive is None or found.positive in {labels[0], "0"}
        _check_close(judged["validation"].metrics, {"f1": result.metrics["f1"]})

    def test_calibrating_keeps_answers_and_happens_once(self, case: Case, tmp_path: Path) -> None:
        """Calibrating changes no label, and doing it again changes nothing; a temperature of 1 leaves all scores."""
        trained, _, model_dir, predictions = _keep(case, tmp_path)
        trainer = trained.trainer
        if not isinstance(trainer, Calibrates):
            return
        judged = trainer.evaluate(model_dir, trained.prepared, "validation", folder=tmp_path, device="cpu", threads=1)
        stored = predictions.read_bytes()
        same = trainer.rescaled(predictions, "validation", 1.0)
        assert (same.rows, same.confusion, same.predictions) == (judged.rows, judged.confusion, predictions)
        _check_close(same.metrics, judged.metrics)
        colder = trainer.rescaled(predictions, "validation", 0.5)
        assert colder.confusion == judged.confusion
        assert predictions.read_bytes() == stored
        before = [answer.label for answer in trainer.open(model_dir, "cpu", 1).predict(STRANGE_TEXTS)]
        temperature = trainer.calibrate(model_dir, predictions)
        assert math.isfinite(temperature)
        assert temperature > 0
        held = {file: file.read_bytes() for file in model_dir.rglob("*") if file.is_file()}
        assert trainer.calibrate(model_dir, predictions) == temperature
        assert {file: file.read_bytes() for file in model_dir.rglob("*") if file.is_file()} == held
        assert [answer.label for answer in trainer.open(model_dir, "cpu", 1).predict(STRANGE_TEXTS)] == before

    def test_examples_behind_predictions_are_shown(self, case: Case, tmp_path: Path) -> None:
        """The examples of a split are written into a file, and a model does not disagree with itself."""
        trained, _, _, predictions = _keep(case, tmp_path)
        trainer = trained.trainer
        if not isinstance(trainer, Examines):
            return
        trainer.write_examples(trained.prepared, "validation", tmp_path / "examples.parquet")
        assert (tmp_path / "examples.parquet").stat().st_size > 0
        assert trainer.flips(trained.prepared, "validation", predictions, predictions, 5) == ()

    def test_labelled_file_is_judged(self, case: Case, tmp_path: Path) -> None:
        """A file of a split's examples is judged like the split; unknown labels, and a lack of labels, are refused."""
        trained, _, model_dir, _ = _keep(case, tmp_path)
        trainer = trained.trainer
        if not isinstance(trainer, JudgesFiles):
            return

        def judge(file: Path, labels_as: Literal["names", "ids"] = "names") -> Evaluation:
            labelled = LabelledFile(file, labels_as=labels_as)
            return trainer.evaluate_file(model_dir, labelled, folder=tmp_path, device="cpu", threads=1)

        (tmp_path / "unknown.jsonl").write_text('{"text": "a", "label": "no such label"}\n')
        (tmp_path / "unlabelled.jsonl").write_text('{"text": "a"}\n')
        for name, told in (("unknown.jsonl", "no such label"), ("unlabelled.jsonl", "unlabelled.jsonl")):
            try:
                judge(tmp_path / name)
            except DataError as error:
                assert told in error.message  # noqa: PT017 -- this module does without pytest
                continue
            raise AssertionError(f"{name} was judged")
        if not isinstance(trainer, Examines):
            return
        trainer.write_examples(trained.prepared, "test", tmp_path / "examples.parquet")
        judged = judge(tmp_path / "examples.parquet", labels_as="ids")
        _check_evaluation(judged, trained.prepared.summary.labels)
        split = trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        assert (judged.split, judged.rows, judged.confusion) == ("file", split.rows, split.confusion)
        _check_close(judged.metrics, split.metrics)

    def test_any_text_is_explained(self, case: Case, tmp_path: Path) -> None:
        """Where a predictor says why, it does so for any text and for the answer that it gives."""
        trained, _, model_dir, _ = _keep(case, tmp_path)
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        if not isinstance(predictor, Explains):
            return
        texts = (*STRANGE_TEXTS, "\ud83d\ude00 It isn't, is it?\u202e\n" * 40)
        answers, explained = list(predictor.predict(texts)), list(predictor.explain(texts))
        assert [found.prediction.text for found in explained] == list(texts)
        for answer, found in zip(answers, explained, strict=True):
            _check_explanation(found)
            _check_close(found.prediction.probabilities, answer.probabilities)
        assert not explained[0].words, "the empty text has words"

    def test_interpretation_is_of_the_validation_split(self, case: Case, tmp_path: Path) -> None:
        """Where a trainer tells what a model goes by, it tells it for every class, from enough texts."""
        trained, _, model_dir, _ = _keep(case, tmp_path)
        trainer, summary = trained.trainer, trained.prepared.summary
        if not isinstance(trainer, Interprets):
            return
        found = trainer.interpret(model_dir, trained.prepared, device="cpu", threads=1, seconds=2)
        assert 0 < found.rows <= summary.rows["validation"]
        assert [one.label for one in found.classes] == list(summary.labels)
        for one in found.classes:
            assert all(word.word == word.word.lower() for word in one.words)
            assert all(found.min_texts <= word.texts <= found.rows and word.weight > 0 for word in one.words)
        for example in found.examples:
            assert example.truth is None or example.truth in summary.labels
            _check_explanation(example.explanation)
        assert found.seconds > 0

    def test_foreign_folder_is_refused(self, case: Case, tmp_path: Path) -> None:
        """A folder that holds no such model is refused with an error, not opened."""
        plugin = registry.load(case.key)
        (tmp_path / "config.json").write_text("{")
        for folder in (tmp_path, tmp_path / "nowhere"):
            try:
                plugin.trainer().open(folder, "cpu", 1)
            except ModelSourceError:
                continue
            raise AssertionError(f"{folder.name} was opened")


def _spec(case: Case) -> dict[str, Any]:
    category, subcategory, model = case.key.split("/")
    dataset = case.dataset.model_dump(mode="json", exclude_none=True)
    names = {"category": category, "subcategory": subcategory, "model": model}
    return {**names, "model_config": dict(case.config), "dataset": dataset}


def _loaded(case: Case) -> tuple[Plugin, BaseModel]:
    plugin = registry.load(case.key)
    return plugin, plugin.Config.model_validate(dict(case.config))


def _prepare(plugin: Plugin, case: Case, config: BaseModel, cache: Path) -> _Trained:
    trainer = plugin.trainer()
    return _Trained(trainer, trainer.prepare(case.dataset, config, cache))


def _keep(case: Case, folder: Path) -> tuple[_Trained, TrialResult, Path, Path]:
    """Train once; return the training, its result, the model's folder and its predictions on validation."""
    plugin, config = _loaded(case)
    trained = _prepare(plugin, case, config, folder)
    result = trained.trainer.train(config, trained.prepared, _context(plugin, folder / "kept", trained))
    assert result.model_dir is not None
    assert result.predictions is not None
    return trained, result, result.model_dir, result.predictions


def _defined_metrics(plugin: Plugin, data: DataSummary) -> set[str]:
    """Return the metrics that can be tuned for on these data, the default among them."""
    refused = set()
    if isinstance(plugin, ChecksMetrics):
        for metric in plugin.metrics:
            try:
                plugin.check_metric(metric, data)
            except DataError:
                refused.add(metric)
    assert next(iter(plugin.metrics)) not in refused, "the default metric is undefined"
    return set(plugin.metrics) - refused


def _check_explanation(found: Explanation) -> None:
    """Make sure that words lie where they are said to lie, in order and apart, with finite weights."""
    text, end = found.prediction.text, 0
    for word in found.words:
        assert end <= word.start < word.end
        assert text[word.start : word.end] == word.word
        assert math.isfinite(word.weight)
        assert word.attention is None or 0 <= word.attention <= 1
        end = word.end
    assert sum(word.attention or 0 for word in found.words) <= 1 + 1e-6
    assert found.completeness_error is None or found.completeness_error >= 0
    assert found.method


def _check_evaluation(judged: Evaluation, labels: Sequence[str]) -> None:
    """Make sure that the parts of an evaluation fit each other."""
    assert all(math.isfinite(value) for value in judged.metrics.values())
    for name, (low, high) in judged.intervals.items():
        assert low <= judged.metrics[name] <= high
    if judged.classes:
        assert len(judged.classes) == len(labels)
        assert [one.rows for one in judged.classes] == [sum(row) for row in judged.confusion]
        assert [one.predicted for one in judged.classes] == [
            sum(column) for column in zip(*judged.confusion, strict=True)
        ]
    if judged.confidence:
        assert sum(one.right + one.wrong for one in judged.confidence) == judged.rows
    if judged.lengths:
        assert sum(one.rows for one in judged.lengths) == judged.rows
        assert all(one.accuracy_low <= one.accuracy <= one.accuracy_high for one in judged.lengths)


def _check_close(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    assert set(expected) <= set(found)
    for name, value in expected.items():
        assert math.isclose(found[name], value, rel_tol=1e-3, abs_tol=1e-4), name


def _go_on(_: EpochMetrics) -> Decision:
    return Decision.GO_ON


class _Died(BaseException):
    """Stands for a process that ends at this very place."""


def _die(_: EpochMetrics) -> Decision:
    raise _Died


def _prune(_: EpochMetrics) -> Decision:
    return Decision.PRUNE


def _context(
    plugin: Plugin, folder: Path, trained: _Trained, decide: Callable[[EpochMetrics], Decision] = _go_on
) -> TrialContext:
    folder.mkdir(parents=True, exist_ok=True)
    metric, direction = next(iter(plugin.metrics.items()))

    def report(metrics: EpochMetrics) -> Decision:
        trained.reports.append(replace(metrics))
        return decide(metrics)

    return TrialContext(
        folder=folder,
        device="cpu",
        threads=1,
        seed=0,
        metric=metric,
        direction=direction,
        quarters=False,
        report=report,
        tick=trained.ticks.append,
    )
