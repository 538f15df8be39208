"""Carving splits off and taking samples: stratified, seeded, reproducible."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dataset import Limit
from catalog.errors import DataError
from plugins.classification.records import class_data
from plugins.data.stratification import carve, sample
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset

LABELS = st.lists(st.integers(0, 5), min_size=2, max_size=200).map(np.array)


@given(labels=LABELS, share=st.floats(0.01, 0.9), seed=st.integers(0, 2**32 - 1))
def test_carving_divides_rows_and_keeps_every_class(labels, share, seed):
    """Both parts together are all rows once, and no class is carved off whole."""
    stay, carved = carve(labels, share, seed, stream=1)
    assert sorted([*stay, *carved]) == list(range(labels.size))
    assert set(labels[stay]) == set(labels)
    room = labels.size - len(set(labels.tolist()))
    assert len(carved) == min(room, max(1, round(share * labels.size)))


@given(labels=LABELS, size=st.integers(1, 250), every_class=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_samples_have_the_size_asked_for(labels, size, every_class, seed):
    """A sample has as many rows as asked for, no row twice, and each class where that is asked for."""
    kept = sample(labels, size, seed, stream=1, every_class=every_class)
    classes = len(set(labels.tolist()))
    assert len(set(kept.tolist())) == len(kept) == min(labels.size, max(size, classes if every_class else 0))
    if every_class:
        assert set(labels[kept]) == set(labels)


@given(labels=LABELS, share=st.floats(0.05, 0.5))
def test_classes_give_their_share(labels, share):
    """Each class gives its share to within one row, unless it is too small."""
    _, carved = carve(labels, share, 0, stream=1)
    for label in set(labels.tolist()):
        size = int((labels == label).sum())
        if size > 5 and len(carved) == round(share * labels.size):
            assert abs(int((labels[carved] == label).sum()) - len(carved) * size / labels.size) <= len(set(labels))


def test_split_is_the_same_everywhere():
    """The rows that a seed carves off are pinned: another platform or NumPy must draw the same."""
    _, carved = carve(np.arange(20) % 2, 0.2, seed=0, stream=1)
    assert carved.tolist() == [7, 10, 11, 18]


def write(folder, rows=200, classes=2, name="train.csv") -> str:
    lines = [f"{name} text {i},class {i % classes}\n" for i in range(rows)]
    (folder / name).write_text("text,label\n" + "".join(lines))
    return str(folder / name)


def test_test_is_a_fifth_and_validation_a_tenth_of_the_rest(tmp_path):
    """Without given splits 20 % of all rows become test, 10 % of the rest validation, and notes say so."""
    summary = load(FilesDataset(source="files", train=write(tmp_path)), tmp_path).summary
    assert summary.rows == {"train": 144, "validation": 16, "test": 40}
    assert class_data(summary).label_rows == {"train": (72, 72), "validation": (8, 8), "test": (20, 20)}
    assert sum("kept back" in note for note in summary.notes) == 2


def test_given_splits_are_left_whole(tmp_path):
    """With a test file validation alone is carved off, with both files nothing is."""
    train, test = write(tmp_path), write(tmp_path, 30, name="test.csv")
    assert load(FilesDataset(source="files", train=train, test=test), tmp_path).summary.rows == {
        "train": 180,
        "validation": 20,
        "test": 30,
    }
    both = load(FilesDataset(source="files", train=train, validation=test, test=test), tmp_path).summary
    assert both.rows == {"train": 200, "validation": 30, "test": 30}


def test_split_depends_on_the_seed_alone(tmp_path):
    """The same seed gives the same rows, another seed others, and a limit keeps some of them in their splits."""
    path = write(tmp_path)
    first = load(FilesDataset(source="files", train=path), tmp_path)
    again = load(FilesDataset(source="files", train=path, text="text"), tmp_path)
    other = load(FilesDataset(source="files", train=path, seed=1), tmp_path)
    limited = load(FilesDataset(source="files", train=path, limit=Limit(train=50)), tmp_path)
    assert first.summary.fingerprint == again.summary.fingerprint
    assert set(first.splits["test"].texts) != set(other.splits["test"].texts)
    for split in ("train", "validation", "test"):
        assert set(limited.splits[split].texts) < set(first.splits[split].texts)


def test_limits_are_stratified_samples(tmp_path):
    """A limit keeps its number of rows in the classes' proportions; a larger one keeps all."""
    dataset = FilesDataset(source="files", train=write(tmp_path), limit=Limit(train=50, validation=1000, test=7))
    summary = load(dataset, tmp_path).summary
    assert summary.rows == {"train": 50, "validation": 16, "test": 7}
    assert class_data(summary).label_rows["train"] == (25, 25)


def test_carved_splits_shrink_with_train(tmp_path):
    """Limiting train keeps its ratio to what was carved off, in the classes' proportions; notes say what is left."""
    summary = load(FilesDataset(source="files", train=write(tmp_path, 1000), limit=Limit(train=180)), tmp_path).summary
    assert summary.rows == {"train": 180, "validation": 20, "test": 50}
    assert class_data(summary).label_rows == {"train": (90, 90), "validation": (10, 10), "test": (25, 25)}
    reason = "in proportion to dataset.limit.train."
    assert [note for note in summary.notes if "kept back" in note] == [
        f"No validation split was given: 10 % of the training rows were kept back, cut to 20 {reason}",
        f"No test split was given: 20 % of the training rows were kept back, cut to 50 {reason}",
    ]


def test_judging_a_limited_training_costs_less_than_the_training(tmp_path):
    """2,000 of 25,000 training rows are evaluated on 222, not on the 2,500 that all of them would be."""
    train, test = write(tmp_path, 25_000), write(tmp_path, 1500, name="test.csv")
    limit = Limit(train=2000, test=1000)
    summary = load(FilesDataset(source="files", train=train, test=test, limit=limit), tmp_path).summary
    assert summary.rows == {"train": 2000, "validation": 222, "test": 1000}


def test_own_limits_and_given_splits_do_not_shrink_with_train(tmp_path):
    """A carved split with a limit of its own keeps that many rows, a given split all; notes report the first."""
    train, test = write(tmp_path), write(tmp_path, 30, name="test.csv")
    limit = Limit(train=18, validation=15)
    summary = load(FilesDataset(source="files", train=train, test=test, limit=limit), tmp_path).summary
    assert summary.rows == {"train": 18, "validation": 15, "test": 30}
    assert any(note.endswith("cut to 15 by dataset.limit.validation.") for note in summary.notes)


def test_carved_split_keeps_a_row_under_the_smallest_limit(tmp_path):
    """No split becomes empty; a limit above the rows there are changes nothing."""
    path = write(tmp_path)
    small = load(FilesDataset(source="files", train=path, limit=Limit(train=2)), tmp_path).summary
    assert small.rows == {"train": 2, "validation": 1, "test": 1}
    large = load(FilesDataset(source="files", train=path, limit=Limit(train=10_000)), tmp_path).summary
    assert large.rows == {"train": 144, "validation": 16, "test": 40}
    assert "No test split was given: 20 % of the training rows (40) were kept back." in large.notes


def test_limit_below_the_number_of_classes_is_refused(tmp_path):
    """Train keeps one row of every class, so a smaller limit is an error that names its field."""
    dataset = FilesDataset(source="files", train=write(tmp_path, classes=5), limit=Limit(train=3))
    with pytest.raises(DataError, match="5 classes") as caught:
        load(dataset, tmp_path)
    assert caught.value.field == "dataset.limit.train"


def test_class_with_one_row_stays_in_train(tmp_path):
    """A single row is never carved off."""
    path = write(tmp_path)
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("lonely,rare\n")
    summary = load(FilesDataset(source="files", train=path), tmp_path).summary
    rare = class_data(summary).labels.index("rare")
    assert [class_data(summary).label_rows[split][rare] for split in ("train", "validation", "test")] == [1, 0, 0]
