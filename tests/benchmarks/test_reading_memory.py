"""The benchmark of memory still runs, and holds its rule for small files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "reading_memory.py"


@pytest.mark.bench
def test_memory_stays_within_its_rule():
    """Files of every format are read within four times their size and 300 MB."""
    command = [sys.executable, str(SCRIPT), "--megabytes", "3", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert len(report) == 10
    assert all(each["within"] and each["rows"] > 100 for each in report)
