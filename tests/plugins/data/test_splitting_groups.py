"""Splits that keep groups whole and follow the time, and classes that have no row in a split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dataset import Limit
from catalog.errors import DataError
from plugins.data.coverage import class_coverage, coverage_notes
from plugins.data.splitting import group_overlaps, make_splits, time_notes
from plugins.data.stratification import carve, carve_groups, carve_latest
from plugins.nlp.texts.split import TextSplit

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 12)), min_size=2, max_size=120)


def split(labels, prefix="row") -> TextSplit:
    labels = np.array(labels, dtype=np.int64)
    return TextSplit(tuple(f"{prefix} {row}" for row in range(labels.size)), labels)


def places(data: TextSplit) -> list[int]:
    """Return which rows of the given split these are."""
    return [int(text.split()[1]) for text in data.texts]


@given(rows=ROWS, share=st.floats(0.05, 0.5), seed=st.integers(0, 3))
def test_a_group_is_never_parted_and_no_class_leaves_train(rows, share, seed):
    """Every row goes to one side with all of its group, and each class keeps a row, whatever the groups are."""
    labels, groups = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    stay, carved = carve_groups(labels, groups, share, seed, stream=1)
    assert np.array_equal(np.sort(np.concatenate([stay, carved])), np.arange(labels.size))
    assert not set(groups[stay][groups[stay] >= 0]) & set(groups[carved])
    assert set(labels[stay]) == set(labels)
    again = carve_groups(labels, groups, share, seed, stream=1)
    assert np.array_equal(again[1], carved)


@given(rows=ROWS, share=st.floats(0.1, 0.5))
def test_group_names_are_names_only(rows, share):
    """Which number a group has changes nothing but the order in which groups are drawn: sizes stay as near."""
    labels, groups = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    one = carve_groups(labels, groups, share, 0, stream=1)[1]
    other = carve_groups(labels, np.where(groups < 0, groups, groups * 1000 + 7), share, 0, stream=1)[1]
    assert np.array_equal(one, other)


def test_sizes_and_classes_are_as_near_as_groups_allow():
    """Of 300 groups of one to twelve rows a fifth is carved off to a hundredth, each class in proportion."""
    chance = np.random.default_rng(0)
    groups = np.repeat(np.arange(300), chance.integers(1, 13, 300))
    labels = np.where(chance.random(groups.size) < 0.8, chance.integers(0, 3, 300)[groups], 3)
    for seed in range(5):
        _, carved = carve_groups(labels, groups, 0.2, seed, stream=1)
        assert carved.size == pytest.approx(0.2 * groups.size, rel=0.01)
        for label in range(4):
            assert (labels[carved] == label).sum() == pytest.approx(0.2 * (labels == label).sum(), rel=0.1)
    first, second = (carve_groups(labels, groups, 0.2, seed, stream=1)[1] for seed in (0, 1))
    assert set(groups[first]) != set(groups[second])
    assert np.mean(np.bincount(groups)[np.unique(groups[first])]) == pytest.approx(6.5, abs=1.5)


def test_a_group_split_is_the_same_everywhere():
    """What a seed carves off is pinned: another platform or NumPy must draw the same."""
    groups = np.arange(40) // 4
    _, carved = carve_groups(np.arange(40) % 2, groups, 0.2, seed=0, stream=1)
    assert sorted(set(groups[carved].tolist())) == [4, 7]


def test_groups_of_one_row_are_plain_rows():
    """If every row is its own group, the split is that without groups."""
    labels = np.arange(50) % 3
    assert np.array_equal(carve_groups(labels, np.arange(50), 0.2, 0, 1)[1], carve(labels, 0.2, 0, 1)[1])
    assert np.array_equal(carve_groups(labels, np.full(50, -1), 0.2, 0, 1)[1], carve(labels, 0.2, 0, 1)[1])


def test_large_groups_are_carved_off_all_the_same():
    """With three groups of a third, one of them is carved off although a fifth is wanted."""
    labels, groups = np.arange(30) % 2, np.arange(30) // 10
    _, carved = carve_groups(labels, groups, 0.2, 0, stream=1)
    assert carved.size == 10


def test_many_groups_have_their_share_in_one_order():
    """If groups are so many that one random order is tried, sizes are right to a thousandth."""
    chance = np.random.default_rng(0)
    groups, labels = chance.integers(0, 70_000, 250_000), chance.integers(0, 10, 250_000)
    _, carved = carve_groups(labels, groups, 0.2, 0, stream=1)
    assert carved.size == pytest.approx(50_000, rel=0.001)


def test_groups_stay_whole_in_all_three_splits():
    """No group stands in two of the splits that are carved, in those under a limit neither; notes say so."""
    labels, groups = np.arange(600) % 2, np.arange(600) // 3
    for limit in (None, Limit(train=100)):
        splits, notes = make_splits({"train": split(labels)}, limit, 0, groups={"train": groups})
        sides = [set(groups[places(data)].tolist()) for data in splits.values()]
        assert not sides[0] & sides[1]
        assert not sides[0] & sides[2]
        assert not sides[1] & sides[2]
        assert all("whole groups, about" in note for note in notes)
    assert "No test split was given: whole groups, about 20 % of the training rows, were kept back, cut to" in notes[1]


def test_without_groups_and_times_nothing_changes():
    """Neither given, the rows of every split are those of the last release."""
    plain = make_splits({"train": split(np.arange(100) % 3)}, Limit(train=40), 0)
    also = make_splits({"train": split(np.arange(100) % 3)}, Limit(train=40), 0, groups=None, times=None)
    for name in ("train", "validation", "test"):
        assert plain[0][name].texts == also[0][name].texts
    assert plain[1] == also[1]
    assert places(plain[0]["test"]) == [4, 7, 10, 11, 12, 15, 18, 28, 41, 54, 86]  # as the last release drew them


def test_groups_in_two_given_splits_are_counted_and_named():
    """Splits that were given stay as they are, and what stands in both is said with some of the names."""
    groups = {"train": np.array([0, 1, 2, 3, -1]), "test": np.array([2, 2, 3, 9, -1]), "validation": np.array([1])}
    (first, second) = group_overlaps(groups)
    assert (first.first, first.second, first.groups.tolist(), first.rows) == ("train", "validation", [1], 1)
    assert (second.first, second.second, second.groups.tolist(), second.rows) == ("train", "test", [2, 3], 3)
    assert second.note() == "2 groups stand in train and in test (3 test rows): 2, 3."
    named = second.note([f"customer {number}" for number in range(10)])
    assert named.endswith("customer 2, customer 3.")
    assert first.note().startswith("1 group stands in train and in validation (1 validation rows)")
    many = {"train": np.arange(100), "test": np.arange(50)}
    assert group_overlaps(many)[0].note().endswith("0, 1, 2, 3, 4 and 45 more.")
    data = {name: split(np.arange(ids.size) % 2) for name, ids in groups.items()}
    _, notes = make_splits(data, None, 0, groups=groups)
    assert [note for note in notes if "stand in train and in test" in note]


@given(
    times=st.lists(st.one_of(st.integers(0, 9).map(float), st.just(float("nan"))), min_size=2, max_size=80),
    share=st.floats(0.05, 0.5),
)
def test_the_latest_rows_are_carved_off(times, share):
    """Every carved row is later than every row that stays; rows of one time stay together, those without one stay."""
    values = np.array(times)
    stay, carved = carve_latest(values, share)
    assert np.array_equal(np.sort(np.concatenate([stay, carved])), np.arange(values.size))
    known = values[stay][~np.isnan(values[stay])]
    assert not np.isnan(values[carved]).any()
    if carved.size and known.size:
        assert values[carved].min() > known.max()
    possible = len(set(values[~np.isnan(values)])) - (not np.isnan(values).any())
    assert bool(carved.size) is (possible > 0)
    assert stay.size


def test_the_border_is_the_nearest_between_two_times():
    """A fifth of ten rows is two; a day of three rows goes whole, if that is nearer than none."""
    assert carve_latest(np.array([9, 1, 8, 2, 3, 4, 5, 6, 7, 0]), 0.2)[1].tolist() == [0, 2]
    assert carve_latest(np.array([1, 1, 1, 1, 1, 1, 1, 2, 2, 2]), 0.2)[1].tolist() == [7, 8, 9]
    assert carve_latest(np.array([1, 1, 1, 1, 2, 2, 2, 2, 2, 3]), 0.2)[1].tolist() == [9]
    assert carve_latest(np.full(5, 3.0), 0.2)[1].size == 0
    assert carve_latest(np.full(5, np.nan), 0.2)[1].size == 0
    missing = np.iinfo(np.int64).min
    assert carve_latest(np.array([missing, 5, 5, 5, missing]), 0.2)[1].tolist() == [1, 2, 3]


def test_times_of_64_bits_keep_their_last_digit():
    """Nanoseconds within one microsecond stay distinct."""
    times = np.int64(1_700_000_000_000_000_000) + np.arange(10)
    assert carve_latest(times, 0.2)[1].tolist() == [8, 9]


@given(rows=st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 30)), st.integers(-1, 6)), min_size=2, max_size=60))
def test_a_group_goes_where_its_latest_row_goes(rows):
    """With both, no group is parted, and the latest row of each carved group is later than all rows that stay."""
    times = np.array([np.nan if when is None else when for when, _ in rows])
    groups = np.array([group for _, group in rows])
    stay, carved = carve_latest(times, 0.2, groups)
    assert not set(groups[stay][groups[stay] >= 0]) & set(groups[carved])
    left = times[stay][~np.isnan(times[stay])].max(initial=-1)
    for group in set(groups[carved][groups[carved] >= 0].tolist()):
        assert np.nanmax(times[groups == group]) > left


def test_test_is_the_latest_and_validation_before_it():
    """Train, validation and test follow each other in time, whatever the order of the rows."""
    chance = np.random.default_rng(0)
    times = chance.permutation(1000).astype(np.float64)
    times[:10] = np.nan
    splits, notes = make_splits({"train": split(np.arange(1000) % 2)}, None, 0, times={"train": times})
    train, validation, test = (times[places(splits[name])] for name in ("train", "validation", "test"))
    assert np.nanmax(train) < validation.min() <= validation.max() < test.min()
    assert (validation.size, test.size) == (80, 200)
    assert "10 of 1,000 training rows have no time: they stay in train." in notes
    assert any(note.startswith("No test split was given: the latest rows, about 20 %") for note in notes)


def test_given_splits_are_checked_for_their_order():
    """Test rows that are earlier than the last of train are counted; rows of the same time and in order are not."""
    times = {"train": np.array([1.0, 5.0, np.nan]), "test": np.array([4.0, 5.0, 6.0, np.nan])}
    assert time_notes(times) == [
        "1 of 3 test rows are earlier than the latest train row: the given splits do not follow the time."
    ]
    assert time_notes({"train": np.array([1, 2]), "validation": np.array([3]), "test": np.array([4])}) == []
    assert time_notes({"train": np.array([np.nan]), "test": np.array([1.0])}) == []
    data = {"train": split([0, 1, 0]), "test": split([0, 1, 0, 1]), "validation": split([0, 1])}
    _, notes = make_splits(data, None, 0, times=times | {"validation": np.array([6.0, 7.0])})
    assert len([note for note in notes if "do not follow the time" in note]) == 2


def test_times_and_groups_that_leave_no_split_are_errors():
    """If times and groups leave no split, the message names the field and what to do."""
    data = {"train": split(np.arange(20) % 2)}
    with pytest.raises(DataError, match="1 different times") as caught:
        make_splits(data, None, 0, times={"train": np.full(20, 7)})
    assert caught.value.field == "dataset.time"
    with pytest.raises(DataError, match="whole groups") as caught:
        make_splits(data, None, 0, groups={"train": np.zeros(20, dtype=np.int64)})
    assert caught.value.field == "dataset.group"


def test_a_class_of_the_latest_rows_alone_is_an_error_that_names_it():
    """A class that no training row has cannot be learnt; the error names it."""
    labels = np.array([0, 1] * 45 + [2] * 10)
    with pytest.raises(DataError, match=r"only in the latest rows.*: new topic") as caught:
        make_splits({"train": split(labels)}, None, 0, times={"train": np.arange(100)}, names=["a", "b", "new topic"])
    assert caught.value.field == "dataset.time"


def ids(*labels):
    """Return class ids as an array."""
    return np.array(labels, dtype=np.int64)


def test_classes_without_a_row_are_counted_and_named():
    """Coverage says by split what is missing, over how many classes averages are, and which classes have one row."""
    splits = {"train": ids(0, 0, 1, 2, 3), "validation": ids(0, 1), "test": ids(0, 0)}
    found = class_coverage(splits, 4)
    assert found.missing == {"train": (), "validation": (2, 3), "test": (1, 2, 3)}
    assert found.present == {"train": 4, "validation": 2, "test": 1}
    assert found.single == (2, 3)
    notes = coverage_notes(splits, ["usual", "seldom", "rare", "lonely"])
    assert notes[0] == (
        "2 of 4 classes have no row in validation, so that nothing is known of them there: rare, lonely. Averages "
        "over classes are over the other 2, and over those without a row that are predicted all the same: they count "
        "as 0."
    )
    assert "seldom, rare, lonely" in notes[1]
    assert notes[2].startswith("2 classes have one row in all: rare, lonely.")
    assert coverage_notes({name: ids(0, 1, 1) for name in splits}, ["a", "b"]) == []
    one = {**splits, "train": ids(0, 1, 0), "validation": ids(0, 1), "test": ids(0)}
    assert coverage_notes(one, ["a", "b"])[0].startswith("1 of 2 classes has no row in test")
