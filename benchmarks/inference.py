"""How fast modelcat labels texts, against `transformers.pipeline` on the same folder, and whether the labels agree.

    python benchmarks/inference.py --data imdb/test.parquet          JSON on stdout, a table on stderr

Texts in, labels out: tokenisation is timed for all, imports, loading and a warm-up of 32 texts are not. The pipeline
runs with its defaults (one text at a time, fp32), and tuned (bf16, batches of 32, texts sorted by length, which is
timed); modelcat runs as it opens a model by default, and with each of --precisions that it supports on this
machine. Each runs in a process of its own, in turn; numbers are medians over rounds, ratios are of runs next to
each other. Labels are compared with those of the default pipeline; accuracy is by the known labels.

--model may be a folder that modelcat trained. From any other checkpoint, or a size of random weights, modelcat first
trains one on --train-rows reviews. The help of train_throughput.py says which reviews, model and
device are the defaults.
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from parts.options import (
    Setting,
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
from parts.reviews import records
from parts.rounds import in_turn, median, ratios, run, say

PIPELINES = ("pipeline", "pipeline-tuned")
FIELDS = ("texts_per_second", "seconds", "warmup_seconds", "peak", "peak_above_imports", "gpu_peak")


def main() -> None:
    """Measure and print."""
    options = parse()
    with temporary() as folder:
        setting = set_up(options, folder)
        trained = (setting.model / "modelcat.json").is_file()
        split = {"train": 0 if trained else options.train_rows, "validation": 0 if trained else 32}
        files = files_for(options, setting, split | {"test": options.rows})
        model = str(setting.model) if trained else train(options, setting, files)
        asked = records(files["test"])
        shared = {"model": model, "texts": [record["text"] for record in asked]}
        shared |= {"device": setting.device, "threads": setting.threads}
        names = ["modelcat", *(f"modelcat-{precision}" for precision in options.precisions), *PIPELINES]
        everyone = {name: {"contestant": name, **shared} for name in names}
        found = in_turn("answer", setting.threads, everyone, options.rounds)
    skipped = {name: results[0]["skipped"] for name, results in found.items() if "skipped" in results[0]}
    found = {name: results for name, results in found.items() if name not in skipped}
    report = {
        "machine": dict(setting.about),
        "settings": {"rows": options.rows, "max_length": options.max_length, "rounds": options.rounds},
        "contestants": summary(found, [record["label"] for record in asked]),
        "skipped": skipped,
        "ratios": ratios(found, ("texts_per_second", "peak", "gpu_peak")),
    }
    print_report(report, *tables(report))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    found = parser(__doc__, "python benchmarks/inference.py --rows 256 --precisions fp32 bf16 int8")
    add_machine(found, rounds=3)
    add_data(found)
    found.add_argument("--precisions", nargs="*", default=["fp32", "bf16", "int8"], help="of modelcat (%(default)s)")
    found.add_argument("--rows", type=int, default=256, help="reviews to label (%(default)s)")
    found.add_argument("--train-rows", type=int, default=1024, help="reviews to train on first (%(default)s)")
    add_training(found, max_length=512, batch=16, epochs=1, learning_rate=1e-4)
    return found.parse_args(arguments)


def train(options: argparse.Namespace, setting: Setting, files: Mapping[str, str]) -> str:
    """Train the model for the predictions, and return its folder."""
    say(f"training on {options.train_rows} reviews")
    folder = setting.folder / "trained"
    run(
        "train",
        setting.threads,
        contestant="modelcat",
        model=str(setting.model),
        files={split: file for split, file in files.items() if split != "test"},
        hyperparameters=hyperparameters(options),
        device=setting.device,
        threads=setting.threads,
        keep=str(folder),
    )
    return str(folder)


def summary(found: Mapping[str, Sequence[Mapping[str, Any]]], true: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return medians by contestant, accuracy and agreement with the default pipeline."""
    reference = found[PIPELINES[0]][0]["labels"]
    return {
        name: {
            **{field: median(results, field) for field in FIELDS},
            "accuracy": share_equal(results[0]["labels"], true),
            "accuracy_difference": share_equal(results[0]["labels"], true) - share_equal(reference, true),
            "agreement": share_equal(results[0]["labels"], reference),
        }
        for name, results in found.items()
    }


def share_equal(first: Sequence[str], second: Sequence[str]) -> float:
    """Return the share of places in which two lists agree."""
    return sum(one == other for one, other in zip(first, second, strict=True)) / len(second)


def tables(report: Mapping[str, Any]) -> list[tuple[Sequence[str], list[list[Any]]]]:
    """Return the tables of contestants, ratios, and what was left out."""
    header = ("contestant", "reviews/s", "accuracy", "points more", "labels agree", "peak MB", "warm-up s")
    lines = [
        [
            name,
            one["texts_per_second"],
            f"{one['accuracy']:.2%}",
            f"{100 * one['accuracy_difference']:+.2f}",
            f"{one['agreement']:.2%}",
            (one["gpu_peak"] or one["peak"]) / 1e6,
            one["warmup_seconds"],
        ]
        for name, one in report["contestants"].items()
    ]
    compared = [[name, ratio["texts_per_second"], ratio["peak"]] for name, ratio in report["ratios"].items()]
    found = [(header, lines), (("ratio", "reviews/s", "peak"), compared)]
    if report["skipped"]:
        found.append((("left out", "because"), [[name, reason] for name, reason in report["skipped"].items()]))
    return found


if __name__ == "__main__":
    main()
