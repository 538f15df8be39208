"""The most frequent tag of each word: the baseline."""

import pytest

from catalog import registry
from catalog.errors import ModelSourceError
from catalog.testing.model import ModelCase, ModelConformance
from plugins.nlp.token_classification.data import load
from plugins.nlp.token_classification.dataset import DemoDataset
from plugins.nlp.token_classification.lookup.config import LookupConfig
from plugins.nlp.token_classification.lookup.table import fit, open_table, save_table

STRANGE = ("", " ", "\0", "\ud800", "😀" * 50, "word " * 3000, "مرحبا", "[red]<script>", ["Ada", "", "New York"], [])


class TestLookup(ModelConformance):
    @pytest.fixture
    def case(self):
        key = "nlp/token-classification/lookup"
        return ModelCase(key, {}, DemoDataset(source="demo", size=120), STRANGE)


@pytest.fixture
def table(files, tmp_path):
    data = load(files(), tmp_path)
    return fit(LookupConfig(), data.tags, data.splits["train"])


def tags_of(table, words):
    return [word["tag"] for word in next(table.predict([words]))["words"]]


def test_known_words_have_their_most_frequent_tag(table):
    """Words are looked up as they stand, then in lower case; unknown ones are outside."""
    assert tags_of(table, ["Paris", "is", "PARIS", "Xyzzy"]) == ["B-LOC", "O", "B-LOC", "O"]


def test_entities_are_whole(table):
    """A tag that continues nothing begins an entity."""
    assert tags_of(table, ["York", "Ada", "York"]) == ["B-LOC", "B-PER", "B-LOC"]


def test_rare_words_are_not_remembered(files, write, tmp_path):
    """With min_count a rarer word is unknown, and without lowercase another spelling is."""
    data = load(files(write("Bo B-PER\nran O\n\n" * 20 + "Paris B-LOC\n\n")), tmp_path)
    table = fit(LookupConfig(min_count=2, lowercase=False), data.tags, data.splits["train"])
    assert tags_of(table, ["Paris", "Bo", "bo"]) == ["O", "B-PER", "O"]


def test_table_survives_its_folder(table, tmp_path):
    """What was written is read again; a damaged folder is refused."""
    save_table(tmp_path / "model", table, LookupConfig())
    assert list(open_table(tmp_path / "model").predict(["Paris is large."])) == list(table.predict(["Paris is large."]))
    (tmp_path / "model" / "model.json").write_text('{"format": "modelcat-lookup"}')
    with pytest.raises(ModelSourceError, match="does not hold a table of words"):
        registry.load("nlp/token-classification/lookup").trainer().open(tmp_path / "model", "cpu", 1)
