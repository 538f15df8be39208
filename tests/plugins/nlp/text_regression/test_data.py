"""Texts with numbers are read as they stand; what is no number is refused with its row and value."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import DataError
from plugins.nlp.text_regression.dataset import DemoDataset
from plugins.nlp.text_regression.task import task

Load = Callable[..., Any]


def rows(count: int = 40) -> list[list[Any]]:
    """Texts with numbers that all differ."""
    return [[f"a text of several words, the number {i} of them", i / 2] for i in range(count)]


def labels(data: Any) -> list[float]:
    """All numbers of a data set, in order of size."""
    return sorted(value for split in data.splits.values() for value in split.labels.tolist())


def test_numbers_are_kept_as_they_stand(load: Load) -> None:
    """Every number ends in one of the splits, of which train has most."""
    data = load(rows())
    assert labels(data) == [i / 2 for i in range(40)]
    assert data.summary.rows == {"train": 29, "validation": 3, "test": 8}
    assert data.splits["train"].labels.dtype == np.float64


def test_decimal_commas_are_read(tmp_path: Path, load: Load) -> None:
    """A decimal comma is found in the column, and stated."""
    lines = [f"a text of several words, number {i};{i // 2},{5 * (i % 2)}" for i in range(40)]
    (tmp_path / "commas.csv").write_text("text;label\n" + "\n".join(lines) + "\n")
    data = load(tmp_path / "commas.csv")
    assert labels(data) == [i / 2 for i in range(40)]
    assert any("decimal comma" in note for note in data.summary.notes)


def test_parquet_numbers_are_read(tmp_path: Path, load: Load) -> None:
    """Integers, floats and decimals of a typed file are numbers."""
    table = pa.table({"text": [row[0] for row in rows()], "stars": pa.array(range(40), pa.int32())})
    parquet.write_table(table, tmp_path / "rows.parquet")
    assert labels(load(tmp_path / "rows.parquet")) == list(range(40))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("great", r"line 12 holds 'great' in column 'label', which is no number.*nlp/text-classification predicts"),
        ("inf", r"line 12 holds inf in column 'label'.*finite"),
        ("1e200", r"line 12 holds 1e\+200 in column 'label'"),
        ("NaN", r"1 of 40 rows have no number in column 'label': row 11 .*\"missing_labels\": \"drop\""),
        ("", r"1 of 40 rows have no number in column 'label': row 11 "),
    ],
)
def test_what_is_no_number_is_refused(value: str, told: str, load: Load) -> None:
    """Text, infinities and missing numbers are one clear error with row and value."""
    given = rows()
    given[10][1] = value
    with pytest.raises(DataError, match=told):
        load(given)


def test_missing_numbers_are_dropped_if_wanted(load: Load) -> None:
    """Rows without a number are left out, counted and stated; text is refused all the same."""
    given = rows()
    given[10][1], given[20][1] = "", "NA"
    data = load(given, missing_labels="drop")
    assert sum(data.summary.rows.values()) == 38
    assert data.summary.counts["train"].dropped == {"no label": 2}
    given[30][1] = "great"
    with pytest.raises(DataError, match="'great'"):
        load(given, missing_labels="drop")


def test_one_constant_number_is_refused(load: Load) -> None:
    """There is nothing to predict if all numbers are the same."""
    with pytest.raises(DataError, match="holds one number only"):
        load([[text, 3] for text, _ in rows()])


def test_truth_values_are_refused(tmp_path: Path, load: Load) -> None:
    """A column of true and false is named, with the task that predicts it."""
    table = pa.table({"text": [row[0] for row in rows()], "label": [i % 2 == 0 for i in range(40)]})
    parquet.write_table(table, tmp_path / "flags.parquet")
    with pytest.raises(DataError, match=re.escape("holds bool, no numbers. nlp/text-classification predicts")):
        load(tmp_path / "flags.parquet")


def test_empty_texts_are_dropped(load: Load) -> None:
    """A row without a text is left out, even if its number is none."""
    given = rows()
    given[3] = ["", 1.5]
    given[4] = ["  ", "none of them"]
    data = load(given)
    assert data.summary.counts["train"].dropped == {"empty text": 2}


def test_usual_names_of_numbers_are_found(tmp_path: Path, load: Load) -> None:
    """Columns called review and score need no names in the spec."""
    lines = [f'"{text}",{i},{value}' for i, (text, value) in enumerate(rows())]
    (tmp_path / "scores.csv").write_text("review,id,score\n" + "\n".join(lines) + "\n")
    columns = load(tmp_path / "scores.csv").summary.columns
    assert (columns["text"], columns["label"]) == (["review"], "score")


def test_parts_keep_the_spread_of_the_numbers(load: Load) -> None:
    """Validation and test have numbers of all sizes: each tenth of them gives its share."""
    data = load([[text, float(i) ** 3] for i, (text, _) in enumerate(rows(1000))])
    for split in ("validation", "test"):
        ranks = np.searchsorted(np.sort(labels(data)), data.splits[split].labels) / 1000
        assert abs(ranks.mean() - 0.5) < 0.02
        assert np.histogram(ranks, 10, (0, 1))[0].min() >= 0.9 * len(ranks) / 10 - 1


def test_latest_rows_need_no_earlier_numbers(tmp_path: Path, load: Load) -> None:
    """With a time column, numbers that only rise are split all the same."""
    lines = [f"a text of several words number {i},{i},{2000 + i}-01-01" for i in range(60)]
    (tmp_path / "times.csv").write_text("text,label,day\n" + "\n".join(lines) + "\n")
    data = load(tmp_path / "times.csv", time="day")
    assert min(data.splits["test"].labels) > max(data.splits["train"].labels)


def test_small_limits_are_kept(load: Load) -> None:
    """A limit of a few rows is no reason to complain about classes."""
    data = load(rows(400), limit={"train": 5})
    assert data.summary.rows["train"] == 5


def test_duplicates_are_dropped_whatever_their_numbers(load: Load) -> None:
    """Near-duplicates go if that is asked for, and contradictions are noted."""
    given = rows(100) + [["The same text, again and again!", float(i)] for i in range(50)]
    kept = load(given, deduplicate=True)
    texts = [text for split in kept.splits.values() for text in split.texts if "again" in text]
    assert len(texts) <= 20  # those of validation and test stay
    assert any("near-duplicates" in note for note in kept.summary.notes)


def test_demo_is_the_same_each_time() -> None:
    """Generated reviews are different texts with points around their share of praise."""
    data = task.load(DemoDataset(source="demo", size=300), Path())
    texts = [text for split in data.splits.values() for text in split.texts]
    assert len(set(texts)) == 300
    target = data.summary.details["target_statistics"]["train"]
    assert -3 < target["low"] < 1
    assert 9 < target["high"] < 13
