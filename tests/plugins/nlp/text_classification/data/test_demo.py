"""The demo source: generated reviews, split like any other data."""

from plugins.classification.records import class_data
from plugins.nlp.reviews import LABELS, NOTES
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import DemoDataset


def test_demo_is_generated_split_and_described(tmp_path):
    """Size counts all splits, classes are named, and the stated noise is among the notes."""
    summary = load(DemoDataset(source="demo", size=200), tmp_path).summary
    assert summary.name == "demo"
    assert summary.rows == {"train": 144, "validation": 16, "test": 40}
    assert class_data(summary).labels == tuple(LABELS)
    assert set(NOTES) <= set(summary.notes)


def test_demo_depends_on_its_seed_alone(tmp_path):
    """One seed gives one data set, whatever else was loaded in between; another seed gives another."""
    seeds = (0, 1, 2, 0)  # more than what is remembered
    found = [load(DemoDataset(source="demo", size=100, seed=seed), tmp_path).summary.fingerprint for seed in seeds]
    assert found[0] == found[3]
    assert len(set(found)) == 3
