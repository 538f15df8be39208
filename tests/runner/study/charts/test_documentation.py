"""The chart and the figure that docs/extending-charts.md shows work as they stand there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.contract.capabilities import BuildsFigures
from catalog.figures import Axis, Bar, Bars, Empty, check
from catalog.statement import Statement
from runner.study.charts import CHARTS, Chart, StudySnapshot

ROOT = Path(__file__).parents[4]
DOCUMENT = ROOT / "docs" / "extending-charts.md"


@pytest.fixture(scope="module")
def blocks():
    """Return the document's blocks of Python."""
    return re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_chart_is_a_whole_file(whole, blocks):
    """The documented module builds a sound figure of a study, and says why there is none of an empty one."""
    module = {}
    exec(blocks[0], module)  # noqa: S102 -- our own document
    chart = module["DURATIONS"]
    assert isinstance(chart, Chart)
    figure = chart.figure(whole)
    check(figure)
    assert figure.series[0].points[0] == (0.0, whole.trials[0].seconds)
    assert isinstance(chart.figure(StudySnapshot(whole.record, {})), Empty)


def test_the_chart_is_one_file(blocks, tmp_path):
    """The chart's file, put into the folder, is the last chart of all, and in the report's section of charts."""
    shutil.copytree(ROOT / "runner", tmp_path / "runner", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "runner" / "study" / "charts" / "durations.py").write_text(blocks[0], encoding="utf-8")
    code = f"""import sys; sys.path[:0] = [{str(tmp_path)!r}]
from runner.report.sections.charts import CHARTS
print(*CHARTS)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*CHARTS, "durations"]


def test_the_figure_of_a_task_is_sound(whole, blocks):
    """The method makes a task one that builds figures."""
    module = {"Axis": Axis, "Bar": Bar, "Bars": Bars, "Statement": Statement}
    exec(blocks[1], module)  # noqa: S102 -- our own document
    task = type("Task", (), {"figures": module["figures"]})()
    assert isinstance(task, BuildsFigures)
    (figure,) = task.figures(whole.evaluation("winner", "test"), {}, {})
    check(figure)
    assert [bar.value for bar in figure.bars] == [917, 83]
