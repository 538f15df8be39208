"""How many trials a second the coordinator can record, against a plain loop of Optuna on SQLite.

    python benchmarks/coordinator.py          JSON on stdout, a table on stderr

Trials take no time: workers that answer at once ask for a trial, report three measurements and end. modelcat stores
each trial, its measurements and its evaluation, writes its log, and makes the same calls to Optuna as the plain loop:
ask with the same search space, three times report and should_prune, tell. Both run in turn, each in a process of its
own whose largest resident size is reported.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from parts.coordinating import CONTESTANTS
from parts.options import parser, print_report
from parts.rounds import in_turn, median, ratios, run

FIELDS = ("trials_per_second", "cpu_per_trial", "peak")


def main() -> None:
    """Measure and print."""
    options = parse()
    shared = {"trials": options.trials, "workers": options.workers, "sampler": options.sampler}
    everyone = {name: {"contestant": name, **shared} for name in CONTESTANTS}
    found = in_turn("coordinate", 1, everyone, options.rounds)
    report = {
        "machine": run("describe", 1),
        "settings": shared | {"rounds": options.rounds},
        "contestants": {name: {field: median(results, field) for field in FIELDS} for name, results in found.items()},
        "ratios": ratios(found, FIELDS),
    }
    print_report(report, *tables(report))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    found = parser(__doc__, "python benchmarks/coordinator.py --trials 1000 --sampler random")
    found.add_argument("--trials", type=int, default=300, help="of each study (%(default)s)")
    found.add_argument("--workers", type=int, default=16, help="that answer at once (%(default)s)")
    found.add_argument("--sampler", choices=("tpe", "random"), default="tpe", help="of both (%(default)s)")
    found.add_argument("--rounds", type=int, default=3, help="runs of each, in turn (%(default)s)")
    found.add_argument("--json-only", action="store_true", help="print no table and no progress")
    return found.parse_args(arguments)


def tables(report: Mapping[str, Any]) -> list[tuple[Sequence[str], list[list[Any]]]]:
    """Return the tables of contestants and of ratios."""
    lines = [
        [name, one["trials_per_second"], one["cpu_per_trial"] * 1000, one["peak"] / 1e6]
        for name, one in report["contestants"].items()
    ]
    compared = [[name, *(ratio[field] for field in FIELDS)] for name, ratio in report["ratios"].items()]
    header = ("contestant", "trials/s", "CPU ms a trial", "peak MB")
    return [(header, lines), (("ratio", "trials/s", "CPU", "peak"), compared)]


if __name__ == "__main__":
    main()
