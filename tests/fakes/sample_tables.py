"""Small tables with columns of each kind, in files."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def columns(rows: int = 300, seed: int = 0) -> dict[str, list[Any]]:
    """Return columns of each kind, with a class and a number that they decide."""
    rng = np.random.default_rng(seed)
    age, city = rng.integers(18, 80, rows), rng.choice(["Rome", "Oslo", "Bern"], rows)
    member, days = rng.random(rows) < 0.5, rng.integers(0, 900, rows)
    score = 0.1 * age + 2 * (city == "Rome") - 1.5 * member + 0.002 * days
    return {
        "age": ["" if number % 11 == 0 else int(value) for number, value in enumerate(age)],
        "city": ["" if number % 13 == 0 else str(value) for number, value in enumerate(city)],
        "member": ["yes" if value else "no" for value in member],
        "since": [str(np.datetime64("2024-01-01") + int(value)) for value in days],
        "label": ["high" if value > 5 else "low" for value in score],
        "price": [round(float(value + noise), 3) for value, noise in zip(score, rng.normal(0, 0.3, rows), strict=True)],
    }


def write_csv(path: Path, table: Mapping[str, Sequence[Any]]) -> Path:
    """Write columns as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    return path
