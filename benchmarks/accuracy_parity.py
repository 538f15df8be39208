"""Whether modelcat's fast training is as good: test accuracy against transformers' Trainer, seed by seed.

    python benchmarks/accuracy_parity.py --data imdb/train.parquet --test-data imdb/test.parquet

JSON on stdout, a table on stderr. Same reviews, hyperparameters and splits; both validate after every epoch and keep
the best one by accuracy, of equal ones that with the lower loss. Seeds decide new weights, dropout and the order of
reviews; the sample of reviews stays. The contestant sets attention dropout: modelcat and trainer-tuned train with
none, modelcat-dropout and trainer-tuned-dropout with the 0.1 of published models, trainer (Trainer with its defaults)
with what the checkpoint says. Differences are means over seeds in points; their standard error is that of the
differences of equal seeds, and does not include the choice of reviews: with 2,000 test reviews an
accuracy of 87 % has a standard error of 0.75 points of its own, most of which both sides share.
"""

import argparse
import statistics
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
from parts.rounds import in_turn
from parts.training_job import CONTESTANTS


def main() -> None:
    """Measure and print."""
    options = parse()
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in options.contestants}
    with temporary() as folder:
        setting = set_up(options, folder)
        rows = {"train": options.rows, "validation": options.validation_rows, "test": options.test_rows}
        files = files_for(options, setting, rows)
        given = hyperparameters(options) | {"best": True}
        shared = {"model": str(setting.model), "files": files, "device": setting.device, "threads": setting.threads}
        for seed in range(options.seeds):
            told = {"hyperparameters": given | {"seed": seed}}
            everyone = {name: {"contestant": name, **shared, **told} for name in options.contestants}
            for name, results in in_turn("train", setting.threads, everyone, 1).items():
                found[name] += results
    report = {
        "machine": dict(setting.about),
        "settings": given | rows | {"seeds": options.seeds, "made_up": options.data is None},
        "contestants": {name: one(results) for name, results in found.items()},
        "differences": {
            f"{first} - {second}": difference(found[first], found[second])
            for first in found
            if first.startswith("modelcat")
            for second in found
            if first != second
        },
    }
    print_report(report, *tables(report))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    found = parser(__doc__, "python benchmarks/accuracy_parity.py --rows 2000 --contestants modelcat trainer-tuned")
    add_machine(found, rounds=None)
    add_data(found)
    names = ["modelcat", "modelcat-dropout", "trainer"]
    found.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=names, help="who runs (%(default)s)")
    found.add_argument("--seeds", type=int, default=3, help="trainings of each (%(default)s)")
    found.add_argument("--rows", type=int, default=2000, help="training reviews (%(default)s)")
    found.add_argument("--validation-rows", type=int, default=500, help="validation reviews (%(default)s)")
    found.add_argument("--test-rows", type=int, default=2000, help="test reviews (%(default)s)")
    add_training(found, max_length=256, batch=16, epochs=2, learning_rate=1e-4)
    return found.parse_args(arguments)


def one(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return accuracies by seed, their mean and spread, and what they took."""
    accuracies = [result["test_accuracy"] for result in results]
    return {
        "attention_dropout": results[-1]["attention_dropout"],
        "steps": results[-1]["steps"],
        "test_accuracy": accuracies,
        "mean": statistics.fmean(accuracies),
        "deviation": statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        "validation_accuracy": [result["validation_accuracy"] for result in results],
        "train_loss": [result["train_loss"] for result in results],
        "examples_per_second": statistics.median(result["examples_per_second"] for result in results),
    }


def difference(first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return the mean difference of two contestants' accuracies in points, and its standard error over seeds."""
    points = [100 * (a["test_accuracy"] - b["test_accuracy"]) for a, b in zip(first, second, strict=True)]
    error = statistics.stdev(points) / len(points) ** 0.5 if len(points) > 1 else None
    return {"points": statistics.fmean(points), "standard_error": error}


def tables(report: Mapping[str, Any]) -> list[tuple[Sequence[str], list[list[Any]]]]:
    """Return the tables of contestants and of differences."""
    header = ("contestant", "attention dropout", "test accuracy", "by seed", "train loss", "reviews/s")
    lines = [
        [
            name,
            one["attention_dropout"],
            f"{one['mean']:.2%}",
            " ".join(f"{100 * accuracy:.1f}" for accuracy in one["test_accuracy"]),
            statistics.fmean(one["train_loss"]),
            one["examples_per_second"],
        ]
        for name, one in report["contestants"].items()
    ]
    differences = [
        [name, f"{found['points']:+.2f}", found["standard_error"]] for name, found in report["differences"].items()
    ]
    return [(header, lines), (("difference", "points", "standard error"), differences)]


if __name__ == "__main__":
    main()
