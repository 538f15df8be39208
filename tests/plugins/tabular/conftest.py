"""Data and trainings for the tests of the tasks of tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sample_tables import write_csv

from catalog import registry
from catalog.contract import Decision, EpochMetrics, TrialContext
from catalog.contract.data import data_to_json


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Any]:
    """Load columns, or a file, as a task does; keywords are fields of `dataset`."""

    def load(task: str, table: Mapping[str, Sequence[Any]] | Path, **given: Any) -> Any:
        path = write_csv(tmp_path / "rows.csv", table) if isinstance(table, Mapping) else table
        found = registry.load_task(f"tabular/{task}")
        from pydantic import TypeAdapter

        dataset = TypeAdapter(found.Dataset).validate_python({"source": "files", "train": str(path), **given})
        return found.load(dataset, tmp_path)

    return load


@dataclass
class Trained:
    """A trained model, and what it was trained with."""

    task: Any
    model: Any
    trainer: Any
    data: Any
    result: Any
    reports: list[EpochMetrics] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    @property
    def json(self) -> dict[str, Any]:
        return data_to_json(self.data.summary)

    @property
    def predictor(self) -> Any:
        return self.trainer.open(self.result.model_dir, "cpu", 1)


@pytest.fixture
def train(tmp_path: Path) -> Callable[..., Trained]:
    """Train a model on data; keywords of `config` are fields of its configuration."""

    def train(
        key: str,
        data: Any,
        decide: Callable[[EpochMetrics], Decision] = lambda _: Decision.GO_ON,
        folder: str = "try",
        config: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Trained:
        task, model = registry.load_task(key), registry.load(key)
        found = Trained(task, model, model.trainer(), data, None)

        def report(measured: EpochMetrics) -> Decision:
            found.reports.append(measured)
            return decide(measured)

        own = tmp_path / folder
        own.mkdir()
        given: dict[str, Any] = {
            "folder": own, "device": "cpu", "threads": 1, "seed": 0, "metric": task.metrics[0].name,
            "direction": task.metrics[0].direction, "quarters": False, "report": report, "tick": found.ticks.append,
        }  # fmt: skip
        checked = model.Config.model_validate(dict(config or {}))
        prepared = found.trainer.prepare(data, checked, tmp_path)
        found.result = found.trainer.train(checked, prepared, TrialContext(**{**given, **changes}))
        return found

    return train
