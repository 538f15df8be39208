"""The rules of diagnosis: each is triggered, and what comes close does not trigger it."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from with_details import with_details

from catalog.contract import Comparison, DataSummary, EpochMetrics, Evaluation
from catalog.contract.capabilities import Diagnoses
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput, DiagnosisTrial
from catalog.study import ChoicesSpec, RangeSpec
from plugins.classification.evaluation import METRICS
from plugins.classification.records import ConfidenceBin
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.diagnosis import diagnose
from plugins.nlp.text_classification.diagnosis.rules import RULES
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.records import LengthBucket
from plugins.nlp.text_classification.task import task
from plugins.nlp.texts.diagnosis.failures import MEMORY_RAN_OUT
from runner.presentation.english import english

DATA = DataSummary(
    name="demo",
    fingerprint="0" * 64,
    rows={"train": 2880, "validation": 1000, "test": 2000},
    details={
        "labels": ["negative", "positive"],
        "label_rows": {"train": [1440, 1440], "validation": [500, 500], "test": [1000, 1000]},
        "duplicates": {"validation": 0, "test": 0},
    },
)
SPACE = {
    "learning_rate": {"low": 1e-5, "high": 5e-5, "log": True},
    "batch_size": {"choices": [16, 32]},
    "epochs": {"low": 2, "high": 4},
    "warmup_steps": {"low": 0.0, "high": 0.1},
}


def config_of(**changes: Any) -> dict[str, Any]:
    given = {"learning_rate": 2e-5, "batch_size": 32, "epochs": 3, "warmup_steps": 0.05}
    return BertConfig.model_validate(given | changes).model_dump(mode="json")


def epoch(number: int, of: int, **changes: Any) -> EpochMetrics:
    """Measure a training that goes well: 92 to 94 % on what it trains on, 91 to 92 % on validation."""
    at = {
        "epoch": float(number),
        "progress": number / of,
        "train_loss": 0.30 - 0.04 * number,
        "metrics": {"loss": 0.24, "accuracy": 0.90 + 0.005 * number},
        "learning_rate": 1e-5,
        "seconds": 10.0 * number,
        "train_metrics": {"accuracy": 0.90 + 0.01 * number},
    }
    return EpochMetrics(**{**at, **changes})


def trial_of(number: int = 0, value: float | None = 0.92, **changes: Any) -> DiagnosisTrial:
    given = {
        "state": "complete",
        "config": config_of(),
        "history": tuple(epoch(n, 3) for n in (1, 2, 3)),
        "evaluation": judged("validation"),
    }
    return DiagnosisTrial(number=number, value=value, **{**given, **changes})


def judged(split: str = "test", **changes: Any) -> Evaluation:
    given: dict[str, Any] = {
        "rows": 2000,
        "metrics": {"accuracy": 0.92, "ece": 0.02},
        "predictions": Path(f"{split}.parquet"),
        "seconds": 1.0,
        "intervals": {"accuracy": (0.908, 0.932), "ece": (0.012, 0.029)},
    }
    details: dict[str, Any] = {
        "confusion": ((915, 85), (75, 925)),
        "confidence": (ConfidenceBin(0.9, 1.0, 1840, 160, 0.93),),
        "lengths": (bucket(5, 60), bucket(61, 120), bucket(121, 180), bucket(181, 240)),
    }
    for name in details.keys() & changes.keys():
        details[name] = changes.pop(name)
    return with_details(Evaluation(split=split, **{**given, **changes}), **details)


def bucket(low: int, high: int, **changes: Any) -> LengthBucket:
    given = {
        "unit": "tokens",
        "rows": 500,
        "accuracy": 0.92,
        "accuracy_low": 0.893,
        "accuracy_high": 0.941,
        "confidence": 0.93,
        "truncated": 0.0,
    }
    return LengthBucket(low=low, high=high, **{**given, **changes})


def versus(difference: float, half: float, **changes: Any) -> Comparison:
    given = {"metric": "accuracy", "rows": 1000, "seeds": (3, 3)}
    return Comparison(difference=difference, low=difference - half, high=difference + half, **{**given, **changes})


def study(**changes: Any) -> DiagnosisInput:
    """Return the diagnosis input of a study that nothing is wrong with."""
    rates = (2e-5, 3e-5, 1.5e-5, 4e-5, 2.5e-5, 1.2e-5)
    trials = [
        trial_of(number, 0.92 - 0.001 * number, config=config_of(learning_rate=rate))
        for number, rate in enumerate(rates)
    ]
    given: dict[str, Any] = {
        "data": DATA,
        "Config": BertConfig,
        "metric": "accuracy",
        "space": SPACE,
        "trials": trials,
        "best": 0,
        "evaluations": {("winner", "test"): judged()},
        "versus_given": versus(0.012, 0.008),
        "versus_baseline": versus(0.03, 0.01),
        "calibration": {"temperature": 1.2, "before": {"ece": 0.04}, "after": {"ece": 0.02}},
    }
    return DiagnosisInput(**{**given, **changes})


def with_best(**changes: Any) -> DiagnosisInput:
    healthy = study()
    return replace(healthy, trials=[replace(healthy.trials[0], **changes), *healthy.trials[1:]])


def found(evidence: DiagnosisInput, rule: str) -> Diagnosis | None:
    return next((d for d in diagnose(evidence) if d.rule == rule), None)


def the(evidence: DiagnosisInput, rule: str) -> Diagnosis:
    diagnosis = found(evidence, rule)
    assert diagnosis is not None, [d.rule for d in diagnose(evidence)]
    return diagnosis


def changes_of(diagnosis: Diagnosis) -> dict[str, Any]:
    return {remedy.field: remedy.value for remedy in diagnosis.remedies if remedy.field is not None}


def gap(trained: float, validated: float) -> tuple[EpochMetrics, ...]:
    metrics = {"loss": 0.3, "accuracy": validated}
    return (epoch(1, 3), epoch(2, 3), epoch(3, 3, metrics=metrics, train_metrics={"accuracy": trained}))


def losses(*pairs: tuple[float, float], **changes: Any) -> tuple[EpochMetrics, ...]:
    return tuple(
        epoch(n, len(pairs), train_loss=train, metrics={"loss": loss, "accuracy": 0.9}, **changes)
        for n, (train, loss) in enumerate(pairs, 1)
    )


def test_a_healthy_study_yields_nothing():
    """If every number is as it should be, nothing is said; so for both models and for a single training."""
    assert diagnose(study()) == ()
    single = study(space={}, trials=[trial_of()], versus_given=None, versus_baseline=None, evaluations={})
    assert diagnose(single) == ()
    plain = [trial_of(config=LinearConfig().model_dump(mode="json"))]
    space = {"C": {"low": 0.1, "high": 100.0, "log": True}}
    assert diagnose(study(Config=LinearConfig, space=space, trials=plain)) == ()


def test_train_accuracy_far_above_validation_is_over_fitting():
    """99 % against 85 % is over-fitting; against 93 % it is how fine-tuning ends."""
    diagnosis = the(with_best(history=gap(0.99, 0.85)), "over_fitting")
    assert diagnosis.severity == "warning"
    assert "99.0 %" in english(diagnosis.evidence)
    assert "14.0 points" in english(diagnosis.evidence)
    assert changes_of(diagnosis)["model_config.weight_decay"] == 0.1
    assert the(with_best(history=gap(0.99, 0.80)), "over_fitting").severity == "problem"
    assert found(with_best(history=gap(0.99, 0.93)), "over_fitting") is None


def test_a_gap_that_few_rows_show_by_chance_is_none():
    """Nine points on 50 validation rows are within two standard errors; on 1,000 they are not."""
    small = replace(DATA, rows={**DATA.rows, "validation": 50})
    assert found(replace(with_best(history=gap(0.95, 0.86)), data=small), "over_fitting") is None
    assert found(with_best(history=gap(0.95, 0.86)), "over_fitting") is not None


def test_without_train_accuracy_the_losses_tell_over_fitting():
    """Validation loss up a quarter while training loss falls: end after its lowest epoch, in the space if tuned."""
    rising = losses((0.4, 0.30), (0.2, 0.28), (0.1, 0.35), train_metrics={})
    diagnosis = the(with_best(history=rising), "over_fitting")
    assert changes_of(diagnosis)["study.search_space.epochs.high"] == 2
    untuned = replace(with_best(history=rising), space={})
    assert changes_of(the(untuned, "over_fitting"))["model_config.epochs"] == 2
    slight = losses((0.4, 0.30), (0.2, 0.28), (0.1, 0.30), train_metrics={})
    assert found(with_best(history=slight), "over_fitting") is None
    both = losses((0.4, 0.30), (0.2, 0.28), (0.3, 0.35), train_metrics={})
    assert found(with_best(history=both), "over_fitting") is None


def test_a_loss_near_guessing_is_under_fitting():
    """A loss of 0.68 where guessing has 0.69 is no learning; 0.55 is some."""
    flat = losses((0.695, 0.69), (0.69, 0.69), (0.68, 0.69), train_metrics={})
    diagnosis = the(with_best(history=flat), "under_fitting")
    assert diagnosis.severity == "problem"
    assert changes_of(diagnosis) == {
        "study.search_space.epochs.high": 6,
        "study.search_space.learning_rate.low": 4e-5,
    }
    some = losses((0.695, 0.60), (0.62, 0.57), (0.55, 0.56), train_metrics={})
    assert found(with_best(history=some), "under_fitting") is None


def test_guessing_knows_the_classes_shares():
    """With 95 % of one class, a loss of 0.19 is guessing; with weights that make classes count alike it is learning."""
    uneven = with_details(DATA, label_rows={"train": (2736, 144)})
    flat = losses((0.2, 0.2), (0.2, 0.2), (0.19, 0.2), train_metrics={})
    assert found(replace(with_best(history=flat), data=uneven), "under_fitting") is not None
    weighted = with_best(history=flat, config=config_of(class_weights="balanced"))
    assert found(replace(weighted, data=uneven), "under_fitting") is None


def test_a_loss_that_still_falls_at_the_end_is_under_fitting():
    """Validation loss down a fifth in the last epoch, training loss above it; a twentieth is convergence."""
    falling = losses((0.6, 0.55), (0.5, 0.45), (0.4, 0.36), train_metrics={})
    assert the(with_best(history=falling), "under_fitting").severity == "warning"
    settled = losses((0.6, 0.55), (0.5, 0.38), (0.4, 0.36), train_metrics={})
    assert found(with_best(history=settled), "under_fitting") is None


def test_the_linear_model_gets_remedies_of_its_own():
    """For the linear model, over- and under-fitting name C, and none of the encoder's fields."""
    config = LinearConfig().model_dump(mode="json")
    trials = [trial_of(config=config, history=(epoch(1, 1, train_metrics={"accuracy": 0.999}),))]
    evidence = study(Config=LinearConfig, trials=trials, space={})
    near = (epoch(1, 1, metrics={"loss": 0.3, "accuracy": 0.85}, train_metrics={"accuracy": 0.999}),)
    over = replace(evidence, trials=[replace(trials[0], history=near)])
    assert changes_of(the(over, "over_fitting")) == {"model_config.C": 1.0}
    flat = replace(evidence, trials=[replace(trials[0], history=losses((0.69, 0.69)))])
    assert changes_of(the(flat, "under_fitting")) == {"model_config.C": 100.0}


def test_losing_to_the_baseline_is_a_problem():
    """An interval below 0 is a problem, one that holds 0 a warning, one above 0 nothing."""
    lost = the(study(versus_baseline=versus(-0.02, 0.01)), "not_better_than_baseline")
    assert lost.severity == "problem"
    assert "2.0 points of accuracy worse" in english(lost.evidence)
    equal = the(study(versus_baseline=versus(0.005, 0.01)), "not_better_than_baseline")
    assert equal.severity == "warning"
    assert found(study(versus_baseline=versus(0.012, 0.01)), "not_better_than_baseline") is None
    nats = the(study(metric="log_loss", versus_baseline=versus(-0.1, 0.05, metric="log_loss")), lost.rule)
    assert "log loss is 0.1 worse" in english(nats.evidence)


def test_a_class_predicted_too_often_is_a_bias():
    """60 % predicted where 50 % are true is a bias; 51 % on 2,000 rows is chance, and so is 60 % on ten rows."""
    skewed = judged(confusion=((990, 10), (210, 790)))
    diagnosis = the(study(evaluations={("winner", "test"): skewed}), "biased_towards_class")
    assert diagnosis.severity == "problem"
    assert english(diagnosis.title) == "The model favours the class negative"
    assert "60.0 % of the 2,000 rows of test, where 50.0 %" in english(diagnosis.evidence)
    assert changes_of(diagnosis) == {"study.metric": "macro_f1"}
    even = judged(confusion=((930, 70), (90, 910)))
    assert found(study(evaluations={("winner", "test"): even}), "biased_towards_class") is None
    few = judged(rows=10, confusion=((5, 0), (1, 4)))
    assert found(study(evaluations={("winner", "test"): few}), "biased_towards_class") is None


def test_a_bias_beyond_chance_but_harmless_is_none():
    """On a million rows a hundredth of a bias is beyond chance, and still nothing to act on."""
    large = judged(rows=1_000_000, confusion=((480_000, 20_000), (30_000, 470_000)))
    assert found(study(evaluations={("winner", "test"): large}), "biased_towards_class") is None


def test_bias_on_unbalanced_data_asks_for_weights():
    """If the favoured class is the larger one, weights are the first fix."""
    uneven = with_details(DATA, label_rows={"train": (2160, 720)})
    skewed = judged(confusion=((1490, 10), (210, 290)))
    diagnosis = the(study(data=uneven, evaluations={("winner", "test"): skewed}), "biased_towards_class")
    assert diagnosis.remedies[0].field == "model_config.class_weights"
    assert diagnosis.remedies[0].value == "balanced"


@pytest.mark.parametrize(("rows", "severity"), [((2000, 880), None), ((2160, 720), "note"), ((2700, 180), "warning")])
def test_unbalanced_classes(rows: tuple[int, int], severity: str | None):
    """Three to one is worth a note, ten to one a warning, two to one nothing."""
    diagnosis = found(study(data=with_details(DATA, label_rows={"train": rows})), "unbalanced_classes")
    assert (diagnosis.severity if diagnosis else None) == severity


def test_unbalanced_classes_that_are_weighted_are_none():
    """Weights, or a metric in which classes count alike, have answered the imbalance."""
    uneven = with_details(DATA, label_rows={"train": (2700, 180)})
    weighted = replace(with_best(config=config_of(class_weights=[0.5, 8.0])), data=uneven)
    assert found(weighted, "unbalanced_classes") is None
    assert found(study(data=uneven, metric="macro_f1"), "unbalanced_classes") is None


def with_short(**changes: Any) -> DiagnosisInput:
    lengths = (bucket(5, 60, **changes), bucket(61, 120), bucket(121, 180), bucket(181, 240))
    return study(evaluations={("winner", "test"): judged(lengths=lengths)})


def test_short_texts_that_are_judged_worse():
    """84 % at most 87 % against 92 % is weak; 90 % at most 92.3 % is not distinguished from 92 %."""
    diagnosis = the(with_short(accuracy=0.84, accuracy_low=0.81, accuracy_high=0.87), "weak_on_short_texts")
    assert diagnosis.severity == "warning"
    assert "5 to 60 tokens" in english(diagnosis.evidence)
    assert found(with_short(accuracy=0.90, accuracy_low=0.87, accuracy_high=0.923), "weak_on_short_texts") is None
    unclear = with_short(accuracy=0.86, accuracy_low=0.70, accuracy_high=0.93)
    assert found(unclear, "weak_on_short_texts") is None


def test_short_texts_that_the_model_is_unsure_of():
    """A confidence of 75 % against 93 % is worth a note where there are enough texts; 86 % is not."""
    assert the(with_short(confidence=0.75), "weak_on_short_texts").severity == "note"
    assert found(with_short(confidence=0.86), "weak_on_short_texts") is None
    assert found(with_short(confidence=0.75, rows=20), "weak_on_short_texts") is None


def with_cut(share: float, high: int, **config: Any) -> DiagnosisInput:
    lengths = (bucket(5, 60), bucket(61, 120), bucket(121, 180), bucket(181, high, truncated=share))
    evidence = study(evaluations={("winner", "test"): judged(lengths=lengths)})
    best = replace(evidence.trials[0], config=config_of(**config))
    return replace(evidence, trials=[best, *evidence.trials[1:]])


def test_many_truncated_texts_ask_for_more_length():
    """A quarter cut at 180 asks for the length that leaves nine in ten whole; a twentieth cut asks for nothing."""
    diagnosis = the(with_cut(1.0, 250, max_seq_length=180), "many_texts_truncated")
    assert diagnosis.severity == "warning"
    assert "25.0 %" in english(diagnosis.evidence)
    assert changes_of(diagnosis) == {"model_config.max_seq_length": 256, "model_config.truncation": "head+tail"}
    assert found(with_cut(0.2, 250, max_seq_length=180), "many_texts_truncated") is None


def test_texts_cut_at_the_longest_length_ask_for_both_ends():
    """If a model sees no more than 512 tokens, what can change is which part of a text it sees."""
    diagnosis = the(with_cut(0.6, 2000, max_seq_length=512), "many_texts_truncated")
    assert diagnosis.severity == "note"
    assert changes_of(diagnosis) == {"model_config.truncation": "head+tail"}


def test_bad_calibration_says_which_way():
    """An error of 12 points, at least 10.5, is too sure; one of 3.5 points, at least 2.5, is what finite data show."""
    bins = (ConfidenceBin(0.9, 1.0, 1700, 300, 0.97),)
    sure = judged(metrics={"accuracy": 0.85, "ece": 0.12}, intervals={"ece": (0.105, 0.135)}, confidence=bins)
    diagnosis = the(study(evaluations={("winner", "test"): sure}), "badly_calibrated")
    assert diagnosis.severity == "warning"
    assert english(diagnosis.title) == "The model is surer than it should be"
    assert "12.0 points" in english(diagnosis.evidence)
    assert "temperature of 1.2; before, it was 4.0" in english(diagnosis.evidence)
    assert changes_of(diagnosis)["study.search_space.epochs.high"] == 2
    modest = with_details(sure, confidence=(ConfidenceBin(0.7, 0.8, 1700, 300, 0.75),))
    shy = the(replace(study(evaluations={("winner", "test"): modest}), calibration=None), "badly_calibrated")
    assert english(shy.title) == "The model is less sure than it could be"
    assert changes_of(shy) == {}
    slight = replace(sure, metrics={"ece": 0.035}, intervals={"ece": (0.025, 0.045)})
    assert found(study(evaluations={("winner", "test"): slight}), "badly_calibrated") is None


def test_few_rows_show_a_calibration_error_by_chance():
    """An error of 12 points, at least 9, is nothing on 100 rows, where a perfect model shows 8; on 2,000 it is bad."""
    few = judged(rows=100, confusion=((46, 4), (4, 46)), metrics={"ece": 0.12}, intervals={"ece": (0.09, 0.19)})
    assert found(study(evaluations={("winner", "test"): few}), "badly_calibrated") is None
    many = judged(metrics={"ece": 0.12}, intervals={"ece": (0.09, 0.15)})
    assert found(study(evaluations={("winner", "test"): many}), "badly_calibrated") is not None


def tuned(name: str, values: list[float], entry: dict[str, Any]) -> DiagnosisInput:
    trials = [trial_of(n, 0.92 - 0.001 * n, config=config_of(**{name: value})) for n, value in enumerate(values)]
    return study(space={name: entry}, trials=trials)


RATES = {"low": 1e-5, "high": 5e-5, "log": True}


def test_a_learning_rate_at_the_edge_of_its_space():
    """The best two trials at the upper end ask for a wider range; a best one alone there does not."""
    diagnosis = the(tuned("learning_rate", [4.9e-5, 4.6e-5, 2e-5, 1e-5], RATES), "edge_of_space")
    assert english(diagnosis.title) == "The best learning_rate lies at the edge of its range"
    assert changes_of(diagnosis) == {"study.search_space.learning_rate.high": 1e-4}
    assert found(tuned("learning_rate", [4.9e-5, 2e-5, 3e-5, 4.8e-5], RATES), "edge_of_space") is None
    assert found(tuned("learning_rate", [4.9e-5, 4.6e-5, 2e-5], RATES), "edge_of_space") is None


def test_the_edge_is_sought_on_the_scale_that_is_searched():
    """1.2e-5 is 5 % of a linear range from 1e-5 to 5e-5, but 11 % of a logarithmic one."""
    values = [1.19e-5, 1.1e-5, 2e-5, 4e-5]
    assert found(tuned("learning_rate", values, RATES), "edge_of_space") is None
    linear_scale = {**RATES, "log": False}
    diagnosis = the(tuned("learning_rate", values, linear_scale), "edge_of_space")
    assert changes_of(diagnosis) == {"study.search_space.learning_rate.low": 5e-6}


def test_any_numeric_field_can_be_at_its_edge():
    """Weight decay at its upper end is found like a learning rate; at 0, beyond which there is nothing, it is not."""
    entry = {"low": 0.0, "high": 0.1}
    diagnosis = the(tuned("weight_decay", [0.1, 0.098, 0.02, 0.05], entry), "edge_of_space")
    assert changes_of(diagnosis) == {"study.search_space.weight_decay.high": 0.15}
    assert found(tuned("weight_decay", [0.0, 0.001, 0.02, 0.05], entry), "edge_of_space") is None


def test_ranges_of_few_values_need_more_to_be_at_their_edge():
    """Of three numbers of epochs one is often the largest: the best four of eight must all have it."""
    entry = {"low": 2, "high": 4}
    crowded = tuned("epochs", [4, 4, 4, 4, 2, 3, 2, 3], entry)
    assert changes_of(the(crowded, "edge_of_space")) == {"study.search_space.epochs.high": 5}
    assert found(tuned("epochs", [4, 4, 4, 3, 4, 3, 2, 3], entry), "edge_of_space") is None
    assert found(tuned("epochs", [4, 4, 4, 4, 2], entry), "edge_of_space") is None


def test_a_loss_is_better_when_it_is_lower():
    """Tuned for log loss, the best trials are those with the lowest values."""
    evidence = tuned("learning_rate", [1.5e-5, 2e-5, 4.6e-5, 4.9e-5], RATES)
    assert found(evidence, "edge_of_space") is None
    assert found(replace(evidence, metric="log_loss"), "edge_of_space") is not None


def test_a_warm_up_longer_than_half_of_the_training():
    """500 steps of 90 x 3 are more than half; 135 are just half, and a share of 0.5 is too."""
    long = with_best(config=config_of(warmup_steps=500))
    diagnosis = the(long, "long_warmup")
    assert "500 of 270 steps" in english(diagnosis.evidence)
    assert diagnosis.severity == "warning"
    assert changes_of(diagnosis) == {"model_config.warmup_steps": 0.06}
    for warmup in (135, 0.5):
        assert found(with_best(config=config_of(warmup_steps=warmup)), "long_warmup") is None
    accumulated = with_best(config=config_of(warmup_steps=100, gradient_accumulation=2))
    assert "100 of 135 steps" in english(the(accumulated, "long_warmup").evidence)


def test_the_given_configurations_warm_up_is_worth_a_note():
    """If another trial won, the given configuration's long warm-up is still reported; a tuned one's is the space's."""
    healthy = study(best=1)
    given = replace(healthy.trials[0], config=config_of(warmup_steps=500))
    evidence = replace(healthy, trials=[given, *healthy.trials[1:]])
    assert the(evidence, "long_warmup").severity == "note"
    best = replace(healthy.trials[1], config=config_of(warmup_steps=0.6))
    stretched = {**SPACE, "warmup_steps": {"low": 0.0, "high": 0.8}}
    evidence = replace(healthy, trials=[healthy.trials[0], best, *healthy.trials[2:]], space=stretched)
    assert changes_of(the(evidence, "long_warmup")) == {"study.search_space.warmup_steps.high": 0.06}


def failing(kind: str, count: int, **config: Any) -> DiagnosisInput:
    healthy = study()
    failed = [
        DiagnosisTrial(number=10 + n, state="failed", config=config_of(**config), value=None, failure=kind)
        for n in range(count)
    ]
    return replace(healthy, trials=[*healthy.trials, *failed])


def test_failed_for_memory():
    """Trials that did not fit ask for half of the length; if half of all failed so, it is a problem."""
    diagnosis = the(failing("out_of_memory", 1), "out_of_memory")
    assert diagnosis.severity == "warning"
    assert changes_of(diagnosis)["model_config.max_seq_length"] == 256
    assert the(failing("out_of_memory", 6), "out_of_memory").severity == "problem"
    assert found(failing("error", 1), "out_of_memory") is None


def test_memory_that_ran_short_on_the_way():
    """A training that went on with smaller pieces is worth a note; other notes are not."""
    note = f"{MEMORY_RAN_OUT} 2 times: micro-batches were cut to 1,024 tokens. The gradients are the same."
    assert the(with_best(notes=(note,)), "out_of_memory").severity == "note"
    assert (
        found(with_best(notes=("fp16 was asked for; a CPU has no fast fp16, so bf16 was used.",)), "out_of_memory")
        is None
    )


def test_the_trainer_says_so_in_these_words():
    """The note of a BERT training whose memory ran out begins as the rule expects."""
    from types import SimpleNamespace

    from plugins.nlp.encoders.training import notes_on

    stepper = SimpleNamespace(budget=SimpleNamespace(halvings=2, tokens=1024))
    schedule, precision = SimpleNamespace(warmup=0, total=10), SimpleNamespace(note="")
    (note,) = notes_on(precision, schedule, stepper)
    assert note.startswith(MEMORY_RAN_OUT)


def test_diverged_trials_ask_for_a_lower_learning_rate():
    """The new bound is the highest rate that worked below all that did not; without failures there is no finding."""
    diagnosis = the(failing("diverged", 2, learning_rate=4.5e-5), "diverged")
    assert changes_of(diagnosis) == {"study.search_space.learning_rate.high": 4e-5}
    only = replace(failing("diverged", 2, learning_rate=2e-3), best=None, space={})
    only = replace(only, trials=[trial for trial in only.trials if trial.state == "failed"])
    diagnosis = the(only, "diverged")
    assert diagnosis.severity == "problem"
    assert changes_of(diagnosis) == {"model_config.learning_rate": 1e-3}
    assert found(failing("error", 2), "diverged") is None


def test_other_failures_are_told_by_their_kind():
    """The most frequent kind is named; diverged and out of memory have rules of their own."""
    diagnosis = the(failing("lost_worker", 2), "failed_trials")
    assert "lost_worker (2)" in english(diagnosis.evidence)
    assert found(failing("diverged", 2), "failed_trials") is None


def test_too_few_rows_for_the_difference_found():
    """One point with an interval of two points each way wants four times the rows; a difference shown does not."""
    diagnosis = the(study(versus_given=versus(0.01, 0.02)), "too_few_rows")
    assert "About 4,000 rows" in english(diagnosis.evidence)
    assert changes_of(diagnosis) == {"study.confirm.seeds": 6}
    assert found(study(versus_given=versus(0.021, 0.02)), "too_few_rows") is None


def test_a_difference_not_worth_showing_wants_no_rows():
    """A tenth of a point within its interval is no difference, not a lack of rows; nor is a lost comparison."""
    assert found(study(versus_given=versus(0.001, 0.02)), "too_few_rows") is None
    assert found(study(versus_given=versus(-0.03, 0.02)), "too_few_rows") is None


def test_rows_shared_with_train():
    """Thirty of 2,000 test rows are a warning, three a note, one below a tenth of a per cent nothing."""
    for count, severity in ((30, "warning"), (3, "note"), (1, None)):
        data = with_details(DATA, duplicates={"validation": 0, "test": count})
        diagnosis = found(study(data=data), "duplicates")
        assert (diagnosis.severity if diagnosis else None) == severity


def everything_wrong() -> list[DiagnosisInput]:
    """Return studies that between them trigger every rule."""
    skewed = judged(
        confusion=((990, 10), (210, 790)),
        metrics={"accuracy": 0.89, "ece": 0.12},
        intervals={"ece": (0.11, 0.14)},
        lengths=(bucket(2, 9, accuracy=0.7, accuracy_high=0.75), bucket(10, 900, truncated=0.9)),
    )
    uneven = with_details(DATA, label_rows={"train": (2700, 180), "test": (800, 0)}, duplicates={"test": 100})
    bad = study(
        data=uneven,
        evaluations={("winner", "test"): skewed},
        versus_given=versus(0.01, 0.02),
        versus_baseline=versus(-0.02, 0.01),
    )
    worst = replace(
        bad.trials[0],
        config=config_of(warmup_steps=500, max_seq_length=128, max_grad_norm=0, precision="fp32"),
        history=gap(0.99, 0.7),
    )
    few = replace(DATA, rows={"train": 150, "validation": 40, "test": 50})
    crowd = replace(tuned("learning_rate", [4.9e-5, 4.6e-5, 2e-5, 1e-5], RATES), data=few)
    flat = with_best(history=losses((0.695, 0.69), (0.69, 0.69), train_metrics={}))
    return [
        replace(bad, trials=[worst, *bad.trials[1:]]),
        crowd,
        flat,
        *(failing(kind, 1) for kind in ("diverged", "out_of_memory", "error")),
    ]


def test_the_gravest_comes_first_and_every_rule_is_stable():
    """Problems, then warnings, then notes; between them the studies above trigger each rule of the table once."""
    told = [diagnose(evidence) for evidence in everything_wrong()]
    order = ["problem", "warning", "note"]
    for diagnoses in told:
        places = [order.index(diagnosis.severity) for diagnosis in diagnoses]
        assert places == sorted(places)
    assert len({diagnosis.rule for diagnoses in told for diagnosis in diagnoses}) == len(RULES)


@pytest.mark.parametrize("index", range(6))
def test_remedies_are_fields_of_the_spec(index: int):
    """Every fix names a field that its model or the study has, with a value that it takes."""
    evidence = everything_wrong()[index]
    for diagnosis in diagnose(evidence):
        english(diagnosis.title), english(diagnosis.evidence)
        assert diagnosis.remedies
        for remedy in diagnosis.remedies:
            assert english(remedy.advice)
            check_field(remedy.field, remedy.value, evidence, BertConfig)


@pytest.mark.parametrize("index", range(6))
def test_remedies_for_the_linear_model_are_its_own(index: int):
    """The same findings for the linear model name none of the encoder's fields."""
    evidence = everything_wrong()[index]
    trials = [replace(trial, config=LinearConfig().model_dump(mode="json")) for trial in evidence.trials]
    space = {"C": {"low": 0.1, "high": 100.0, "log": True}}
    evidence = replace(evidence, Config=LinearConfig, trials=trials, space=space)
    for diagnosis in diagnose(evidence):
        for remedy in diagnosis.remedies:
            check_field(remedy.field, remedy.value, evidence, LinearConfig)


def check_field(field: str | None, value: Any, evidence: DiagnosisInput, config: type[BaseModel]) -> None:
    match (field or "").split("."):
        case [""]:
            assert value is None
        case ["model_config", name]:
            checked = config.model_validate({name: value})
            assert name in type(checked).model_fields
        case ["study", "search_space", name, bound]:
            assert name in config.model_fields
            entry = {**evidence.space[name], bound: value}
            spec = ChoicesSpec if "choices" in entry else RangeSpec
            spec.model_validate(entry)
        case ["study", "metric"]:
            assert value in METRICS
        case ["study", "confirm", "seeds"]:
            assert 1 <= value <= 20
        case _:
            raise AssertionError(field)


def test_the_task_diagnoses():
    """The capability is found by asking, and applies the rules."""
    assert isinstance(task, Diagnoses)
    assert task.diagnose(study(data=with_details(DATA, duplicates={"test": 100})))[0].rule == "duplicates"
    assert task.rule_count == len(RULES)


def test_no_evidence_is_no_finding():
    """A study of which hardly anything is known yet is not diagnosed."""
    bare = DataSummary("demo", "", {})
    assert diagnose(DiagnosisInput(bare, BertConfig, "accuracy", {}, (), None)) == ()


def test_odd_records_do_no_harm():
    """Numbers that are missing or not finite, fields of an older model, and zero rows are passed over."""
    odd = epoch(1, 1, metrics={"loss": math.nan}, train_metrics={"accuracy": math.inf})
    trial = DiagnosisTrial(0, "complete", {"epochs": "three", "gone": 1}, None, history=(odd,))
    evidence = study(trials=[trial], evaluations={("winner", "test"): judged(rows=0, confusion=(), lengths=())})
    assert diagnose(replace(evidence, data=replace(DATA, rows={"train": 0}))) == ()


def test_rules_are_light():
    """Asking the task for its diagnosis imports neither torch nor scikit-learn."""
    code = (
        "import sys; from plugins.nlp.text_classification.bert.descriptor import model;"
        "from plugins.nlp.text_classification.task import task;"
        "from catalog.contract.diagnosis import DiagnosisInput; from catalog.contract import DataSummary;"
        "task.diagnose(DiagnosisInput(DataSummary('d', '', {}), model.Config, 'accuracy', {}, (), None));"
        "print([m for m in ('torch', 'transformers', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
