"""Boosting with its defaults against scikit-learn's histogram gradient boosting with its defaults.

    python benchmarks/tabular.py [--seeds N]

Data sets that come with scikit-learn, and one made for regression in the style of house prices. Each is split by
modelcat (20 % test, of the rest 10 % validation) once a seed; both models are tested on the same rows. scikit-learn's
estimator is fitted to train and validation together, because it does not use validation rows; modelcat's to train, with
validation to stop at. The last column is the mean difference over seeds in points: of accuracy, or of R² times 100.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import accuracy_score, r2_score

from catalog import registry
from catalog.contract import Decision, TrialContext
from plugins.tabular.data import load
from plugins.tabular.dataset import ClassFiles, NumberFiles
from plugins.tabular.features import encode


def houses(rows: int = 8000) -> tuple[np.ndarray, np.ndarray]:
    """Return blocks of houses with their median values: location, income, age, rooms, people."""
    rng = np.random.default_rng(0)
    place = rng.uniform(-1, 1, (rows, 2))
    income, age = np.exp(rng.normal(1.2, 0.45, rows)), rng.integers(1, 53, rows)
    rooms, people = rng.normal(5.4, 1.2, rows), np.exp(rng.normal(1.05, 0.3, rows))
    coast = np.exp(-3 * np.abs(place[:, 0] + 0.6 * place[:, 1]))
    value = 0.4 * income + 2.2 * coast * (income > 3) + 0.01 * age - 0.5 * np.log(people) + 0.1 * rooms
    return np.column_stack([place, income, age, rooms, people]), value + rng.normal(0, 0.35, rows)


SETS: dict[str, tuple[str, Callable[[], tuple[np.ndarray, np.ndarray]]]] = {
    "breast_cancer": ("classification", lambda: load_breast_cancer(return_X_y=True)),
    "wine": ("classification", lambda: load_wine(return_X_y=True)),
    "digits": ("classification", lambda: load_digits(return_X_y=True)),
    "diabetes": ("regression", lambda: load_diabetes(return_X_y=True)),
    "houses": ("regression", houses),
}


def scores(
    task: str, data: tuple[np.ndarray, np.ndarray], seed: int, folder: Path
) -> tuple[float, float, float, float]:
    """Return the test scores of modelcat's and scikit-learn's boosting, and the seconds of their fits."""
    features, truths = data
    role = "label" if task == "classification" else "target"
    path = folder / "rows.parquet"
    columns = {f"x{place}": column for place, column in enumerate(features.T)}
    parquet.write_table(pa.table({**columns, role: truths}), path)
    kind = ClassFiles if task == "classification" else NumberFiles
    read = load(kind.model_validate({"source": "files", "train": str(path), "seed": seed}), role)
    model = registry.load(f"tabular/{task}/boosting")
    trainer, metric = model.trainer(), registry.load_task(f"tabular/{task}").metrics[0]
    own = folder / f"try-{seed}"
    own.mkdir()
    context = TrialContext(
        folder=own, device="cpu", threads=1, seed=seed, metric=metric.name, direction=metric.direction,
        quarters=False, report=lambda _: Decision.GO_ON, tick=lambda _: None,
    )  # fmt: skip
    began = time.perf_counter()
    result = trainer.train(model.Config(), read, context)
    ours = time.perf_counter() - began
    assert result.model_dir is not None
    found = trainer.evaluate(result.model_dir, read, "test", folder=own, device="cpu", threads=1)
    rows = [encode(read.features, read.splits[split].frame).matrix for split in ("train", "validation", "test")]
    labels = [read.splits[split].truths for split in ("train", "validation", "test")]
    reference = (
        HistGradientBoostingClassifier(random_state=seed)
        if task == "classification"
        else HistGradientBoostingRegressor(random_state=seed)
    )
    began = time.perf_counter()
    reference.fit(np.concatenate(rows[:2]), np.concatenate(labels[:2]))
    theirs = time.perf_counter() - began
    score = accuracy_score if task == "classification" else r2_score
    name = "accuracy" if task == "classification" else "r2"
    return found.metrics[name], float(score(labels[2], reference.predict(rows[2]))), ours, theirs


def table(seeds: int) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"{'data':<14} {'rows':>6} {'score':<9} {'modelcat':>9} {'sklearn':>9} {'points':>7}   seconds"
    for name, (task, read) in SETS.items():
        data = read()
        with tempfile.TemporaryDirectory() as folder:
            found = np.array([scores(task, data, seed, Path(folder)) for seed in range(seeds)])
        ours, theirs, seconds, reference = found.mean(axis=0)
        error = 100 * (found[:, 0] - found[:, 1]).std(ddof=1) / np.sqrt(seeds) if seeds > 1 else 0.0
        score = "accuracy" if task == "classification" else "R²"
        yield (
            f"{name:<14} {len(data[1]):>6,} {score:<9} {ours:>9.4f} {theirs:>9.4f} {100 * (ours - theirs):>+7.2f} "
            f"± {error:.2f}  {seconds:.2f} / {reference:.2f}"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    for line in table(parser.parse_args().seeds):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
