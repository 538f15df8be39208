"""Looking ahead: lengths, duplicates, suspects, and a measured probe."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from with_details import with_details

from catalog.contract import DataSummary
from catalog.contract.capabilities import Plans
from catalog.errors import DataError, OutOfMemoryError
from plugins.nlp.encoders import probing
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.reviews.reviews import write
from plugins.nlp.text_classification.bert.objective import objective_of
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.trainer import BertTrainer
from plugins.nlp.text_classification.forecasting import advice
from plugins.nlp.text_classification.forecasting.label_noise import Suspicion, suspect_labels
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.descriptor import model as linear
from plugins.nlp.text_classification.linear.trainer import LinearTrainer
from plugins.nlp.text_classification.task import task
from plugins.nlp.texts.advice import on_lengths
from plugins.nlp.texts.lengths import count_repeated, length_forecasts, length_quantiles
from plugins.nlp.texts.records import LengthForecast
from plugins.nlp.tfidf.forecasting import _extended
from runner.presentation.english import english

Make = Callable[..., Any]
CPU = torch.device("cpu")
DATA = DataSummary(
    "demo",
    "0",
    {"train": 900, "validation": 2000},
    details={"labels": ["no", "yes"], "label_rows": {"train": [450, 450]}},
)
CLEAN = Suspicion(900, 0, ())


def forecast_of(prepared: PreparedBert, config: Any, seconds: float = 0.5) -> Any:
    return BertTrainer().forecast(config, prepared, device="cpu", threads=1, seconds=seconds)


def test_a_forecast_of_a_tiny_model(prepared: PreparedBert, tiny: Make):
    """Lengths before truncation, time, memory and size are forecast; files and weights of the task do not change."""
    before = {name: value.clone() for name, value in prepared.source.weights.items()} if prepared.source.weights else {}
    found = forecast_of(prepared, tiny(max_seq_length=24))
    uncut = prepared.tokens["train"].uncut
    quantiles = found.details["length_quantiles"]
    limits = [length["max_length"] for length in found.details["lengths"]]
    assert found.details["length_unit"] == "tokens"
    assert quantiles["100"] == uncut.max()
    assert list(quantiles.values()) == sorted(quantiles.values())
    assert limits == sorted(set(limits))
    assert 24 in limits
    assert found.seconds_per_epoch > 0
    assert found.evaluation_seconds > 0
    assert found.probe_seconds > 0
    assert found.peak_memory_bytes > 10_000_000
    assert isinstance(BertTrainer(), Plans)
    for name, value in before.items():
        assert torch.equal(prepared.source.weights[name], value)


def test_the_model_is_as_large_as_its_weights(prepared: PreparedBert, tiny: Make, make_context: Make):
    """The forecast size is that of the weights which a training writes, give or take the tokenizer next to them."""
    from plugins.nlp.text_classification.bert.training import train

    context, _ = make_context()
    result = train(tiny(epochs=1), prepared, context)
    weights = (result.model_dir / "model.safetensors").stat().st_size
    assert forecast_of(prepared, tiny()).model_bytes == pytest.approx(weights, rel=0.01)


def test_steps_are_counted_without_the_first(prepared: PreparedBert, tiny: Make, monkeypatch: pytest.MonkeyPatch):
    """Time per token is that of the timed steps alone: the first, on the longest texts, takes no part."""
    clock = iter(float(tick) for tick in range(1000))
    monkeypatch.setattr(probing, "_now", lambda _: next(clock))
    monkeypatch.setattr(probing, "_evaluation_seconds", lambda *_: 0.5)
    training = objective_of(tiny(), prepared, "train", CPU)
    found = probing.probe(tiny(), prepared.source, training, prepared.tokens["validation"], device=CPU, seconds=0.0)
    lengths = prepared.tokens["train"].lengths
    assert found.steps == 2
    # two ticks for two steps of 16 rows each
    assert 2 / found.seconds_per_token == pytest.approx(32 * lengths.mean(), rel=0.2)


def test_memory_that_runs_out_in_the_probe(prepared: PreparedBert, tiny: Make, monkeypatch: pytest.MonkeyPatch):
    """The probe goes on with smaller pieces as a training does, and says so; if nothing fits, it fails."""
    real = PackedModel.outputs

    def narrow(self: PackedModel, tokens: Any, part: np.ndarray) -> torch.Tensor:
        if part.size > 4 and self.module.training:
            raise torch.OutOfMemoryError("no room")
        return real(self, tokens, part)

    monkeypatch.setattr(PackedModel, "outputs", narrow)
    assert any("Memory ran out" in english(each) for each in forecast_of(prepared, tiny()).advice)

    def full(*_: Any) -> torch.Tensor:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(PackedModel, "outputs", full)
    with pytest.raises(OutOfMemoryError, match="max_seq_length"):
        forecast_of(prepared, tiny())


def test_a_warm_up_that_is_too_long_is_told(prepared: PreparedBert, tiny: Make):
    """500 steps of warm-up in a training of 40 are reported before it is run; 4 are not."""
    told = [english(each) for each in forecast_of(prepared, tiny(warmup_steps=500)).advice]
    assert any("warm-up of 500 steps" in each and "40 steps" in each for each in told)
    told = [english(each) for each in forecast_of(prepared, tiny(warmup_steps=4)).advice]
    assert not any("warm-up" in each for each in told)


def test_a_batch_larger_than_the_data_is_refused(prepared: PreparedBert, tiny: Make):
    """What a training would refuse, the forecast refuses too."""
    with pytest.raises(DataError):
        forecast_of(prepared, tiny(batch_size=1024))


@pytest.mark.parametrize("count", [1, 2, 5, 90])
def test_batches_are_spread(count: int):
    """Every batch comes once, and the first few lie evenly over all."""
    places = probing._spread(count)
    assert sorted(places) == list(range(count))
    if count == 90:
        assert places[:3] == [45, 22, 67]


def test_lengths_are_told_by_tokens():
    """Texts of 10, 100 and 1,000 tokens: shares cut, and time in proportion to what is read."""
    uncut = np.array([10, 100, 1000])
    found = length_forecasts(uncut, configured=96, longest=300, seconds_per_token=0.01)
    assert [(one.max_length, round(one.truncated, 2)) for one in found] == [
        (64, 0.67),
        (96, 0.67),
        (128, 0.33),
        (256, 0.33),
    ]
    assert found[0].seconds_per_epoch == pytest.approx((10 + 64 + 64) * 0.01)
    assert length_quantiles(np.arange(1, 101)) == (5, 25, 50, 75, 95, 100)


def test_repeated_texts_are_counted_once_each():
    """Case and surrounding whitespace aside, two texts occur more than once here."""
    assert count_repeated(["a film", "A film ", "a film", "other", "two", "two"]) == 2


def test_turned_labels_are_found():
    """On reviews whose words give the class away, nearly all of 20 turned labels are found, and little else."""
    rng = np.random.default_rng(0)
    filler = ["film", "plot", "actors", "music", "long", "scenes", "speak", "story"]
    texts, true = [], np.arange(600) % 2
    for label in true:
        words = [*rng.choice(filler, 8), *rng.choice([["bad", "awful"], ["good", "great"]][label], 2)]
        texts.append(" ".join(words))
    labels = true.copy()
    turned = rng.choice(600, 20, replace=False)
    labels[turned] = 1 - labels[turned]
    found = suspect_labels(texts, labels, ("no", "yes"), seed=0)
    assert found.rows == 600
    assert found.suspected <= 25
    assert all(suspect.row in turned for suspect in found.suspects[:15])
    assert found.suspects[0].text == texts[found.suspects[0].row]
    assert {suspect.label for suspect in found.suspects} == {"no", "yes"}
    assert all(suspect.probability > 0.5 and suspect.suggested != suspect.label for suspect in found.suspects)
    assert suspect_labels(texts, labels, ("no", "yes"), seed=0) == found


def test_suspects_on_the_demo_data_are_far_better_than_chance():
    """At least half of the first 20 suspects are turned labels, of which there are 3 %: chance would find one.

    These reviews are made to mislead a bag of words; of all suspects about a third is right, and they hold 30 % of the
    turned labels.
    """
    reviews = write(2880, 0)
    labels, meanings = (np.array([getattr(review, name) for review in reviews]) for name in ("label", "meaning"))
    found = suspect_labels([review.text for review in reviews], labels, ("no", "yes"), seed=0)
    right = sum(labels[suspect.row] != meanings[suspect.row] for suspect in found.suspects)
    assert 30 <= found.suspected <= 150
    assert len(found.suspects) == 20
    assert right >= 10


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["a b"] * 60, [0] * 60),
        (["!", "?", "…"] * 20, [0, 1, 2] * 20),
    ],
)
def test_too_little_to_suspect_anything(texts: list[str], labels: list[int]):
    """Few rows, one class, or texts without words: nothing is suspected, and nothing breaks."""
    found = suspect_labels(texts, np.array(labels), ("a", "b", "c"), seed=0)
    assert (found.rows, found.suspected) == (len(texts), 0)


def test_too_few_rows_of_a_class_are_not_looked_at():
    """A model of so few rows would doubt labels without knowing anything, so none is looked at."""
    assert suspect_labels(["one", "two"], np.array([0, 1]), ("a", "b"), seed=0).rows == 0
    many = [f"word{number % 7} of class {number % 3000}" for number in range(6000)]
    labels = np.arange(6000) % 3000
    assert suspect_labels(many, labels, [str(number) for number in range(3000)], seed=0).rows == 0


def test_a_class_of_one_row_does_no_harm():
    """A class that the other folds know nothing of has no probability there; its row may be suspected, no other is."""
    texts = [f"{'good' if i % 2 else 'bad'} film {i % 5}" for i in range(60)] + ["something else"]
    found = suspect_labels(texts, np.array([*(np.arange(60) % 2), 2]), ("no", "yes", "rare"), seed=0)
    assert found.rows == 61
    assert {suspect.row for suspect in found.suspects} <= {60}


def test_a_large_split_is_sampled(monkeypatch: pytest.MonkeyPatch):
    """No more rows, and no more characters, than the bounds are looked at; rows keep their numbers."""
    from plugins.nlp.text_classification.forecasting import label_noise

    monkeypatch.setattr(label_noise, "MOST_ROWS", 50)
    texts = [f"word{i % 7} other{i % 3}" for i in range(200)]
    assert suspect_labels(texts, np.arange(200) % 2, ("a", "b"), seed=0).rows == 50
    monkeypatch.setattr(label_noise, "_MOST_CHARACTERS", 100)
    assert suspect_labels(texts, np.arange(200) % 2, ("a", "b"), seed=0).rows < 10


def told(
    data: DataSummary = DATA, repeated: int = 0, suspicion: Suspicion = CLEAN, weighted: bool = False
) -> list[str]:
    return [english(each) for each in advice.on_data(data, repeated, suspicion, weighted=weighted)]


def test_advice_on_data():
    """Sound data get no advice; imbalance, duplicates, suspects and few rows get one each."""
    assert told() == []
    uneven = with_details(DATA, label_rows={"train": (600, 200)})
    assert "600 rows of no, 200 of yes" in told(uneven)[0]
    assert told(uneven, weighted=True) == []
    assert told(with_details(DATA, label_rows={"train": (590, 200)})) == []
    assert told(with_details(DATA, duplicates={"test": 3, "validation": 0})) == [
        "3 rows of test also stand in train: remove them there, or the score is flattered."
    ]
    assert "2 texts" in told(repeated=2)[0]
    assert "9 of 900" in told(suspicion=Suspicion(900, 9, ()))[0]
    assert told(suspicion=Suspicion(900, 8, ())) == []
    few = told(replace(DATA, rows={"train": 900, "validation": 400}))
    assert few[0].startswith("With 400 validation rows, differences between configurations below about 3.1 points")
    assert told(replace(DATA, rows={"train": 900, "validation": 961})) == []


def lengths(*pairs: tuple[int, float, float]) -> tuple[LengthForecast, ...]:
    return tuple(LengthForecast(*pair) for pair in pairs)


def test_advice_on_lengths():
    """A shorter length that cuts few texts and saves time, a longer one where many are cut, else nothing."""
    spare = lengths((128, 0.04, 50.0), (256, 0.01, 80.0), (512, 0.0, 100.0))
    assert "At max_seq_length 128 only 4.0 %" in english(next(on_lengths(spare, 512)))
    assert list(on_lengths(lengths((128, 0.2, 50.0), (256, 0.0, 60.0)), 256)) == []
    assert list(on_lengths(lengths((128, 0.01, 58.0), (256, 0.0, 60.0)), 256)) == []
    cut = lengths((128, 0.6, 50.0), (256, 0.3, 80.0), (512, 0.04, 100.0))
    (long,) = (english(each) for each in on_lengths(cut, 128))
    assert "60.0 % of the training texts are cut at 128 tokens; at 512 it would be 4.0 %" in long
    assert list(on_lengths(lengths((128, 0.2, 50.0), (256, 0.1, 80.0)), 128)) == []


def test_a_forecast_of_the_linear_model(bert_files: Any, tmp_path: Any):
    """The same for the baseline, whose lengths are words and which cuts nothing."""
    trainer = linear.trainer()
    assert isinstance(trainer, LinearTrainer)
    assert isinstance(trainer, Plans)
    prepared = trainer.prepare(task.load(bert_files, tmp_path), LinearConfig(), tmp_path)
    found = trainer.forecast(LinearConfig(), prepared, device="cpu", threads=1, seconds=5)
    assert (found.details["length_unit"], found.details["lengths"]) == ("words", [])
    assert 4 <= found.details["length_quantiles"]["5"] <= found.details["length_quantiles"]["100"] <= 14
    assert found.seconds_per_epoch > 0
    assert 1000 < found.model_bytes < 100_000
    with pytest.raises(DataError, match="min_df"):
        trainer.forecast(LinearConfig(min_df=10_000), prepared, device="cpu", threads=1, seconds=5)


def test_parts_are_extended_by_a_power_law():
    """Twice the time for four times the rows goes on so; a single part is extended in proportion."""
    assert _extended([(100, 1.0), (400, 2.0)], 1600) == pytest.approx(4.0)
    assert _extended([(100, 1.0)], 400) == pytest.approx(4.0)
    assert _extended([(100, 1.0), (400, 2.0)], 400) == 2.0
