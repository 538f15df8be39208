"""Metrics of single classes are called by the class that they are of."""

from dataclasses import replace
from pathlib import Path

import pytest
from catalog.metric_labels import CLASS_METRICS, ClassScope, evaluation_scope, labelled, metric_label, scope_of

from catalog.contract import Evaluation
from catalog.statement import Statement
from plugins.classification.records import ClassScores
from runner.presentation.english import english, english_label

FRAUD = ClassScope("fraud", 2)
JUDGED = Evaluation("test", 6, {}, ((2, 1), (0, 3)), Path(), 0.0)


@pytest.mark.parametrize(
    ("name", "scope", "heading", "within"),
    [
        ("f1", FRAUD, "F1 of fraud", "F1 of fraud"),
        ("precision", FRAUD, "Precision of fraud", "precision of fraud"),
        ("recall", FRAUD, "Recall of fraud", "recall of fraud"),
        ("roc_auc", FRAUD, "ROC AUC of fraud", "ROC AUC of fraud"),
        ("f1", ClassScope(None, 3), "F1, mean of 3 classes", "macro F1 of 3 classes"),
        ("recall", ClassScope(None, 3), "Recall, mean of 3 classes", "macro recall of 3 classes"),
        ("roc_auc", ClassScope(None, 3), "ROC AUC, mean of classes", "macro ROC AUC"),
    ],
)
def test_labels_name_the_class_or_the_mean(name, scope, heading, within) -> None:
    """A score of one class names it, an average says over how many classes it is."""
    assert english(metric_label(name, scope)) == heading
    assert english(metric_label(name, scope, within=True)) == within == english_label(name, scope)


def test_other_metrics_keep_their_keys() -> None:
    """What is of no single class has no such label, nor has anything before the classes are known."""
    for name in ("accuracy", "macro_f1", "weighted_f1", "log_loss", "roc", "anything"):
        assert metric_label(name, FRAUD) is None
        assert english_label(name, FRAUD) == name
    assert [english_label(name, ClassScope()) for name in CLASS_METRICS] == list(CLASS_METRICS)


def test_long_names_of_classes_are_cut() -> None:
    """A class name takes no more room than there is."""
    label = english_label("f1", ClassScope("a very long name of a class indeed", 2), width=10)
    assert label == "F1 of a very lo…"


@pytest.mark.parametrize(
    ("labels", "positive", "scope"),
    [
        (("fraud", "ok"), "fraud", FRAUD),
        (("fraud", "ok"), None, ClassScope("ok", 2)),
        (("fraud", "ok"), "other", ClassScope("ok", 2)),
        (("a", "b", "c"), None, ClassScope(None, 3)),
        ((), None, ClassScope()),
    ],
)
def test_data_without_a_positive_class_mean_the_second(labels, positive, scope) -> None:
    """Two classes always have a positive one; more have none."""
    assert scope_of(labels, positive) == scope


def test_evaluations_say_whose_their_scores_are() -> None:
    """An older evaluation of two classes is of the second one; of more, the classes that occur are counted."""
    classes = tuple(ClassScores(name, 3, 3, 1.0, 1.0, 1.0) for name in ("fraud", "ok"))
    assert evaluation_scope(replace(JUDGED, positive="fraud")).positive == "fraud"
    assert evaluation_scope(replace(JUDGED, classes=classes)).positive == "ok"
    assert evaluation_scope(JUDGED).positive == "1"
    four = ((2, 0, 1, 0), (0, 3, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0))
    assert evaluation_scope(replace(JUDGED, confusion=four)) == ClassScope(None, 3)


def test_statements_of_older_studies_get_the_class() -> None:
    """A sentence that holds the key of a class metric is told with its class, wherever in the sentence it stands."""
    amount = Statement("{difference:points} points of {metric}", {"difference": 0.018, "metric": "f1"})
    whole = Statement("trial 3 is ahead by {by}.", {"by": amount})
    assert english(labelled(whole, FRAUD)) == "Trial 3 is ahead by 1.8 points of F1 of fraud."
    other = Statement("same {metric}", {"metric": "accuracy"})
    assert labelled(other, FRAUD) == other
