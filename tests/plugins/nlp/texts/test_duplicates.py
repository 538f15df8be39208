"""Texts that stand in a data set more than once: exact and near, counted and dropped."""

import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.texts.duplicates import count_duplicates, deduplicate, find_duplicates
from plugins.nlp.texts.split import TextSplit

TEXTS = st.text(alphabet="aB é你好😍!1 \n\0@#\ud800", max_size=12)


def split(texts, labels=None) -> TextSplit:
    ids = np.zeros(len(texts), dtype=np.int64) if labels is None else np.array(labels, dtype=np.int64)
    return TextSplit(tuple(texts), ids)


def splits(train, validation=("other",), test=("another",), labels=None):
    return {"train": split(train, labels), "validation": split(validation), "test": split(test)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Same text here", "RT @u1: same text here https://t.example/x1"),
        ("my parcel is late", "@shop My parcel is late!!! www.shop.example/track?id=3"),
        ("call 0800 123 now", "CALL 0900-777 NOW"),
        ("it's a dont", "its a don't"),
        ("line one\nline two", "line one  line two"),
        ("退款，还没有到。", "退款还没有到！！"),  # noqa: RUF001 -- Chinese
        ("ที่นี่ดีมาก 555", "ที่นี่ดีมาก"),
        ("great 👍🏽 ❤️", "great 👍 ❤"),
        ("STRASSE, Σίσυφος", "straße Σίσυφοσ"),
        ("plain ascii", "plain – ascii…"),
        ("look pic.twitter.com/abc ftp://a.b/c", "look"),
        ("a\0b", "ab"),
    ],
)
def test_near_duplicates_differ_in_what_says_nothing(one, other):
    """Letter case, URLs, mentions, RT, digits, punctuation and whitespace make no text another one."""
    found = count_duplicates(splits([one, "x"], [other], ["y", other]))
    assert found.near == {"validation": 1, "test": 1}
    assert found.shared == {"validation": 0, "test": 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a good film", "a bad film"),
        ("great 😍", "great 😡"),
        ("退款到了", "退款没到"),
        ("see the chart", "see the cha"),
        ("art", "a"),
        ("ที่นี่", "ทีนี"),
        ("!!!", "???"),
        ("12345", "67890"),
        ("@one https://a.example", "@two https://b.example"),
        ("rt", "RT!"),
        ("\U00020000", "\U00020001"),
    ],
)
def test_other_texts_are_no_duplicates(one, other):
    """What has another letter, mark or emoji is another text; texts of which nothing is left are not compared."""
    found = count_duplicates(splits([one], [other]))
    assert found.near == {"validation": 0, "test": 0}
    assert deduplicate(splits([one, other], labels=[0, 0])).dropped == 0


@given(train=st.lists(TEXTS, min_size=1, max_size=20), later=st.lists(TEXTS, min_size=1, max_size=20))
def test_exact_duplicates_are_counted_as_before(train, later):
    """Rows that are the same but for case and outer whitespace are counted once, as exact, and never as near ones."""
    found = count_duplicates(splits(train, later, later))
    known = {text.strip().casefold() for text in train}
    exact = sum(text.strip().casefold() in known for text in later)
    assert found.shared == {"validation": exact, "test": exact}
    assert found.near["test"] <= len(later) - exact


def test_notes_say_near_duplicate_and_how_many():
    """Exact and near ones have a note each; without any there is none."""
    train = ["the parcel is late", "the parcel is here", "hello"]
    later = ["the parcel is late", "RT @a: The parcel is here 12", "new"]
    shared, notes = find_duplicates(splits(train, later, ["HELLO!!"]))
    assert shared == {"validation": 1, "test": 0}
    alike = "the same text but for letter case, URLs, mentions, digits and punctuation."
    assert notes == (
        "1 of 3 validation rows also stand in train.",
        f"1 more of 3 validation rows is a near-duplicate of train rows: {alike}",
        f"1 of 1 test rows is a near-duplicate of train rows: {alike}",
    )
    assert find_duplicates(splits(["a", "b"]))[1] == ()


def test_a_file_of_repeated_messages_gets_a_note(tmp_path):
    """Messages that were passed on, each with a sender and a link of its own, are noted when the file is read."""
    rng, lines = random.Random(0), ["text,label"]
    for row in range(60):
        message = " ".join(rng.choices(["bill", "paid", "again", "late", "box", "the", "and"], k=9))
        lines += [f"RT @u{row}{copy}: {message} ref{copy} https://t.example/{row}{copy},{row % 2}" for copy in range(4)]
    (tmp_path / "train.csv").write_text("\n".join(lines))
    notes = load(FilesDataset(source="files", train=str(tmp_path / "train.csv")), tmp_path).summary.notes
    assert sum("near-duplicate" in note for note in notes) == 2


def test_deduplicating_keeps_the_first_and_every_class():
    """Rows like those of validation, of test or of an earlier train row go; a class keeps its last row."""
    train = ["One!", "two", "one 1", "three", "TWO.", "four", "five"]
    data = splits(train, ["three?"], ["four"], labels=[0, 0, 1, 0, 0, 1, 1])
    found = deduplicate(data)
    assert found.splits["train"].texts == ("One!", "two", "five")
    assert found.splits["train"].labels.tolist() == [0, 0, 1]
    assert not found.splits["train"].labels.flags.writeable
    assert found.splits["validation"] is data["validation"]
    assert (found.dropped, found.conflicting) == (4, 2)
    assert found.notes[0].startswith("4 of 7 train rows were dropped, near-duplicates of rows in validation")
    assert found.notes[1] == "2 of the dropped train rows had another label than the row that was kept."
    last = deduplicate(splits(["one", "two", "TWO"], ["Two!"], labels=[0, 1, 1]))
    assert last.splits["train"].texts == ("one", "two")
    assert last.dropped == 1
    clean = splits(["a", "b"])
    assert deduplicate(clean).splits is clean
    assert deduplicate(clean).notes == ()


def test_equal_texts_of_which_nothing_is_left_are_duplicates():
    """Three times the same signs are one; other signs stay."""
    assert deduplicate(splits(["!!!", "!!!", "???", "42"], labels=[0] * 4)).splits["train"].texts == (
        "!!!",
        "???",
        "42",
    )


@given(
    rows=st.lists(st.tuples(TEXTS, st.integers(0, 2)), min_size=1, max_size=25),
    later=st.lists(TEXTS, min_size=1, max_size=9),
)
def test_nothing_is_left_to_drop(rows, later):
    """Once dropped, no near-duplicate is left but for classes that would have gone; no class goes, order stays."""
    texts, labels = zip(*rows, strict=True)
    before = splits(texts, later, later, labels=labels)
    found = deduplicate(before)
    after = found.splits["train"]
    assert set(after.labels.tolist()) == set(labels)
    assert len(after.texts) + found.dropped == len(texts)
    left = iter(zip(texts, labels, strict=True))
    assert all(row in left for row in zip(after.texts, after.labels.tolist(), strict=True))
    again = deduplicate(found.splits)
    assert again.dropped == 0 or len(set(labels)) > 1


def test_long_texts_and_many_rows_go_through_in_parts():
    """A text of two million characters and 20,000 short ones are compared at once, within seconds."""
    rng = random.Random(0)
    words = ["parcel", "late", "box", "paid", "again", "bill", "shade", "colour", "so", "the"]
    many = [" ".join(rng.choices(words, k=40)) for _ in range(20_000)]
    began = time.process_time()
    found = count_duplicates(
        splits([*many, "word " * 400_000], [text.upper() + "!" for text in many[:5000]], ["Word " * 400_000])
    )
    assert time.process_time() - began < 10
    assert found.near == {"validation": 5000, "test": 0}
    assert found.shared == {"validation": 0, "test": 1}
