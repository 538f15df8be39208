"""The tasks of tables import nothing of texts or torch, and their descriptors nothing heavy."""

import subprocess
import sys

import pytest

NEVER = {"torch", "transformers", "tokenizers", "plugins.nlp"}
HEAVY = {"sklearn", "lightgbm", "scipy", "datasets"}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("task", ["tabular/classification", "tabular/regression"])
def test_descriptors_are_light(task):
    """A task, its models and its data are reached without scikit-learn or LightGBM."""
    code = f"""
from pathlib import Path
from catalog import registry
task = registry.load_task({task!r})
models = [registry.load(f"{task}/{{name}}") for name in ("boosting", "linear")]
task.load(task.default_dataset().model_copy(update={{"size": 100}}), Path("."))
"""
    assert not loaded_by(code) & (NEVER | HEAVY)


@pytest.mark.parametrize("task", ["tabular/classification", "tabular/regression"])
def test_training_does_without_torch(task, tmp_path):
    """A model is trained, evaluated, explained and drawn without importing torch."""
    code = f"""
from pathlib import Path
from catalog import registry
from catalog.contract import Decision, TrialContext
task, folder = registry.load_task({task!r}), Path({str(tmp_path)!r})
data = task.load(task.default_dataset().model_copy(update={{"size": 300}}), folder)
for name in ("boosting", "linear"):
    model = registry.load(f"{task}/{{name}}")
    (folder / name).mkdir()
    metric = task.metrics[0]
    go_on, tick = lambda _: Decision.GO_ON, lambda _: None
    context = TrialContext(folder / name, "cpu", 1, 0, metric.name, metric.direction, False, go_on, tick)
    trainer = model.trainer()
    result = trainer.train(model.Config(), data, context)
    list(task.figures(result.evaluation, {{}}, {{}}))
    trainer.open(result.model_dir, "cpu", 1)
"""
    assert not loaded_by(code) & NEVER
