"""Small data of texts with numbers, for the tests of text regression."""

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from plugins.nlp.text_regression.dataset import FilesDataset
from plugins.nlp.text_regression.task import task

FILLER = ["the", "film", "has", "a", "plot", "and", "actors", "who", "speak", "of", "music", "in", "long", "scenes"]


def rated(rng: random.Random, good: int, bad: int) -> str:
    """Filler with so many good and bad words somewhere in it."""
    words = rng.choices(FILLER, k=rng.randint(4, 12)) + ["good"] * good + ["bad"] * bad
    rng.shuffle(words)
    return " ".join(words)


def write_csv(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str] = ("text", "label")) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def made_rows(count: int, seed: int = 0) -> list[tuple[str, float]]:
    """Texts whose number is 50 and ten for each good word, less ten for each bad one."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        good, bad = rng.randint(0, 3), rng.randint(0, 3)
        rows.append((f"{rated(rng, good, bad)} n{number}", 50.0 + 10 * (good - bad)))
    return rows


@pytest.fixture(scope="session")
def number_files(tmp_path_factory: pytest.TempPathFactory) -> FilesDataset:
    """160 rows to train, 60 to validate, 40 to test."""
    folder = tmp_path_factory.mktemp("rated")
    files = {
        split: str(write_csv(folder / f"{split}.csv", made_rows(rows, seed)))
        for seed, (split, rows) in enumerate({"train": 160, "validation": 60, "test": 40}.items())
    }
    return FilesDataset(source="files", **files)


@pytest.fixture
def make_rows() -> Callable[..., list[tuple[str, float]]]:
    """Make texts with numbers; see `made_rows`."""
    return made_rows


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Any]:
    """Load rows of a CSV file, or a file, as the task does; keywords are fields of `dataset`."""

    def load(rows: Sequence[Sequence[Any]] | Path, **given: Any) -> Any:
        path = rows if isinstance(rows, Path) else write_csv(tmp_path / "rows.csv", rows)
        return task.load(FilesDataset(source="files", train=str(path), **given), tmp_path)

    return load
