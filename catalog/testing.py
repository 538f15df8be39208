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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from catalog import registry
from catalog.contract import Decision, Direction, EpochMetrics, Outcome, Plugin, Prepared, Trainer, TrialContext
from catalog.dataset import Dataset, FilesDataset
from catalog.errors import DataError, ModelSourceError
from catalog.schema import schema_of
from catalog.space import Choices
from catalog.spec import resolve

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
        assert {*plugin.metrics, "loss"} <= set(result.metrics)
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
        assert set(plugin.metrics) <= set(judged.metrics)
        metric = next(iter(plugin.metrics))
        same = trained.trainer.compare([result.predictions], [result.predictions], metric, seed=0)
        assert (same.difference, same.low, same.high) == (0, 0, 0)
        answers = list(trained.trainer.open(result.model_dir, "cpu", 1).predict(STRANGE_TEXTS))
        assert [answer.text for answer in answers] == list(STRANGE_TEXTS)
        for answer in answers:
            assert answer.label in trained.prepared.summary.labels
            assert math.isclose(sum(answer.probabilities.values()), 1, abs_tol=1e-3)
            assert answer.confidence == max(answer.probabilities.values())

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


def _go_on(_: EpochMetrics) -> Decision:
    return Decision.GO_ON


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
