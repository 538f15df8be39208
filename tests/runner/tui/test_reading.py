"""Prediction and example files, as the screens read them."""

from datetime import date

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import InputError
from runner.tui import prediction_files
from runner.tui.prediction_files import read_examples, read_predictions

GOOD = {
    "row": [0, 1, 2],
    "label": [0, 1, 1],
    "predicted": [0, 1, 0],
    "probabilities": pa.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], pa.list_(pa.float32())),
}


@pytest.fixture
def path(tmp_path):
    """Return a function that writes a file."""

    def write(columns):
        parquet.write_table(pa.table(columns), tmp_path / "file.parquet")
        return tmp_path / "file.parquet"

    return write


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float64(), 2), pa.large_list(pa.float32())])
def test_predictions_come_with_the_confidence_of_the_class_that_is_said(path, kind):
    """Whatever kind of list the file has, confidence is the probability of the predicted class."""
    found = read_predictions(path({**GOOD, "probabilities": pa.array(GOOD["probabilities"].to_pylist(), kind)}))
    assert found.rows == (0, 1, 2)
    assert found.truths == (0, 1, 1)
    assert found.predicted == (0, 1, 0)
    assert found.confidence == pytest.approx((0.9, 0.8, 0.7))


def test_predictions_are_read_in_parts(path, monkeypatch):
    """A file of several parts gives the same as one part."""
    whole = read_predictions(path(GOOD))
    monkeypatch.setattr(prediction_files, "_BATCH", 2)
    assert read_predictions(path(GOOD)) == whole


def test_examples_by_row(path, monkeypatch):
    """Texts are found by row, all or those that are wanted; a long one is cut and says so."""
    monkeypatch.setattr(prediction_files, "_LONGEST", 5)
    file = path({"row": [0, 1, 2], "label": [0, 1, 1], "text": ["one", "two and more", None]})
    found = read_examples(file)
    assert [found[row].text for row in (0, 1, 2)] == ["one", "two a", ""]
    assert [found[row].cut for row in (0, 1, 2)] == [False, True, False]
    assert set(read_examples(file, [1, 7])) == {1}


@pytest.mark.parametrize(
    "change",
    [
        {"predicted": [0, 1, 2]},
        {"predicted": [0, -1, 0]},
        {"predicted": ["0", "1", "0"]},
        {"label": [0, None, 1]},
        {"probabilities": [0.9, 0.8, 0.7]},
        {"probabilities": pa.array([[0.9, 0.1], [0.2], [0.7, 0.3]], pa.list_(pa.float32()))},
        {"probabilities": pa.array([[0.9, 0.1], None, [0.7, 0.3]], pa.list_(pa.float32()))},
        {"probabilities": pa.array([[0.9, 0.1], [0.2, 7.0], [0.7, 0.3]], pa.list_(pa.float32()))},
        {"probabilities": pa.array([[float("nan")] * 2] * 3, pa.list_(pa.float32()))},
    ],
)
def test_what_does_not_hold_predictions_is_refused(path, change):
    """Classes, labels and probabilities that do not fit are an error that says what to do."""
    with pytest.raises(InputError, match="Run the study again"):
        read_predictions(path({**GOOD, **change}))


def test_predictions_of_another_task_are_shown_as_they_are(path):
    """Numbers, truth values and texts are columns; without a pair that can be compared nothing is right or wrong."""
    columns = {"row": [0, 1], "label": [1.5, 2.5], "predicted": [1.25, None], "note": ["a", "b"], "sure": [True, False]}
    found = read_predictions(path({**columns, "spans": [[1], [2]]}))
    assert found.columns == {name: values for name, values in columns.items() if name != "row"}
    assert (found.tells_right, found.is_right(0), found.confidence) == (False, None, None)


def test_answers_may_be_texts(path):
    """Truth and answer that are texts are compared as such; probabilities do not belong to them."""
    found = read_predictions(path({"row": [0, 1], "label": ["a", "b"], "predicted": ["a", "a"]}))
    assert [found.is_right(place) for place in (0, 1)] == [True, False]
    assert found.columns == {}


def test_examples_have_the_columns_of_their_task(path):
    """A row of a table keeps its numbers, texts and gaps."""
    day = pa.array([date(2026, 3, 14)], pa.date32())
    columns = {"row": [3], "age": [41], "city": ["Ulm"], "income": pa.array([None], pa.float64()), "since": day}
    found = read_examples(path(columns))
    assert found[3].cells == {"age": 41, "city": "Ulm", "income": None, "since": "2026-03-14"}
    assert found[3].text == "Ulm\n2026-03-14"


def test_predictions_of_another_kind_are_not_called_damaged(tmp_path):
    """A task may keep its predictions in whatever file it likes; running the study again would change nothing."""
    other = tmp_path / "test.json"
    other.write_text("[1, 2]")
    with pytest.raises(InputError, match=r"are not shown: test\.json is no Parquet file"):
        read_predictions(other)


def test_files_that_cannot_be_read(path, tmp_path, monkeypatch):
    """A missing, damaged, foreign or too large file is an error that names it."""
    with pytest.raises(InputError, match="is not there: put it back"):
        read_predictions(tmp_path / "none.parquet")
    with pytest.raises(InputError, match="cannot be read"):
        read_predictions(tmp_path)
    with pytest.raises(InputError, match="no column row"):
        read_examples(path({"text": ["one"]}))
    file = path(GOOD)
    monkeypatch.setattr(prediction_files, "_MOST_ROWS", 2)
    with pytest.raises(InputError, match="3 rows"):
        read_predictions(file)
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(InputError, match="cannot be read"):
        read_predictions(file)
