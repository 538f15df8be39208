"""The BERT model's configuration, search space, schedule and card; nothing here imports torch."""

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.contract import DataSummary, Model
from catalog.errors import DataError
from catalog.space import FloatRange
from plugins.nlp.encoders.schedule import Schedule, schedule_of
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.descriptor import model
from plugins.nlp.text_classification.bert.objective import class_weights
from plugins.nlp.text_classification.task import task

CASE_STUDY = {
    "model_name": "bert-base-uncased",
    "num_labels": 2,
    "max_seq_length": 512,
    "batch_size": 32,
    "epochs": 3,
    "learning_rate": 0.00002,
    "warmup_steps": 500,
}


def summary(rows: int = 1000, counts: tuple[int, ...] = (500, 500)) -> DataSummary:
    return DataSummary(
        "toy",
        "0" * 64,
        {"train": rows},
        details={"labels": list("abc"[: len(counts)]), "label_rows": {"train": counts}},
    )


def test_descriptor_imports_nothing_heavy():
    """The descriptor, its card, schema and search space come without torch, transformers, tokenizers or sklearn."""
    code = (
        "import sys; from plugins.nlp.text_classification.bert.descriptor import model as p; c = p.Config(); "
        "p.card(), p.search_space(c), p.recipes(c), p.Config.model_json_schema(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "tokenizers", "sklearn", "datasets"} & set(done.stdout.split())


def test_descriptor_is_a_model():
    """The descriptor has all that the contract asks for, and its task names the linear model as the one to beat."""
    assert isinstance(model, Model)
    assert (model.key, task.baseline) == ("nlp/text-classification/bert", "nlp/text-classification/linear")
    assert task.default_dataset().model_dump()["name"] == "stanfordnlp/imdb"
    assert model.preparation_fields | model.fixed_fields <= set(BertConfig.model_fields)


def test_case_study_validates():
    """The case study's model_config is taken as it is written, the warm-up as a count."""
    config = BertConfig.model_validate(CASE_STUDY)
    assert type(config.warmup_steps) is int
    assert config.model_dump(exclude_unset=True) == CASE_STUDY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_name", ""),
        ("model_name", 3),
        ("num_labels", 1),
        ("num_labels", "2"),
        ("max_seq_length", 7),
        ("max_seq_length", 513),
        ("max_seq_length", 128.0),
        ("batch_size", 0),
        ("batch_size", True),
        ("epochs", 0),
        ("epochs", 2.5),
        ("learning_rate", 0),
        ("learning_rate", 1.5),
        ("learning_rate", "2e-5"),
        ("learning_rate", math.nan),
        ("warmup_steps", -1),
        ("warmup_steps", -0.1),
        ("warmup_steps", 1.0),
        ("warmup_steps", 500.0),
        ("warmup_steps", True),
        ("warmup_steps", "500"),
        ("warmup_steps", None),
        ("warmup_steps", math.inf),
        ("weight_decay", -0.01),
        ("adam_epsilon", 0),
        ("max_grad_norm", -1),
        ("max_grad_norm", math.inf),
        ("fp16", 1),
        ("fp16", "yes"),
        ("precision", "int8"),
        ("gradient_accumulation", 0),
        ("early_stopping", 0),
        ("early_stopping", 1.5),
        ("early_stopping", "yes"),
        ("class_weights", "even"),
        ("class_weights", [1.0]),
        ("class_weights", [1.0, 0.0]),
        ("class_weights", [1.0, -2.0]),
        ("attention_probs_dropout", 1.0),
        ("attention_probs_dropout", -0.1),
        ("truncation", "middle"),
        ("seed", -1),
        ("seed", 2**32),
        ("learnig_rate", 1e-5),
    ],
)
def test_wrong_value_is_refused_where_it_stands(field: str, value: Any):
    """Each field refuses what is out of range or of another type, and the error names the field."""
    with pytest.raises(ValidationError) as caught:
        BertConfig.model_validate({field: value})
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


def test_share_of_a_whole_says_how_to_write_a_count():
    """A float of 1 or more as a warm-up is refused with how a count is written."""
    with pytest.raises(ValidationError, match="write 500 for a count of steps"):
        BertConfig.model_validate({"warmup_steps": 500.0})


def test_unknown_scratch_model_names_the_nearest():
    """A scratch architecture that does not exist is refused with the one most like it."""
    with pytest.raises(ValidationError, match="did you mean 'scratch/bert-tiny'"):
        BertConfig.model_validate({"model_name": "scratch/bert-tyni"})


@pytest.mark.parametrize(
    ("fp16", "precision", "fits"),
    [
        (True, "auto", True),
        (True, "fp16", True),
        (True, "fp32", False),
        (True, "bf16", False),
        (False, "fp16", False),
        (False, "bf16", True),
        (False, "auto", True),
        (None, "fp16", True),
    ],
)
def test_fp16_and_precision_must_agree(fp16: bool | None, precision: str, fits: bool):
    """fp16 and precision may both be given where they do not contradict each other."""
    given = {"fp16": fp16, "precision": precision}
    if fits:
        BertConfig.model_validate(given)
    else:
        with pytest.raises(ValidationError, match="leave one of the two out"):
            BertConfig.model_validate(given)


@pytest.mark.parametrize(("given", "patience"), [(None, None), (False, None), (True, 1), (1, 1), (3, 3)])
def test_early_stopping_is_a_patience(given: Any, patience: int | None):
    """A patience of true is one epoch, a number that many, false and null never."""
    assert BertConfig.model_validate({"early_stopping": given}).patience == patience


def test_missing_learning_rate_depends_on_the_model():
    """Left out, the learning rate is that of fine-tuning, or a larger one from scratch."""
    assert BertConfig().resolved_learning_rate == 2e-5
    assert BertConfig(model_name="scratch/bert-mini").resolved_learning_rate == 1e-3
    assert BertConfig(model_name="scratch/bert-mini", learning_rate=0.5).resolved_learning_rate == 0.5


def test_schema_describes_every_field():
    """Every field has a description, and the warm-up's two meanings are both in the schema."""
    schema = BertConfig.model_json_schema()
    assert all(field.get("description") for field in schema["properties"].values())
    assert {branch["type"] for branch in schema["properties"]["warmup_steps"]["anyOf"]} == {"integer", "number"}
    assert schema["additionalProperties"] is False
    json.dumps(schema, allow_nan=False)


def test_space_moves_up_from_scratch():
    """Random weights get larger learning rates to search; the rest of the space is the same."""
    pretrained, scratch = (model.search_space(BertConfig(model_name=n)) for n in ("x", "scratch/bert-tiny"))
    assert pretrained["learning_rate"] == FloatRange(1e-5, 5e-5, log=True)
    assert scratch["learning_rate"] == FloatRange(1e-4, 3e-3, log=True)
    assert {k: v for k, v in pretrained.items() if k != "learning_rate"} == {
        k: v for k, v in scratch.items() if k != "learning_rate"
    }


def test_recipes_lie_in_the_space():
    """Published settings can all be tried, and there are none for random weights."""
    space = model.search_space(BertConfig())
    recipes = model.recipes(BertConfig())
    assert [tuple(r.values()) for r in recipes] == [(3e-5, 16, 3), (5e-5, 32, 2), (1e-5, 32, 4)]
    assert all(value in space[name] for recipe in recipes for name, value in recipe.items())
    assert model.recipes(BertConfig(model_name="scratch/bert-tiny")) == ()


def test_warmup_count_becomes_a_share_of_its_own_schedule():
    """In units of the space a count of steps is a share of this configuration's steps."""
    config = BertConfig(batch_size=10, gradient_accumulation=2, epochs=2, warmup_steps=25)
    told = model.tunable(config, summary(1000))
    assert told["warmup_steps"] == 0.25  # 50 steps an epoch
    assert told["learning_rate"] == 2e-5
    assert not {"seed", "num_labels", "class_weights"} & set(told)


def test_warmup_count_for_larger_data_does_not_take_over_the_space():
    """A count near or beyond all steps is shown as half of them; a share that was asked for stays what it is."""
    data = summary(1800)
    for count, share in ((85, 85 / 171), (86, 0.5), (170, 0.5), (500, 0.5), (10**6, 0.5)):
        config = BertConfig(batch_size=32, epochs=3, warmup_steps=count)
        assert schedule_of(config, 1800).total == 171
        assert model.tunable(config, data)["warmup_steps"] == share
    assert model.tunable(BertConfig(warmup_steps=0.7), data)["warmup_steps"] == 0.7


def test_told_share_makes_the_same_training():
    """A training with the reported share warms up for as many steps as the given count."""
    config = BertConfig(warmup_steps=37, batch_size=7)
    share = model.tunable(config, summary(1000))["warmup_steps"]
    assert schedule_of(config.model_copy(update={"warmup_steps": share}), 1000) == schedule_of(config, 1000)


def test_learning_rate_rises_and_falls():
    """The rate starts at zero, reaches its highest after the warm-up, and ends one step above zero."""
    factors = [Schedule(steps_per_epoch=5, epochs=2, warmup=4).factor(step) for step in range(1, 11)]
    assert factors[:5] == [0, 0.25, 0.5, 0.75, 1]
    assert np.allclose(np.diff(factors[4:]), -1 / 6)
    assert np.isclose(factors[-1], 1 / 6)


@given(st.integers(1, 5000), st.integers(1, 64), st.integers(1, 8), st.integers(1, 6))
def test_schedule_counts_as_plain_batches_do(rows: int, batch: int, accumulation: int, epochs: int):
    """Steps are batches divided by accumulation, both rounded up, and quarters end at the last step."""
    config = BertConfig(batch_size=batch, gradient_accumulation=accumulation, epochs=epochs)
    schedule = schedule_of(config, rows)
    assert schedule.steps_per_epoch == math.ceil(math.ceil(rows / batch) / accumulation)
    assert max(schedule.quarters()) == schedule.total
    assert min(schedule.quarters()) >= 1
    assert len(schedule.quarters()) == min(4, schedule.total) or schedule.total < 6


def test_class_weights_are_balanced_by_rows():
    """Balanced weights give classes equal shares and examples a mean weight of 1; unknown counts are refused."""
    data = summary(100, (10, 30, 60))
    balanced = class_weights(BertConfig(class_weights="balanced"), data)
    assert np.allclose(balanced * [10, 30, 60], 100 / 3)
    assert class_weights(BertConfig(), data).tolist() == [1, 1, 1]
    assert class_weights(BertConfig.model_validate({"class_weights": [1, 2, 3.5]}), data).tolist() == [1, 2, 3.5]
    with pytest.raises(DataError, match="2 numbers, but toy has 3 classes: a, b, c") as caught:
        class_weights(BertConfig(class_weights=(1.0, 2.0)), data)
    assert caught.value.field == "model_config.class_weights"


def test_card_names_known_sizes():
    """The card lists the published sizes, and its examples are specs of this model."""
    card = model.card()
    sizes = {variant.name: variant.megabytes for variant in card.variants}
    assert sizes["bert-base-uncased"] == 438
    assert card.examples["imdb"]["model_config"] == CASE_STUDY
    for example in card.examples.values():
        BertConfig.model_validate(example["model_config"])
