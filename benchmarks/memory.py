"""How much memory a training takes at most, against transformers' Trainer: the same model, reviews and batch size.

    python benchmarks/memory.py --data imdb/train.parquet          JSON on stdout, a table on stderr

The numbers of `train_throughput.py` that matter here, from a training of a few steps: the largest resident size of each
contestant's own process (VmHWM on Linux), and the same without what the process had once its libraries were imported;
on a GPU, the most that torch had allocated and held there. Trainer neither validates nor saves, modelcat does both, and
what that takes counts. Reviews, model and device are chosen as in train_throughput.py; few steps suffice if they
hold a batch of the longest reviews, as the evenly spaced ones do.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from parts.options import (
    add_data,
    add_machine,
    add_training,
    files_for,
    hyperparameters,
    parser,
    print_report,
    set_up,
    temporary,
)
from parts.rounds import in_turn, median, ratios
from parts.training_job import CONTESTANTS

FIELDS = ("peak", "peak_above_imports", "gpu_peak", "gpu_reserved")


def main() -> None:
    """Measure and print."""
    options = parse()
    with temporary() as folder:
        setting = set_up(options, folder)
        rows = options.batch * options.steps
        files = files_for(options, setting, {"train": rows, "validation": options.batch}, at_scale=True)
        given = hyperparameters(options) | {"at_scale": True}
        shared = {"model": str(setting.model), "files": files, "hyperparameters": given}
        shared |= {"device": setting.device, "threads": setting.threads}
        everyone = {name: {"contestant": name, **shared} for name in options.contestants}
        found = in_turn("train", setting.threads, everyone, options.rounds)
    report = {
        "machine": dict(setting.about),
        "settings": given | {"rows": rows, "rounds": options.rounds, "made_up": options.data is None},
        "contestants": {
            name: {field: median(results, field) for field in FIELDS} | {"steps": results[-1]["steps"]}
            for name, results in found.items()
        },
        "ratios": ratios(found, FIELDS),
    }
    print_report(report, *tables(report))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    found = parser(__doc__, "python benchmarks/memory.py --steps 4 --contestants modelcat trainer")
    add_machine(found, rounds=1)
    add_data(found)
    found.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS), help="who runs")
    found.add_argument("--steps", type=int, default=4, help="optimizer steps (%(default)s)")
    add_training(found, max_length=512, batch=32, epochs=1, learning_rate=2e-5)
    return found.parse_args(arguments)


def tables(report: Mapping[str, Any]) -> list[tuple[Sequence[str], list[list[Any]]]]:
    """Return the tables of contestants and of ratios."""
    header = ("contestant", "peak MB", "above imports", "GPU allocated", "GPU held")
    lines = [
        [name, *(None if one[field] is None else one[field] / 1e6 for field in FIELDS)]
        for name, one in report["contestants"].items()
    ]
    compared = [[name, *(ratio[field] for field in FIELDS)] for name, ratio in report["ratios"].items()]
    return [(header, lines), (("ratio", *header[1:]), compared)]


if __name__ == "__main__":
    main()
