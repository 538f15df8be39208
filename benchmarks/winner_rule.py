"""Which rule keeps the better model on test: replayed over simulated studies, and over studies of recorded trainings.

    python benchmarks/winner_rule.py simulate --studies 60
    python benchmarks/winner_rule.py record trainings.jsonl --model bert
    python benchmarks/winner_rule.py replay trainings.jsonl --studies 2000

`simulate` draws studies (`parts.winner_rules.simulate` states the noise). `record` trains a pool of configurations on
several data sets and seeds and writes the validation and test values of each; `replay` draws studies from the pool:
trials without replacement, the first one given, one training each in the search, the others on fresh seeds.
JSON on stdout, a table on stderr.
"""

import argparse
import csv
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from parts.winner_rules import Contestant, compare_rules, scenarios, simulate

#: Words for each of the two classes, and for neither.
_WORDS = (
    ("refund", "invoice", "charge", "bill", "payment", "price"),
    ("courier", "parcel", "depot", "doorstep", "tracking", "weight"),
)
_NEUTRAL = [
    "the",
    "a",
    "it",
    "was",
    "my",
    "this",
    "with",
    "very",
    "then",
    "please",
    "again",
    "so",
    "still",
    "about",
    "and",
    "button",
    "lamp",
    "size",
]
_SEEDS = 7


def texts(rows: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield texts of 12 words in which 1 or 2 words show the class, and labels of which one in ten is wrong."""
    luck = random.Random(seed)  # noqa: S311 -- made-up texts, no secret
    for _ in range(rows):
        label = luck.randrange(2)
        words = luck.choices(_NEUTRAL, k=9) + luck.choices(_WORDS[label], k=2) + luck.choices(_WORDS[1 - label], k=1)
        luck.shuffle(words)
        yield " ".join(words), ("bill", "delivery")[label if luck.random() < 0.9 else 1 - label]


def pool(model: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what all configurations of a model share, and what they differ in; the first is the given one."""
    if model == "linear":
        grid = [
            {"C": c, "ngram_max": n, "min_df": d} for c in (10.0, 0.01, 0.1, 1.0, 100.0) for n in (1, 2) for d in (1, 3)
        ]
        return {}, grid
    rates = (1e-3, 1e-6, 1e-4, 3e-4, 2e-3, 5e-3, 2e-2)
    grid = [{"learning_rate": rate, "epochs": epochs} for rate in rates for epochs in (2, 1)]
    return {"model_name": "scratch/bert-tiny", "max_seq_length": 16, "batch_size": 16}, grid


def per_row(predictions: Path | None) -> dict[str, list[float]]:
    """Return for each validation row whether it was right, and its log loss."""
    from pyarrow import parquet

    table = parquet.read_table(predictions)
    labels = np.array(table["label"])
    chosen = np.stack(table["probabilities"].to_numpy())[np.arange(labels.size), labels]
    losses = -np.log(np.clip(chosen, 1e-7, 1.0))
    return {
        "accuracy": (labels == np.array(table["predicted"])).astype(float).tolist(),
        "log_loss": losses.round(4).tolist(),
    }


def record(path: Path, model: str, data_sets: int, rows: int) -> None:
    """Train the pool on each data set and seed, a line of JSON a training."""
    from catalog.contract import Decision, Direction, TrialContext
    from catalog.errors import ModelcatError
    from catalog.registry import load, load_task
    from plugins.nlp.text_classification.dataset import FilesDataset

    task, descriptor = load_task("nlp/text-classification"), load(f"nlp/text-classification/{model}")
    trainer, (shared, grid) = descriptor.trainer(), pool(model)
    for data in range(data_sets):
        with tempfile.TemporaryDirectory() as made, path.open("a") as out:
            folder = Path(made)
            for place, (split, count) in enumerate((("train", rows), ("validation", 150), ("test", 2000))):
                with folder.joinpath(f"{split}.csv").open("w", newline="") as file:
                    csv.writer(file).writerows([("text", "label"), *texts(count, 10 * data + place)])
            files = {split: str(folder / f"{split}.csv") for split in ("train", "validation", "test")}
            dataset = FilesDataset.model_validate({"source": "files", **files})
            loaded = task.load(dataset, folder / "cache")
            for place, settings in enumerate(grid):
                config = descriptor.Config.model_validate({**shared, **settings})
                prepared = trainer.prepare(loaded, config, folder / "cache")
                for seed in range(_SEEDS if model != "linear" else 1):
                    own = folder / f"{place}-{seed}"
                    own.mkdir()
                    context = TrialContext(
                        folder=own,
                        device="cpu",
                        threads=1,
                        seed=seed,
                        metric="accuracy",
                        direction=Direction.MAXIMIZE,
                        quarters=False,
                        report=lambda _: Decision.GO_ON,
                        tick=lambda _: None,
                        checkpoint_seconds=1e9,
                    )
                    try:
                        trained = trainer.train(config, prepared, context)
                    except ModelcatError as error:
                        print(f"{settings}, seed {seed}: {error.message}", file=sys.stderr)  # noqa: T201
                        continue
                    assert trained.model_dir is not None
                    tested = trainer.evaluate(trained.model_dir, prepared, "test", folder=own, device="cpu", threads=1)
                    line = {
                        "data": data,
                        "config": place,
                        "seed": seed,
                        "settings": settings,
                        "validation": {name: trained.metrics[name] for name in ("accuracy", "log_loss")},
                        "test": {name: tested.metrics[name] for name in ("accuracy", "log_loss")},
                        "rows": per_row(trained.predictions),
                    }
                    out.write(json.dumps(line) + "\n")
                    out.flush()


def replay(lines: Sequence[Mapping[str, Any]], metric: str, settings: Mapping[str, int], rng: Any) -> list[Contestant]:
    """Draw one study from the trainings of one data set; see the module."""
    sign = -1.0 if metric == "log_loss" else 1.0
    by_config: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        by_config[line["config"]].append(line)
    chosen = [0, *rng.permutation([place for place in by_config if place != 0])[: settings["trials"] - 1].tolist()]
    # A model that is the same for all seeds has one record, which stands for all of them.
    drawn = {
        place: [by_config[place][i % len(by_config[place])] for i in rng.permutation(_SEEDS)[: settings["seeds"] + 1]]
        for place in chosen
    }
    first = {place: sign * trainings[0]["validation"][metric] for place, trainings in drawn.items()}
    ranked = sorted(chosen[1:], key=lambda place: -first[place])[: settings["top"]]
    rows = {place: np.array([t["rows"][metric] for t in drawn[place][1:]]) for place in (0, *ranked)}
    found = []
    for place in (0, *ranked):
        difference = rows[place].mean(axis=0) - rows[0].mean(axis=0)
        variance = float(difference.var()) / difference.size
        if settings["seeds"] > 1:
            variance += (
                float(rows[place].mean(axis=1).var(ddof=1) + rows[0].mean(axis=1).var(ddof=1)) / settings["seeds"]
            )
        found.append(
            Contestant(
                first[place],
                tuple(sign * training["validation"][metric] for training in drawn[place][1:]),
                tuple(sign * training["test"][metric] for training in drawn[place][1:]),
                0.0 if place == 0 else float(np.sqrt(variance)),
            )
        )
    return found


def show(title: str, found: Mapping[str, Mapping[str, float]], *, unit: float = 100.0) -> None:
    """Print a table to stderr."""
    print(f"\n{title}\n{'rule':52} {'gain':>8} {'±':>6} {'worse':>7} {'lost':>8} {'tuned':>6}", file=sys.stderr)  # noqa: T201
    for name, values in found.items():
        gain, error, lost = (unit * values[key] for key in ("gain", "error", "lost"))
        line = f"{name:52} {gain:8.3f} {error:6.3f} {values['harm']:7.1%} {lost:8.3f} {values['tuned']:6.0%}"
        print(line, file=sys.stderr)  # noqa: T201


def main() -> None:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="decides all that is drawn (%(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("simulate")
    command.add_argument("--studies", type=int, default=60, help="of each of the 648 scenarios (%(default)s)")
    command = commands.add_parser("record")
    command.add_argument("file", type=Path)
    command.add_argument("--model", choices=("bert", "linear"), default="bert")
    command.add_argument("--data-sets", type=int, default=4)
    command.add_argument("--rows", type=int, default=600, help="training rows (%(default)s)")
    command = commands.add_parser("replay")
    command.add_argument("file", type=Path)
    command.add_argument("--studies", type=int, default=300, help="of each data set and setting (%(default)s)")
    options = parser.parse_args()
    if options.command == "record":
        record(options.file, options.model, options.data_sets, options.rows)
        return
    rng = np.random.default_rng(options.seed)
    results = _simulated(options.studies, rng) if options.command == "simulate" else _replayed(options, rng)
    print(json.dumps(results))  # noqa: T201


def _simulated(studies: int, rng: np.random.Generator) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for kind, unstable, collapse in (
        ("steady configurations", 0.0, 0.0),
        ("a fifth collapses to chance now and then", 0.2, 0.0),
        ("a fifth diverges now and then, far below chance", 0.2, 2.0),
    ):
        drawn = [
            (scenario, simulate(scenario, rng, depth=collapse))
            for scenario in scenarios(unstable=unstable)
            for _ in range(studies)
        ]
        results[kind] = compare_rules([study for _, study in drawn])
        show(f"{kind}: {len(drawn):,} studies, points", results[kind])
        for seeds in (1, 2, 3):
            part = compare_rules([study for scenario, study in drawn if scenario.seeds == seeds])
            results[f"{kind}, seeds {seeds}"] = part
            show(f"{kind}, {seeds} fresh seeds, points", part)
    return results


def _replayed(options: argparse.Namespace, rng: np.random.Generator) -> dict[str, Any]:
    by_data: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in options.file.read_text().splitlines():
        training = json.loads(line)
        by_data[training["data"]].append(training)
    results: dict[str, Any] = {}
    for metric in ("accuracy", "log_loss"):
        drawn: dict[int, list[Sequence[Contestant]]] = defaultdict(list)
        for trials in (4, 8, 12):
            for seeds in (1, 2, 3):
                for top in (1, 2):
                    settings = {"trials": trials, "seeds": seeds, "top": top}
                    for lines in by_data.values():
                        drawn[seeds] += [replay(lines, metric, settings, rng) for _ in range(options.studies)]
        for seeds, studies in drawn.items():
            results[f"{metric}, seeds {seeds}"] = compare_rules(studies)
            show(
                f"{metric}, {seeds} fresh seeds, {len(studies):,} studies, hundredths",
                results[f"{metric}, seeds {seeds}"],
            )
    return results


if __name__ == "__main__":
    main()
