"""A test class that every task inherits: it checks the contract of tasks.

In a plugin's own tests::

    class TestMyTask(TaskConformance):
        @pytest.fixture
        def case(self):
            return TaskCase(key="nlp/mine", dataset=DemoDataset(source="demo"), broken=[FilesDataset(...)])
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from catalog import registry
from catalog.contract import DataSummary
from catalog.contract.capabilities import ChecksMetrics, DescribesData, KnowsChance, TakesInputs
from catalog.contract.data import data_from_json, data_to_json
from catalog.dataset import Dataset
from catalog.errors import DataError
from catalog.figures import check
from catalog.metric import Direction, metric_from_json, metric_to_json
from catalog.testing.model import HEAVY

__all__ = ["TaskCase", "TaskConformance"]


@dataclass(frozen=True, slots=True)
class TaskCase:
    """A small data set of a task.

    Attributes:
        key: The task's key.
        dataset: Data to read; paths absolute.
        broken: Data that must be refused: a missing file, one without the columns of the task.
    """

    key: str
    dataset: Dataset
    broken: Sequence[Dataset] = ()


class TaskConformance:
    """Inherit it, and supply one fixture named `case`."""

    def test_task_is_light(self, case: TaskCase, tmp_path: Path) -> None:
        """Loading the task, and reading data with it, imports none of the heavy libraries."""
        written = case.dataset.model_dump_json()
        code = (
            "import sys; from pathlib import Path; from pydantic import TypeAdapter; from catalog import registry; "
            f"task = registry.load_task({case.key!r}); "
            f"task.load(TypeAdapter(task.Dataset).validate_json({written!r}), Path({str(tmp_path)!r})); "
            "print(*sys.modules)"
        )
        command = [sys.executable, "-P", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 -- our own code
        loaded = set(done.stdout.split())
        assert not loaded.intersection(HEAVY), f"{case.key} imports {sorted(loaded.intersection(HEAVY))}"

    def test_dataset_is_strict_and_described(self, case: TaskCase) -> None:
        """Every field of a source has a description, and a written source is read again unchanged."""
        task = registry.load_task(case.key)
        schema = json.dumps(TypeAdapter(task.Dataset).json_schema())
        for name, info in type(case.dataset).model_fields.items():
            assert name == "source" or info.description, f"{name} has no description"
            assert f'"{name}"' in schema
        adapter = TypeAdapter(task.Dataset)
        assert adapter.validate_json(case.dataset.model_dump_json(exclude_none=True)) == case.dataset
        assert isinstance(task.default_dataset(), Dataset)

    def test_metrics_are_whole(self, case: TaskCase, tmp_path: Path) -> None:
        """There is a metric to optimize; each has a direction and a label, and its record survives the store."""
        task = registry.load_task(case.key)
        assert task.metrics
        bound = list(task.metrics_of(task.load(case.dataset, tmp_path).summary))
        known = [metric.name for metric in task.metrics]
        assert bound
        assert [metric.name for metric in bound] == [name for name in known if name in {one.name for one in bound}]
        assert len(set(known)) == len(known)
        for metric in (*task.metrics, *bound):
            assert isinstance(metric.direction, Direction)
            assert metric_from_json(json.loads(json.dumps(metric_to_json(metric)))) == metric

    def test_data_are_read_whole(self, case: TaskCase, tmp_path: Path) -> None:
        """Data have all three splits, and a second read finds the same."""
        task = registry.load_task(case.key)
        summary = task.load(case.dataset, tmp_path).summary
        assert task.load(case.dataset, tmp_path).summary == summary
        assert set(summary.rows) == {"train", "validation", "test"}
        assert min(summary.rows.values()) > 0
        stored = data_to_json(summary)
        assert data_from_json(json.loads(json.dumps(stored, allow_nan=False))) == _plain(summary)

    def test_broken_data_are_refused(self, case: TaskCase, tmp_path: Path) -> None:
        """Data that cannot be used raise an error with a message."""
        task = registry.load_task(case.key)
        for dataset in case.broken:
            try:
                task.load(dataset, tmp_path)
            except DataError as error:
                assert error.message  # noqa: PT017 -- this module does not import pytest
                continue
            raise AssertionError(f"{dataset} went unnoticed")

    def test_data_are_described(self, case: TaskCase, tmp_path: Path) -> None:
        """Facts and figures of the data can be shown, also for data that an older release stored."""
        task = registry.load_task(case.key)
        if not isinstance(task, DescribesData):
            return
        for stored in (data_to_json(task.load(case.dataset, tmp_path).summary), {}):
            for fact in task.facts(stored):
                assert fact.name.template
                assert fact.text.template
            for figure in task.data_figures(stored):
                check(figure)

    def test_guessing_has_a_level(self, case: TaskCase, tmp_path: Path) -> None:
        """A task that knows the level of guessing returns it with a margin that is not negative."""
        task = registry.load_task(case.key)
        if not isinstance(task, KnowsChance):
            return
        summary = task.load(case.dataset, tmp_path).summary
        for metric in task.metrics:
            level = task.chance_level(metric.name, summary, "validation")
            assert level is None or level.margin >= 0

    def test_default_metric_is_defined(self, case: TaskCase, tmp_path: Path) -> None:
        """A study can optimize the default metric, and the baseline is a model of this task."""
        task = registry.load_task(case.key)
        if isinstance(task, ChecksMetrics):
            task.check_metric(task.metrics[0].name, task.load(case.dataset, tmp_path).summary)
        assert task.baseline is None or registry.task_key(registry.load(task.baseline).key) == task.key

    def test_inputs_have_a_form(self, case: TaskCase, tmp_path: Path) -> None:
        """The form of an input has fields of known kinds, each with a name of its own."""
        task = registry.load_task(case.key)
        if not isinstance(task, TakesInputs):
            return
        found = list(task.input_fields(data_to_json(task.load(case.dataset, tmp_path).summary)))
        assert found
        assert len({one.name for one in found}) == len(found)
        assert {one.kind for one in found} <= {"prose", "line", "number", "choice"}
        assert all(one.choices for one in found if one.kind == "choice")


def _plain(summary: DataSummary) -> DataSummary:
    """Return a summary as it is after a conversion to JSON and back: lists in place of tuples."""
    return data_from_json(json.loads(json.dumps(data_to_json(summary))))
