"""The options that benchmarks share, and what follows from them: device, model and reviews."""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from parts import machine, models, reviews
from parts.rounds import run, say

__all__ = [
    "Setting",
    "add_data",
    "add_machine",
    "add_training",
    "files_for",
    "hyperparameters",
    "parser",
    "print_report",
    "set_up",
    "temporary",
]


def parser(doc: str, example: str) -> argparse.ArgumentParser:
    """Return a parser whose help is the module's docstring and an example."""
    return argparse.ArgumentParser(
        description=doc, epilog=f"Example:  {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )


def add_machine(parser: argparse.ArgumentParser, *, rounds: int | None) -> None:
    """Add the options that say where and, unless `rounds` is None, how often."""
    parser.add_argument(
        "--model", help="folder of a checkpoint, or a size of random weights: " + ", ".join(models.SIZES)
    )
    if rounds is not None:
        parser.add_argument("--rounds", type=int, default=rounds, help="runs of each contestant, in turn (%(default)s)")
    parser.add_argument("--device", help="cpu or cuda:0, the first of CUDA_VISIBLE_DEVICES; a GPU where there is one")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="CPU threads (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=0, help="decides the sample of reviews and the weights (%(default)s)"
    )
    parser.add_argument("--json-only", action="store_true", help="print no table and no progress")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which reviews."""
    parser.add_argument("--data", type=Path, help="Parquet file with text and label (0 or 1); else reviews are made up")
    parser.add_argument("--test-data", type=Path, help="the same for test reviews; else they are taken from --data")


def add_training(parser: argparse.ArgumentParser, **defaults: float) -> None:
    """Add the hyperparameters, with these defaults."""
    add = parser.add_argument
    add("--max-length", type=int, default=defaults["max_length"], help="tokens of a review at most (%(default)s)")
    add("--batch", type=int, default=defaults["batch"], help="reviews of an optimizer step (%(default)s)")
    add("--epochs", type=int, default=defaults["epochs"], help="passes over the training reviews (%(default)s)")
    add("--learning-rate", type=float, default=defaults["learning_rate"], help="highest learning rate (%(default)s)")


def hyperparameters(options: argparse.Namespace) -> dict[str, Any]:
    """Return what all contestants train with; see `training.Task`."""
    return {
        "max_length": options.max_length,
        "batch": options.batch,
        "epochs": options.epochs,
        "learning_rate": options.learning_rate,
        "weight_decay": 0.01,
        "warmup_share": 0.06,
        "seed": options.seed,
    }


@dataclass(frozen=True, slots=True)
class Setting:
    """What all contestants share.

    Attributes:
        folder: For files of this benchmark; gone afterwards.
        device: ``cpu`` or ``cuda:0``.
        threads: CPU threads.
        model: Folder of the checkpoint.
        about: Versions, processor and model, for the report.
    """

    folder: Path
    device: str
    threads: int
    model: Path
    about: Mapping[str, Any]


def temporary() -> AbstractContextManager[str]:
    """Return a folder that is gone when its block ends."""
    return TemporaryDirectory(prefix="modelcat-benchmark-")


def set_up(options: argparse.Namespace, folder: str) -> Setting:
    """Describe the machine, and find or make the model."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING if options.json_only else logging.INFO)
    about = run("describe", options.threads)
    device = options.device or ("cuda:0" if about["cuda"] else "cpu")
    if device != "cpu" and not about["cuda"]:
        raise SystemExit(f"--device {device}: torch {about['torch']} finds no CUDA device here.")
    model = options.model or models.default_model(device)
    path = Path(model)
    if model in models.SIZES:
        path = Path(folder, f"bert-{model}")
        say(f"making {model} with random weights")
        run("make", options.threads, folder=str(path), size=model, seed=options.seed)
    elif not (path / "config.json").is_file():
        raise SystemExit(f"--model {model}: neither a folder with config.json nor one of {', '.join(models.SIZES)}.")
    # Two parent folders distinguish an installed package's model from another of the same name.
    told = f"{model}, random weights" if model in models.SIZES else "/".join(path.absolute().parts[-2:])
    about |= {"model": told, "device": device, "threads": options.threads}
    return Setting(Path(folder), device, options.threads, path.absolute(), about)


def files_for(
    options: argparse.Namespace, setting: Setting, splits: Mapping[str, int], *, at_scale: bool = False
) -> dict[str, str]:
    """Write the reviews of each split into a new folder and return the files by split.

    No two splits share a review; splits of no rows are left out. With `at_scale` the training reviews are chosen by
    `reviews.at_scale` if they are few.
    """
    splits = {split: rows for split, rows in splits.items() if rows}
    folder = Path(mkdtemp(dir=setting.folder))
    train, test = splits.get("train", 0), splits.get("test", 0)
    elsewhere = test if options.data and options.test_data else 0
    few = at_scale and train < reviews.scale(options.batch)
    pool = reviews.scale(options.batch) if few else 0
    rest = sum(splits.values()) - elsewhere - few * train
    source = _source(options, setting, pool + rest)
    sources = dict.fromkeys(splits, source)
    if few:
        sources = dict.fromkeys(splits, reviews.Reviews(source.texts[pool:], source.labels[pool:]))
        lengths = reviews.token_lengths(setting.model, source.texts[:pool], options.max_length)
        sources["train"] = reviews.at_scale(source, lengths, train, options.batch, options.seed)
    if elsewhere:
        sources["test"] = reviews.read(options.test_data, test, options.seed)
    return reviews.write(folder, splits, list(sources.values()))


def _source(options: argparse.Namespace, setting: Setting, rows: int) -> reviews.Reviews:
    if options.data is None:
        return reviews.made_up(rows, reviews.whole_words(setting.model), options.seed)
    return reviews.read(options.data, rows, options.seed)


def print_report(report: Mapping[str, Any], *tables: tuple[Sequence[str], Sequence[Sequence[Any]]]) -> None:
    """Print JSON to stdout, and tables (header and lines) to stderr unless they are turned off."""
    print(json.dumps(report, indent=2))  # noqa: T201
    for header, lines in tables:
        if not lines:
            continue
        cells = [list(header), *([_shown(cell) for cell in line] for line in lines)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
        say("")
        for line in cells:
            name, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
            say("  ".join([line[0].ljust(len(name)), *rest]))


def _shown(cell: Any) -> str:
    if cell is None:
        return "-"
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.3g}" if abs(cell) < 100 else f"{cell:,.0f}"
