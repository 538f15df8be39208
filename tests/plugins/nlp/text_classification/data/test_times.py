"""The column `time`: dates of many forms put the latest rows into the test split or are refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import DataError
from plugins.nlp.text_classification.data import TextData, load
from plugins.nlp.text_classification.dataset import FilesDataset

ROWS, LATEST = 200, 40
FIRST = datetime(2023, 1, 1, tzinfo=UTC)


def loaded(folder: Path, written: list[str]) -> TextData:
    """Load rows in shuffled order; only the latest 40 and every tenth are of class ``new``."""
    order = np.random.default_rng(0).permutation(ROWS).tolist()
    labels = ["new" if row >= ROWS - LATEST or row % 10 == 0 else "old" for row in range(ROWS)]
    cells = [f"remark no. {row} of these,{labels[row]},{written[row]}" for row in order]
    path = folder / "dated.csv"
    path.write_text("\n".join(["remark,topic,day", *cells]) + "\n")
    dataset = FilesDataset(source="files", train=str(path), text="remark", label="topic", time="day")
    return load(dataset, folder)


def days(form: str, step: int = 2) -> list[str]:
    """Return 200 dates, one every `step` days."""
    return [(FIRST + timedelta(days=step * row)).strftime(form) for row in range(ROWS)]


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%d.%m.%Y",
        "%d.%m.%y",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%Y%m%d",
        "%m/%d/%y",
        "%Y-%m-%dT%H:%M:%S",
        "%s",
    ],
)
def test_the_latest_rows_are_the_test_split(tmp_path, form):
    """The note says from when to when they are."""
    data = loaded(tmp_path, days(form))
    assert data.classes.label_rows["test"] == (LATEST, 0)
    note = next(note for note in data.summary.notes if "No test split was given" in note)
    expected = {
        "%Y%m%d": "from 20231117 to 20240203.",
        "%s": f"from {FIRST.timestamp() + 160 * 172800:.0f} to {FIRST.timestamp() + 199 * 172800:.0f}.",
    }
    assert note.endswith(expected.get(form, "from 2023-11-17 to 2024-02-03."))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (days("%d/%m/%y"), "in more than one order"),
        (days("%y/%m/%d"), "in more than one order"),
        (days("%d-%m-%y"), "in more than one order"),
        (["01/02/2023", *["03/04/2023"] * (ROWS - 1)], "in more than one order"),
        (days("%d%m%Y"), "whose year stands last"),
        (days("%m%d%Y"), "whose year stands last"),
        (days("%m%Y", 20), "whose year stands last"),
        (
            [f"{FIRST.timestamp() + row * 86400:.0f}{'000' if row % 2 else ''}" for row in range(ROWS)],
            "seconds since 1970 in some rows and milliseconds in others",
        ),
        (["2023-01-01", *["3 May"] * (ROWS - 1)], "no dates or numbers of one format"),
    ],
    ids=[
        "d/m/y", "y/m/d", "d-m-y", "ambiguous", "ddmmyyyy", "mmddyyyy", "mmyyyy", "two units", "mixed forms",
    ],
)  # fmt: skip
def test_dates_that_may_sort_wrongly_are_refused(tmp_path, written, why):
    """An order that is not sure is an error that says what to write."""
    with pytest.raises(DataError, match=why) as caught:
        loaded(tmp_path, written)
    assert caught.value.field == "dataset.time"


def test_other_numbers_are_an_order_as_they_are(tmp_path):
    """Years, counters and round numbers are no dates with the year last."""
    for written in (
        [str(1800 + row) for row in range(ROWS)],
        [str(row) for row in range(ROWS)],
        [str(12000 + 5 * row) for row in range(ROWS)],
    ):
        assert loaded(tmp_path, written).classes.label_rows["test"] == (LATEST, 0)
