"""Scripts that use `runner.api`: plain ones without a guard, interrupted ones, and the examples."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SIMULATED = Path(__file__).parents[1] / "fakes" / "simulated"
SPEC = """
SPEC = {"category": "test", "subcategory": "simulated", "model": "curve", "model_config": {"x": 0.5, "seconds": %s},
        "study": {"name": "curves", "trials": 5, "confirm": {"top": 0, "seeds": 1}}}
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a script in a folder of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MODELCAT_")}
    environment |= {"MODELCAT_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(SIMULATED)}

    def run(script):
        path = tmp_path / "script.py"
        path.write_text(script)
        return subprocess.Popen(
            [sys.executable, path.name],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def ended(process):
    """Return what a script printed, once it has ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def test_a_script_without_a_guard_runs_once(start, tmp_path):
    """Workers, and the process that computes importance, do not run the script again; torch is not imported into it."""
    script = f"""
with open("runs.txt", "a") as file:
    file.write("run\\n")
import sys
import runner.api as modelcat
{SPEC % 0}
study = modelcat.run(SPEC, workers=2, progress=False)
study.predict(["a"])
study.trials()
study._repr_html_()
study.figure("importance")._repr_html_()
print(study.state, *sorted({{"torch", "transformers", "datasets", "sklearn", "textual"}} & set(sys.modules)))
"""
    assert ended(start(script)).split() == ["finished"]
    assert (tmp_path / "runs.txt").read_text() == "run\n"


def test_importing_the_api_imports_little(start):
    """Importing the API imports little; a call imports what it needs."""
    heavy = "{'pandas', 'numpy', 'optuna', 'sqlalchemy', 'rich', 'pydantic', 'torch', 'plotly'}"
    script = f"import sys\nfrom runner import api\nassert api.run\nprint(sorted({heavy} & set(sys.modules)))\n"
    assert ended(start(script)).strip() == "[]"


def test_an_interrupt_stops_the_study_and_the_same_call_goes_on(start, tmp_path):
    """KeyboardInterrupt reaches the script once the study is left as stopped; nothing is trained twice."""
    script = f"""
import runner.api as modelcat
{SPEC % 0.5}
try:
    modelcat.run(SPEC)
except KeyboardInterrupt:
    study = modelcat.study("curves")
    before = study.trials()
    print(study.state, (before["state"] == "complete").sum() < 5)
    done = before[before["state"] == "complete"].set_index("number")["finished"]
    after = modelcat.run(SPEC, progress=False).trials().set_index("number")["finished"]
    print(modelcat.study("curves").state, len(after), (after[done.index] == done).all())
"""
    process = start(script)
    for line in process.stderr:
        if "trial 0 complete" in line:
            break
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert ended(process).split() == ["stopped", "True", "finished", "5", "True"]
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("name", ["python_api.py", "python_tables.py"])
def test_examples_run(name, start):
    """Each example runs as it stands, in an empty folder."""
    out = ended(start((EXAMPLES / name).read_text(encoding="utf-8")))
    assert "finished" in out
