"""Entities by seqeval's definition: equal to seqeval's own numbers on random tags."""

import itertools
import warnings

import numpy as np
import pytest
from seqeval import metrics as seqeval
from seqeval.scheme import BILOU, IOBES

from plugins.nlp.token_classification.evaluation import TagPredictions, measure
from plugins.nlp.token_classification.schemes import SCHEMES, TagSet, spans_of, tag_set

STRICT = {
    "bio": {},
    "bilou": {"mode": "strict", "scheme": BILOU},
    "bioes": {"mode": "strict", "scheme": IOBES},
}
AVERAGES = {"precision": seqeval.precision_score, "recall": seqeval.recall_score, "f1": seqeval.f1_score}


def all_tags(scheme, types=("PER", "LOC", "A-B")):
    return tag_set(scheme, [f"{prefix}-{kind}" for prefix in SCHEMES[scheme] for kind in types])


def random_tags(known, rng, sentences=12):
    lengths = rng.integers(1, 9, sentences)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    true = rng.integers(0, len(known.names), offsets[-1])
    predicted = np.where(rng.random(true.size) < 0.6, true, rng.integers(0, len(known.names), true.size))
    return true, predicted, offsets


def as_names(tags, offsets, known):
    return [[known.names[tag] for tag in tags[a:b]] for a, b in itertools.pairwise(offsets)]


@pytest.mark.parametrize("scheme", STRICT)
@pytest.mark.parametrize("repaired", [False, True])
def test_metrics_are_those_of_seqeval(scheme, repaired):
    """Precision, recall, F1 and macro F1 of random tags, whole entities or not, are seqeval's to 1e-9."""
    known, rng = all_tags(scheme), np.random.default_rng(0)
    for _ in range(60):
        true, predicted, offsets = random_tags(known, rng)
        if repaired:
            true, predicted = known.repaired(true, offsets), known.repaired(predicted, offsets)
        found = measure(TagPredictions(known, offsets, true, predicted))
        names = as_names(true, offsets, known), as_names(predicted, offsets, known)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what has no denominator
            for name, score in AVERAGES.items():
                assert found[name] == pytest.approx(score(*names, **STRICT[scheme]), abs=1e-9)
            macro = seqeval.f1_score(*names, average="macro", **STRICT[scheme])
        assert found["macro_f1"] == pytest.approx(macro, abs=1e-9)
        assert found["accuracy"] == pytest.approx(seqeval.accuracy_score(*names), abs=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_repaired_tags_are_whole_and_stay(scheme):
    """Whatever was predicted, repaired tags mark whole entities, which repairing again leaves as they are."""
    known, rng = all_tags(scheme), np.random.default_rng(1)
    for _ in range(40):
        _, predicted, offsets = random_tags(known, rng)
        once = known.repaired(predicted, offsets)
        spans, broken = spans_of(once, offsets, known)
        assert broken.size == 0
        assert np.array_equal(known.repaired(once, offsets), once)
        inside = np.zeros(once.size, dtype=bool)
        for start, end in zip(spans.starts, spans.ends, strict=True):
            inside[start:end] = True
        assert np.array_equal(inside, known.type_ids[predicted] >= 0)


def test_repair_of_bio_changes_no_entity():
    """I-X that continues no X begins an entity, before and after it is written as B-X."""
    known, rng = all_tags("bio"), np.random.default_rng(2)
    true, _, offsets = random_tags(known, rng)
    before, broken = spans_of(true, offsets, known)
    after, _ = spans_of(known.repaired(true, offsets), offsets, known)
    assert broken.size
    assert np.array_equal(before.starts, after.starts)
    assert np.array_equal(before.types, after.types)


def test_plain_tags_are_entities_of_one_word():
    """Without prefixes each word with a tag other than O counts for itself."""
    known = tag_set("plain", ["VERB", "O", "NOUN"])
    assert known == TagSet("plain", ("O", "NOUN", "VERB"))
    spans, broken = spans_of(np.array([1, 1, 0, 2]), np.array([0, 4]), known)
    assert spans.starts.tolist() == [0, 1, 3]
    assert spans.ends.tolist() == [1, 2, 4]
    assert [known.types[kind] for kind in spans.types] == ["NOUN", "NOUN", "VERB"]
    assert not broken.size


def test_bare_tags_have_one_type():
    """Tags that are just B, I and O are of one type."""
    known = tag_set("bio", ["B", "I", "O"])
    assert known.names == ("O", "B", "I")
    assert known.types == ("entity",)
