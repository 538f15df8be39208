"""The benchmark of reading still runs, and its own small files are read rightly; no time is asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("polars", reason="comes with the extra bench")
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "reading.py"


@pytest.mark.bench
def test_readers_are_compared_on_the_same_files():
    """Every reader reads the large file, and modelcat reads or refuses all small ones as it should."""
    command = [sys.executable, str(SCRIPT), "--rows", "500", "--rounds", "1", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert set(report["seconds"]) == {"modelcat", "pandas", "polars", "duckdb"}
    refused = {"no header", "a row with too many cells", "cut in the middle of a quoted cell"}
    found = {case: words["modelcat"] for case, words in report["awkward"].items()}
    assert found == {case: "refused" if case in refused else "right" for case in found}
