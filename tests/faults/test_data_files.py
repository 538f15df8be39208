"""Data files that are damaged at random are read, or refused with one error: no traceback, no crash, no flood.

FAULTS sets how many, SEED which.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = int(os.environ.get("FAULTS", "100"))
SEED = int(os.environ.get("SEED", "0"))
PARTS = 4
SECONDS = 20
"""That reading a file of a few kilobytes may take on a busy machine."""
PROGRAM = Path(__file__).with_name("damaged_files.py")
FAKES = Path(__file__).parents[1] / "fakes"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FAKES), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files_are_rows_or_one_error(tmp_path: Path, part: int) -> None:
    """Files of every format and compression, with bytes flipped, cut, doubled, nested, and with huge numbers."""
    count = FAULTS // PARTS
    command = [sys.executable, str(PROGRAM), str(tmp_path), str(SEED + part * count), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=1800, check=False)
    lines = list(map(json.loads, done.stdout.splitlines()))
    assert done.returncode == 0, (lines[-1], done.returncode, done.stderr[-2000:])
    names, results = lines[::2], lines[1::2]
    assert len(results) == count
    for name, result in zip(names, results, strict=True):
        assert all(found == "error" or found.endswith(" rows") for found in result["found"]), (name, result["found"])
        assert result["seconds"] < SECONDS, (name, result)


@pytest.mark.parametrize("seed", range(9))
def test_the_command_refuses_a_damaged_file(tmp_path: Path, seed: int) -> None:
    """The real command ends with 0, 1 or 2 and no traceback, for a file of each format."""
    make = f"import damaged_files, pathlib; print(damaged_files.make(pathlib.Path({str(tmp_path)!r}), {SEED + seed}))"
    environment = {**ENVIRONMENT, "PYTHONPATH": f"{ENVIRONMENT['PYTHONPATH']}{os.pathsep}{PROGRAM.parent}"}
    made = subprocess.run([sys.executable, "-c", make], capture_output=True, text=True, env=environment, check=True)
    spec = {"category": "nlp", "subcategory": "text-classification", "model": "linear", "model_config": {}}
    spec["dataset"] = {"source": "files", "train": made.stdout.strip()}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    command = [
        sys.executable,
        "-c",
        "from runner.cli.main import main; main()",
        "validate",
        str(tmp_path / "spec.json"),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env=ENVIRONMENT, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode in {0, 1, 2}, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
