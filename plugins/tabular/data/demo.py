"""The demo data sets: customers who cancel, and flats with their rents, so that a first study needs no download.

Both have numbers, categories, dates, flags and missing cells, and a known signal: a formula with a threshold
and an interaction, which a linear model misses in part, and noise. The score of the best possible model is computed
from the formula, and stated in the notes.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from catalog.contract import RowCounts
from plugins.tabular.column_types import ColumnType, find_reading
from plugins.tabular.data.reading import ReadTables
from plugins.tabular.frame import TableSplit, frame_of

__all__ = ["LABELS", "demo_classes", "demo_numbers"]

LABELS: Final = ("stays", "cancels")
_NOISE = 60.0
"""Standard deviation of a rent around what the formula says."""
_COUNTRIES = ("Austria", "Belgium", "Denmark", "France", "Germany", "Italy", "Spain")
_DISTRICTS = {
    "Altstadt": 320.0, "Hafen": 180.0, "Nordend": 140.0, "Westend": 260.0, "Bahnhof": 20.0, "Messe": 90.0,
    "Riedberg": 0.0, "Ostend": 60.0,
}  # fmt: skip


def demo_classes(size: int, seed: int) -> ReadTables:
    """Return customers of a bank and whether they cancel.

    Args:
        size: How many.
        seed: Decides all.
    """
    rng = np.random.default_rng([seed, 11])
    age = np.clip(rng.normal(44, 14, size), 18, 90).round()
    income = np.exp(rng.normal(10.4, 0.5, size)).round(-2)
    months = rng.integers(1, 180, size).astype(float)
    products = rng.integers(1, 5, size).astype(float)
    complaints = rng.poisson(0.4, size).astype(float)
    country = rng.choice(_COUNTRIES, size)
    contact = rng.choice(["email", "phone", "branch"], size, p=[0.5, 0.3, 0.2])
    joined = np.datetime64("2026-11-28") - (months * 30.44).astype("timedelta64[D]")
    newsletter = rng.random(size) < 0.4
    odds = (
        -1.1
        + 1.0 * (complaints > 0) * np.where(months < 40, 2.2, 0.6)
        + 1.6 * ((age < 35) & (products == 1))
        - 1.2 * (newsletter & (products > 1))
        + 1.4 * np.isin(country, ["France", "Spain"]) * np.where(contact == "phone", 1.0, -0.6)
        + 0.8 * ((income > 25_000) & (income < 45_000))
        - 0.9 * ((age > 60) & (months > 60))
    )
    share = 1 / (1 + np.exp(-2.0 * odds))
    cancels = rng.random(size) < share
    columns = {
        "age": _cells(age.astype(int)),
        "income": _cells(income, rng.random(size) < 0.08),
        "months": _cells(months.astype(int)),
        "products": _cells(products.astype(int)),
        "complaints": _cells(complaints.astype(int)),
        "country": _cells(country),
        "contact": _cells(contact, rng.random(size) < 0.05),
        "joined": _cells(joined.astype("datetime64[D]")),
        "newsletter": _cells(np.where(newsletter, "yes", "no")),
    }
    best = float(np.maximum(share, 1 - share).mean())
    notes = (
        "Generated: customers of a bank that does not exist, and whether they cancel.",
        f"The signal is known: the best possible model is right in {best:.1%} of the rows, more or less by split.",
    )
    return _read(columns, cancels.astype(np.int64), notes)


def demo_numbers(size: int, seed: int) -> ReadTables:
    """Return flats and their monthly rents.

    Args:
        size: How many.
        seed: Decides all.
    """
    rng = np.random.default_rng([seed, 12])
    area = np.clip(rng.normal(68, 24, size), 18, 200).round(1)
    rooms = np.clip(np.round(area / 26 + rng.normal(0, 0.6, size)), 1, 7)
    floor = rng.integers(0, 9, size)
    lift = rng.random(size) < 0.55
    built = rng.integers(1890, 2026, size)
    district = rng.choice(list(_DISTRICTS), size)
    heating = rng.choice(["gas", "district heating", "heat pump", "oil"], size, p=[0.45, 0.3, 0.15, 0.1])
    listed = np.datetime64("2024-01-01") + rng.integers(0, 1000, size).astype("timedelta64[D]")
    rent = (
        120
        + 9.5 * area
        + np.array([_DISTRICTS[name] for name in district])
        + 110 * (built >= 2005)
        - 35 * floor * ~lift
        + 8 * floor * lift
        - 60 * (heating == "oil")
        + 0.09 * (listed - np.datetime64("2024-01-01")).astype(int)
        + rng.normal(0, _NOISE, size)
    )
    columns = {
        "area": _cells(area, rng.random(size) < 0.02),
        "rooms": _cells(rooms.astype(int)),
        "floor": _cells(floor),
        "lift": _cells(np.where(lift, "yes", "no")),
        "built": _cells(built, rng.random(size) < 0.1),
        "district": _cells(district),
        "heating": _cells(heating, rng.random(size) < 0.06),
        "listed": _cells(listed.astype("datetime64[D]")),
    }
    notes = (
        "Generated: flats in a town that does not exist, and their monthly rents.",
        f"The signal is known: with no cell missing, the best possible model has an RMSE of about {_NOISE:.0f}.",
    )
    return _read(columns, rent.round(2), notes)


def _cells(values: np.ndarray, missing: np.ndarray | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, mask=missing)])


def _read(columns: Mapping[str, pa.ChunkedArray], truths: np.ndarray, notes: tuple[str, ...]) -> ReadTables:
    found: dict[str, Any] = {name: find_reading(name, values, wanted=True) for name, values in columns.items()}
    readings: dict[str, ColumnType] = {name: one for name, one in found.items() if isinstance(one, ColumnType)}
    frame = frame_of(columns, readings)
    truths.flags.writeable = False
    counts = {"train": RowCounts(lines=None, records=frame.rows, kept=frame.rows)}
    return ReadTables({"train": TableSplit(frame, truths)}, None, readings, counts, notes=notes)
