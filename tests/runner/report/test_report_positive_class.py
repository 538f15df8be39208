"""The report names the class of every precision, recall, F1 and area."""

import re

import pytest
import yaml
from f1_study import tune_for_f1
from made_study import NAME, build

from runner.presentation.language import Language
from runner.report.card import model_card
from runner.report.gathering import gather
from runner.store.store import Store


@pytest.fixture
def tuned(tmp_path, empty):
    """Return a function that makes a study that was tuned for F1 of a class."""

    def make(labels, positive):
        build(empty)
        url = f"sqlite:///{tmp_path / 'studies.db'}"
        tune_for_f1(url, labels, positive)
        return Store.open(url, create=False)

    return make


@pytest.mark.parametrize(("positive", "name"), [("fraud", "fraud"), (None, "ok")], ids=["named", "of the last release"])
def test_the_page_names_the_class(tuned, page_of, positive, name):
    """Verdict, key figures, table of metrics and history say whose F1 it is; no heading leaves it out."""
    page = page_of(tuned(("fraud", "ok"), positive))
    texts = page.texts
    for expected in (f"its F1 of {name} is", f"Precision of {name}", f"Recall of {name}", f"ROC AUC of {name}"):
        assert expected in texts
    assert texts.count(f"F1 of {name}") >= 5
    assert "Positive class" in texts
    assert not re.search(r"points of f1\b", texts)


def test_the_page_names_the_class_in_german(tuned, page_of):
    """The labels are translated, and the name stands in them as it is."""
    page = page_of(tuned(("Betrug", "ok"), "Betrug"), "de")
    texts = page.texts
    assert "F1 von Betrug um" in texts
    assert "Precision von Betrug" in texts
    assert "Positive Klasse" in texts


def test_the_card_names_the_class(tuned):
    """The table of the card and each metric of its header have the class."""
    text = model_card(gather(tuned(("fraud", "ok"), "fraud"), NAME), Language("en"))
    _, header, body = text.split("---\n", 2)
    [result] = yaml.safe_load(header)["model-index"][0]["results"]
    expected = {metric["type"]: metric["name"] for metric in result["metrics"]}
    assert expected["f1"] == "F1 of fraud"
    assert expected["precision"] == "precision of fraud"
    assert expected["accuracy"] == "accuracy"
    assert "| F1 of fraud |" in body
    assert "trials by F1 of fraud on validation" in body
    assert "- Positive class: fraud" in body


def test_a_name_that_is_markup_stays_text(tuned, page_of):
    """The name of a class is untrusted text: in every label it is text."""
    page = page_of(tuned(("<b>x</b>\x1b", "ok"), "<b>x</b>\x1b"))
    assert "F1 of <b>x</b>\\x1b" in page.texts
    assert page.tags["b"] == 0
