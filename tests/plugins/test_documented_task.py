"""The examples of a task in docs/writing-a-task.md are complete: they read, split and compare as the page says."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.contract import Task
from catalog.dataset import Limit
from catalog.errors import DataError

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-task.md"


@pytest.fixture(scope="module")
def names():
    """Return what the examples define."""
    section = PAGE.read_text(encoding="utf-8").partition("\n## Imports\n")[2].partition("\n## A model of it\n")[0]
    imports, reading, skeleton = re.findall(r"```python\n(.*?)```", section, flags=re.DOTALL)
    assert len(skeleton.splitlines()) <= 26
    found = {"__name__": "documented"}
    for block in (imports, reading, skeleton):
        exec(compile(block, PAGE.name, "exec"), found)  # noqa: S102 -- our own page
    return found


def test_files_are_read_and_split(names, tmp_path):
    """Patterns and other formats work, a split that is not given is carved off, and a limit is kept."""
    task, rows = names["task"], {"before": ["tea"] * 40, "hour": ["9"] * 40, "taken": ["milk", "bread"] * 20}
    assert isinstance(task, Task)
    for part in ("one", "two"):
        (tmp_path / f"{part}.csv").write_text(
            "\n".join(map(",".join, [tuple(rows), *zip(*rows.values(), strict=True)]))
        )
    parquet.write_table(pa.table(rows), tmp_path / "test.parquet")
    files = {"train": str(tmp_path / "*.csv"), "test": str(tmp_path / "test.parquet"), "item": "taken"}
    data = task.load(task.Dataset(source="files", **files), tmp_path)
    assert data.summary.rows == {"train": 72, "validation": 8, "test": 40}
    assert any("No validation split was given" in note for note in data.summary.notes)
    assert data.splits["test"].table.to_pylist()[0] == {"before": "tea", "hour": "9", "taken": "milk"}
    few = task.load(task.Dataset(source="files", limit=Limit(train=36, test=5), **files), tmp_path)
    assert few.summary.rows == {"train": 36, "validation": 4, "test": 5}
    with pytest.raises(DataError, match="has no column 'next'"):
        task.load(task.Dataset(source="files", train=files["train"]), tmp_path)


def test_predictions_are_compared(names, tmp_path):
    """A prediction that is right counts as one."""
    for name, predicted in (("first", ["a", "b", "a", "b"]), ("second", ["a", "b", "b", "a"])):
        table = pa.table({"row": range(4), "label": ["a", "b", "a", "b"], "predicted": predicted})
        parquet.write_table(table, tmp_path / name)
    first, second = tmp_path / "first", tmp_path / "second"
    found = names["task"].compare([first, first], [second], "hits", 0)
    assert found.difference == 0.5
    assert 0 <= found.low < 0.5 < found.high <= 1
    assert (found.rows, found.seeds) == (4, (2, 1))
