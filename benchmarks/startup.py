"""How long the command takes to start, against `optuna --help`: runs interleaved, medians, ratios.

    python benchmarks/startup.py            a table
    python benchmarks/startup.py --json     the same as JSON

Both commands must be installed next to the Python that runs this.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
COMMANDS = {
    "optuna --help": [str(BIN / "optuna"), "--help"],
    "modelcat --help": [str(BIN / "modelcat"), "--help"],
    "modelcat list": [str(BIN / "modelcat"), "list"],
    "modelcat studies": [str(BIN / "modelcat"), "studies"],
}
REFERENCE = "optuna --help"


def measure(rounds: int) -> dict[str, list[float]]:
    """Return seconds of every run of every command; the first round, which fills the disk cache, is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for counted in [False, *[True] * rounds]:
            for name, command in COMMANDS.items():
                began = time.perf_counter()
                subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603 -- from the table above
                if counted:
                    seconds[name].append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure start-up times side by side.")
    parser.add_argument("--rounds", type=int, default=15, help="runs of each command")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    medians = {name: statistics.median(runs) for name, runs in measure(options.rounds).items()}
    ratios = {name: median / medians[REFERENCE] for name, median in medians.items()}
    if options.json:
        print(json.dumps({"seconds": medians, "ratios": ratios, "rounds": options.rounds}, indent=2))  # noqa: T201
        return
    for name, median in medians.items():
        print(f"{name:18} {median * 1000:6.0f} ms   {ratios[name]:.2f} of {REFERENCE}")  # noqa: T201


if __name__ == "__main__":
    main()
