"""Which specs are the same study, and which configurations of the real plugins the same training."""

import pytest

from catalog import registry
from catalog.contract import DataSummary
from runner.study.identity import ConfigIdentity, differences, spec_hash

SPEC = {"model": "bert", "model_config": {"epochs": 3}, "study": {"name": "a", "trials": 20, "metric": "accuracy"}}
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


def test_name_and_number_of_trials_do_not_make_another_study():
    """The identity ignores what may change, and nothing else."""
    longer = {**SPEC, "study": {**SPEC["study"], "trials": 40, "name": "b"}}
    assert spec_hash(longer, "study") == spec_hash(SPEC, "study")
    assert spec_hash(SPEC, "train") != spec_hash(SPEC, "study")
    other = {**SPEC, "model_config": {"epochs": 4}}
    assert spec_hash(other, "study") != spec_hash(SPEC, "study")


def test_differences_are_told_by_path_with_both_values():
    """What was added, changed and left out is reported; what may change is not."""
    other = {
        "model": "bert",
        "model_config": {"epochs": 4, "seed": 1},
        "study": {"name": "b", "trials": 40},
    }
    assert differences(SPEC, other) == [
        "model_config.epochs: 3 in the store, 4 here",
        'study.metric: "accuracy" in the store, not given here',
        "model_config.seed: not given in the store, 1 here",
    ]
