"""Which configurations are the same training, of the real plugins."""

import pytest

from catalog import registry
from catalog.contract import DataSummary
from runner.study.identity import ConfigIdentity

DATA = DataSummary("some", "print", {"train": 160, "validation": 20}, ("no", "yes"), {"validation": (10, 10)})


def identity(model):
    """Return what compares configurations of a text classifier."""
    return ConfigIdentity(registry.load(f"nlp/text-classification/{model}"), DATA)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"C": 10}, {"C": 10.0}),
        ({}, {"C": 10.0, "ngram_max": 2}),
        ({"C": 0.1 + 0.2}, {"C": 0.3}),
        ({"C": 1, "seed": 1}, {"C": 1, "seed": 2}),
    ],
)
def test_the_same_linear_model(first, second):
    """Ways to write a number, defaults, rounding and the seed make no other configuration."""
    assert identity("linear").of(first) == identity("linear").of(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"warmup_steps": 3}, {"warmup_steps": 0.1}),
        ({"warmup_steps": 0.1}, {"warmup_steps": 0.101}),
        ({"learning_rate": 2e-5}, {}),
        ({"early_stopping": True}, {"early_stopping": 1}),
        ({"early_stopping": False}, {}),
        ({"max_grad_norm": 0}, {"max_grad_norm": None}),
    ],
)
def test_the_same_fine_tuning(first, second):
    """Shares of steps that round to the same count are the same, as are two ways to leave something out."""
    base = {"model_name": "bert-base-uncased", "batch_size": 16, "epochs": 3}
    assert identity("bert").of({**base, **first}) == identity("bert").of({**base, **second})


@pytest.mark.parametrize(
    ("model", "first", "second"),
    [
        ("linear", {"C": 10}, {"C": 10.5}),
        ("linear", {"ngram_max": 1}, {"ngram_max": 2}),
        ("linear", {"class_weights": "balanced"}, {}),
        ("bert", {"warmup_steps": 0.0}, {"warmup_steps": 0.1}),
        ("bert", {"model_name": "scratch/bert-tiny"}, {"model_name": "scratch/bert-mini"}),
        ("bert", {"batch_size": 16}, {"batch_size": 32}),
        ("linear", {"C": "no number"}, {"C": 1}),
    ],
)
def test_another_configuration(model, first, second):
    """What trains another model is another configuration; one that is invalid is none of the others."""
    assert identity(model).of(first) != identity(model).of(second)
