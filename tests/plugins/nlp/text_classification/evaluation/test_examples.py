"""Examples in a file, and those on which two models disagree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from catalog.errors import DataError
from plugins.classification.changes import labelled_differently
from plugins.classification.evaluation import predictions
from plugins.nlp.texts import examples
from plugins.nlp.texts.split import TextSplit

NAMES = ("bad", "good")


def split(rows: int = 6) -> TextSplit:
    return TextSplit(tuple(f"text {row}" for row in range(rows)), np.arange(rows) % 2)


def answers(path, labels: np.ndarray, good: list[float]):
    second = np.array(good, dtype=np.float32)
    predictions.write(path, labels, np.stack([1 - second, second], axis=1))
    return path


def test_examples_are_written_whole(tmp_path):
    """Row numbers, class ids and texts lie in the file in their order; what UTF-8 cannot hold is replaced."""
    texts = ("plain", "\ud800 lone", "\0 nul", "=cmd() <script> [red] \x1b[31m", "電影 😀", "\ud83d\ude00")
    examples.write(tmp_path / "examples.parquet", TextSplit(texts, np.array([0, 1, 0, 1, 0, 1])))
    found = parquet.read_table(tmp_path / "examples.parquet").to_pydict()
    assert found["row"] == list(range(6))
    assert found["label"] == [0, 1, 0, 1, 0, 1]
    assert found["text"] == ["plain", "\ufffd lone", *texts[2:5], "😀"]
    assert [path.name for path in tmp_path.iterdir()] == ["examples.parquet"]


def test_changed_answers_are_sorted_by_how_sure_both_are(tmp_path):
    """Examples with different labels come, the surest first, with both answers; agreement is left out."""
    labels = split().labels
    first = answers(tmp_path / "first.parquet", labels, [0.9, 0.8, 0.4, 0.6, 0.99, 0.1])
    second = answers(tmp_path / "second.parquet", labels, [0.1, 0.9, 0.6, 0.3, 0.98, 0.9])
    found = labelled_differently(labels, NAMES, first, second, 10)
    assert [one["row"] for one in found] == [0, 5, 3, 2]
    assert (found[0]["truth"], found[0]["first"], found[0]["second"]) == ("bad", "good", "bad")
    assert (found[0]["first_confidence"], found[0]["second_confidence"]) == pytest.approx((0.9, 0.9))
    assert [one["row"] for one in labelled_differently(labels, NAMES, first, second, 2)] == [0, 5]
    assert labelled_differently(labels, NAMES, first, second, 0) == []
    assert labelled_differently(labels, NAMES, first, first, 10) == []


@pytest.mark.parametrize("case", ["rows", "labels", "classes", "missing"])
def test_predictions_of_other_examples_are_refused(tmp_path, case):
    """A file of other rows, labels or classes, or none, is one error that names it."""
    labels = split().labels
    good = answers(tmp_path / "good.parquet", labels, [0.5] * 6)
    other = tmp_path / "other.parquet"
    if case == "rows":
        answers(other, split(4).labels, [0.5] * 4)
    elif case == "labels":
        answers(other, 1 - labels, [0.5] * 6)
    elif case == "classes":
        predictions.write(other, labels, np.full((6, 3), 1 / 3))
    with pytest.raises(DataError, match=r"other\.parquet"):
        labelled_differently(labels, NAMES, good, other, 5)


@given(st.text(max_size=2000), st.integers(20, 700))
def test_shortened_texts_are_short_and_begin_alike(text, longest):
    """A shortened text is never longer than allowed, and is the beginning of the text with an ellipsis."""
    found = examples.shortened(text, longest)
    assert len(found) <= longest
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


def test_texts_are_cut_between_words():
    """The cut falls on a space; a word longer than the limit is cut inside."""
    assert examples.shortened("one two three four five", 15) == "one two three…"
    assert examples.shortened("one two three four five", 16) == "one two three…"
    assert examples.shortened("word " * 200) == "word " * 119 + "word…"
    assert examples.shortened("x" * 700) == "x" * 599 + "…"
    assert examples.shortened("short") == "short"


def test_texts_of_changed_answers_are_fit_for_reading():
    """A long text is cut to 600 characters, and a lone surrogate in it replaced."""
    rows = TextSplit(("a\ud800 " + "long " * 1000, "b"), np.array([0, 1]))
    (found,) = examples.with_texts([{"row": 0, "truth": "bad"}], rows)
    assert list(found) == ["row", "text", "truth"]
    assert len(found["text"]) <= 600
    found["text"].encode()
