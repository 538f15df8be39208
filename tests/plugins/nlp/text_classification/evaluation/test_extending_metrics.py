"""Adding a metric touches one file: the example of docs/extending-metrics.md, put into the table of metrics."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

from plugins.classification.evaluation.metrics import METRICS

ROOT = Path(__file__).parents[5]
TABLE = "plugins/classification/evaluation/metrics.py"
PROGRAM = """
import numpy as np, pathlib
from sklearn.metrics import jaccard_score
from catalog import registry
from plugins.classification.evaluation import compare, predictions, save_and_evaluate

rng = np.random.default_rng(0)
labels, first, second = rng.integers(0, 2, 300), rng.dirichlet([1, 1], 300), rng.dirichlet([1, 1], 300)
first[np.arange(300), labels] += 0.3
first /= first.sum(axis=1, keepdims=True)
evaluation = save_and_evaluate("validation", labels, first, pathlib.Path(), 0.0)
assert abs(evaluation.metrics["jaccard"] - jaccard_score(labels, first.argmax(axis=1))) < 1e-9
low, high = evaluation.intervals["jaccard"]
assert low < evaluation.metrics["jaccard"] < high
predictions.write(pathlib.Path("second.parquet"), labels, second)
assert compare([evaluation.predictions], [pathlib.Path("second.parquet")], "jaccard", 0).low > 0
assert "jaccard" in [metric.name for metric in registry.load_task("nlp/text-classification").metrics]
"""


def test_the_documented_metric_is_measured_compared_and_can_be_tuned_for(tmp_path):
    """With the entry of the page in the table, the metric is measured, has an interval, is compared, and is offered."""
    shutil.copytree(ROOT / "plugins", tmp_path / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    [example] = re.findall(
        r"```python\n_DEFINITIONS = \(\n    \.\.\.,[^\n]*\n(.*?)\)\n```",
        (ROOT / "docs/extending-metrics.md").read_text(),
        re.DOTALL,
    )
    table = tmp_path / TABLE
    table.write_text(table.read_text().replace(")  # fmt: skip\n", f"{example})  # fmt: skip\n"))
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n{PROGRAM}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_metric_stands_outside_the_table():
    """A metric that is defined anywhere else in the module would be dropped without a word: it is refused here."""
    tree = ast.parse((ROOT / TABLE).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "define"]
    assert [ast.literal_eval(call.args[0]) for call in calls] == list(METRICS)
