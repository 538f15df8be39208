"""The tasks of tables and their models keep the contract."""

import pytest
from sample_tables import columns, write_csv

from catalog.testing import ModelCase, ModelConformance, TaskCase, TaskConformance
from plugins.tabular.dataset import ClassDemo, ClassFiles, NumberDemo, NumberFiles

INPUTS = (
    {"age": 30, "city": "Rome", "member": "yes", "since": "2026-01-01"},
    {"age": "", "city": None, "member": "\0", "since": "\ud800"},
)


@pytest.fixture(params=["classification", "regression"])
def task(request) -> str:
    return request.param


@pytest.fixture
def files(task, tmp_path):
    """A small table, and those that must be refused."""
    path = write_csv(tmp_path / "rows.csv", columns(120))
    lacking = write_csv(tmp_path / "lacking.csv", {"age": [1, 2], "city": ["a", "b"]})
    kind, truth = (ClassFiles, "label") if task == "classification" else (NumberFiles, "target")
    named = {truth: "label" if task == "classification" else "price", "features": ["age", "city", "member", "since"]}
    return [
        kind.model_validate({"source": "files", "train": str(found), **named})
        for found in (path, tmp_path / "nowhere.csv", lacking)
    ]


class TestTask(TaskConformance):
    @pytest.fixture
    def case(self, task, files):
        return TaskCase(key=f"tabular/{task}", dataset=files[0], broken=files[1:])


class TestDemo(TaskConformance):
    @pytest.fixture
    def case(self, task, files):
        kind = ClassDemo if task == "classification" else NumberDemo
        return TaskCase(key=f"tabular/{task}", dataset=kind(source="demo", size=200), broken=files[1:])


class TestModel(ModelConformance):
    @pytest.fixture(params=["boosting", "linear"])
    def case(self, task, files, request):
        config = {"rounds": 12} if request.param == "boosting" else {}
        return ModelCase(key=f"tabular/{task}/{request.param}", config=config, dataset=files[0], inputs=INPUTS)
