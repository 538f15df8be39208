"""A running study stores no scores of another class than its positive one."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog import registry
from catalog.contract import Evaluation
from catalog.errors import PluginError
from plugins.classification.records import ClassDetails, ClassScores
from plugins.details import details_json
from runner.study.session import Session

CLASSES = tuple(ClassScores(name, 3, 3, 1.0, 1.0, 1.0) for name in ("0", "1"))
DETAILS = ClassDetails(((2, 1), (0, 3)), CLASSES)
EVALUATION = Evaluation("test", 6, {"f1": 0.5}, Path("x.parquet"), 0.0)


def of_class(positive):
    """Return an evaluation whose scores are of this class."""
    return replace(EVALUATION, details=details_json(replace(DETAILS, positive=positive)))


@pytest.fixture
def session():
    """Return what `Session.put_evaluation` needs where the positive class is fraud, and where its records go."""
    stored = []
    return SimpleNamespace(
        study="mine",
        lease=None,
        stored=stored,
        _data={"labels": ["fraud", "ok"], "positive": "fraud"},
        request=SimpleNamespace(task=registry.load_task("nlp/text-classification")),
        folders=SimpleNamespace(relative=str),
        store=SimpleNamespace(put_evaluation=lambda _study, _lease, record: stored.append(record)),
    )


def test_a_plugin_that_passes_the_positive_class_over_is_refused(session):
    """Scores of another class are refused, since they would be shown under the name of the positive one."""
    with pytest.raises(PluginError, match="winner: scores are of the class 'ok', but the positive class is 'fraud'"):
        Session.put_evaluation(session, "winner", of_class("1"))
    assert session.stored == []


@pytest.mark.parametrize(("positive", "stored"), [("0", "fraud"), ("fraud", "fraud"), (None, None)])
def test_the_positive_class_gets_the_name_that_the_data_give_it(session, positive, stored):
    """A plugin may call classes by their ids, or not say whose its scores are."""
    Session.put_evaluation(session, "winner", of_class(positive))
    [record] = session.stored
    assert record.details["positive"] == stored
    assert [scores["label"] for scores in record.details["classes"]] == ["fraud", "ok"]
