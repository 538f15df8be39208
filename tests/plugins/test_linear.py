"""The linear model: what it promises, trains, stores and refuses."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from safetensors.numpy import load_file, save_file

from catalog.contract import Decision, Direction, EpochMetrics, Model, Outcome, Trainer, TrialContext
from catalog.errors import DataError, ModelSourceError
from catalog.testing import ModelCase
from plugins.classification.evaluation import METRICS, predictions
from plugins.classification.records import class_details
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.linear.descriptor import model
from plugins.nlp.text_classification.task import task
from plugins.nlp.text_classification.testing import STRANGE_TEXTS, TextClassifierConformance
from plugins.nlp.texts.split import TextSplit

PRAISE = ("splendid", "moving", "brilliant")
BLAME = ("dull", "clumsy", "awful")


def write_reviews(folder: Path, rows: int = 200, classes: int = 2) -> FilesDataset:
    rng = np.random.default_rng(0)
    lexicon = [BLAME, PRAISE, ("middling", "passable", "average")][:classes]
    lines = []
    for i in range(rows):
        text = f"film {rng.integers(9)} had a {rng.choice(lexicon[i % classes])} plot"
        lines.append({"text": text, "label": ["bad", "good", "so-so"][i % classes]})
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return FilesDataset(source="files", train=str(folder / "train.jsonl"))


def prepare(trainer: Trainer, folder: Path, classes: int = 2):
    """Read reviews as the task does, and prepare them."""
    return trainer.prepare(task.load(write_reviews(folder, classes=classes), folder), model.Config(), folder)


def context(folder: Path, answer: Decision = Decision.GO_ON, reports: list | None = None, ticks: list | None = None):
    reports, ticks = [] if reports is None else reports, [] if ticks is None else ticks
    folder.mkdir(parents=True, exist_ok=True)
    return TrialContext(
        folder=folder,
        device="cpu",
        threads=1,
        seed=0,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=True,
        report=lambda measured: reports.append(measured) or answer,
        tick=ticks.append,
    )


@pytest.fixture
def trainer() -> Trainer:
    return model.trainer()


class TestConformance(TextClassifierConformance):
    """The linear model keeps the contract that every model keeps."""

    @pytest.fixture
    def case(self, tmp_path) -> ModelCase:
        return ModelCase(key=model.key, config={"C": 1.0}, dataset=write_reviews(tmp_path), inputs=STRANGE_TEXTS)


def test_descriptor_keeps_the_contract_and_stays_light():
    """Importing the descriptor brings in none of the heavy libraries, and it has all that a model has."""
    assert isinstance(model, Model)
    assert model.key == "nlp/text-classification/linear"
    code = (
        "import sys; from plugins.nlp.text_classification.linear.descriptor import model; model.card(); "
        "print([m for m in ('torch', 'sklearn', 'scipy', 'pyarrow', 'datasets', 'pandas') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_configuration_has_described_and_bounded_fields():
    """Every field has a description; values outside its bounds, and unknown fields, are refused."""
    assert all(field.description for field in model.Config.model_fields.values())
    assert model.Config.model_validate_json('{"class_weights": [1, 2.5], "C": 1}').class_weights == (1, 2.5)
    assert model.Config.model_validate({"class_weights": [1.0, 2.5]}).class_weights == (1, 2.5)
    assert model.Config.model_validate_json('{"class_weights": "balanced"}').class_weights == "balanced"
    bad = ({"C": 0}, {"C": "1"}, {"ngram_max": 4}, {"min_df": 0}, {"class_weights": "even"}, {"class_weights": [1, -1]},
           {"num_labels": 1}, {"seed": -1}, {"c": 1}, {"C": True})  # fmt: skip
    for fields in bad:
        with pytest.raises(ValidationError):
            model.Config.model_validate(fields)


def test_search_space_holds_the_default_configuration():
    """The default configuration lies inside the search space, given in its units; the seed is never tuned."""
    config = model.Config()
    space, values = model.search_space(config), model.tunable(config, None)
    assert all(values[name] in space[name] for name in space)
    assert not model.fixed_fields.intersection(space)
    assert "seed" in model.fixed_fields
    assert model.tunable(model.Config(class_weights="balanced"), None)["class_weights"] == "balanced"


@pytest.mark.parametrize("classes", [2, 3])
def test_training_learns_reports_and_leaves_a_whole_model(tmp_path, trainer, classes):
    """One training reports once, reaches full accuracy on separable words, and its files say what it returned."""
    prepared = prepare(trainer, tmp_path, classes)
    reports: list[EpochMetrics] = []
    ticks: list[float] = []
    result = trainer.train(model.Config(), prepared, context(tmp_path / "trial", reports=reports, ticks=ticks))
    assert result.outcome is Outcome.COMPLETE
    assert [measured.progress for measured in reports] == [1.0]
    assert result.history == tuple(reports)
    assert ticks == sorted(ticks)
    assert ticks[-1] == 1.0
    assert set(result.metrics) == {"loss", *METRICS} - {"top_k_accuracy"}  # for more than three classes
    assert result.metrics["accuracy"] == 1.0
    assert result.metrics["loss"] == result.metrics["log_loss"]
    judged = predictions.read(result.predictions)
    assert np.array_equal(judged.labels, prepared.splits["validation"].labels)
    evaluation = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    assert evaluation.rows == prepared.summary.rows["test"] == sum(map(sum, class_details(evaluation).confusion))
    assert evaluation.metrics["accuracy"] == 1.0
    assert predictions.read(evaluation.predictions).probabilities.shape == (evaluation.rows, classes)
    same = trainer.evaluate(result.model_dir, prepared, "validation", folder=tmp_path, device="cpu", threads=1)
    assert same.metrics == result.evaluation.metrics
    assert set(result.metrics) - {"loss"} <= set(same.metrics)
    assert all(same.metrics[name] == value for name, value in result.metrics.items() if name != "loss")


@pytest.mark.parametrize(("answer", "outcome"), [(Decision.PRUNE, Outcome.PRUNED), (Decision.STOP, Outcome.STOPPED)])
def test_answers_to_the_report_decide_the_outcome(tmp_path, trainer, answer, outcome):
    """A pruned training leaves no model, a stopped one does."""
    prepared = prepare(trainer, tmp_path)
    result = trainer.train(model.Config(), prepared, context(tmp_path / "trial", answer))
    assert result.outcome is outcome
    pruned = answer is Decision.PRUNE
    assert (result.model_dir is None) is (result.predictions is None) is pruned
    assert any((tmp_path / "trial").iterdir()) is not pruned


def test_opened_model_answers_any_text(tmp_path, trainer):
    """Predictions come in order, lazily, for strange texts too, and probabilities add up to 1."""
    prepared = prepare(trainer, tmp_path)
    model_dir = trainer.train(model.Config(), prepared, context(tmp_path / "trial")).model_dir
    predictor = trainer.open(model_dir, "cpu", 1)
    texts = ["a splendid plot", "an awful plot", "", "zzz", "\ud800", "\0", "x" * 1_000_000, "a b " * 250_000]
    answers = list(predictor.predict(iter(texts)))
    assert [answer["text"] for answer in answers] == texts
    assert [answer["label"] for answer in answers[:2]] == ["good", "bad"]
    for answer in answers:
        assert sum(answer["probabilities"].values()) == pytest.approx(1)
        assert answer["confidence"] == answer["probabilities"][answer["label"]] == max(answer["probabilities"].values())

    unknown = [answer["probabilities"] for answer in answers[2:5]]
    assert unknown[0] == unknown[1] == unknown[2]  # what the intercept says

    def endless():
        while True:
            yield "a dull plot"

    assert next(iter(predictor.predict(endless())))["label"] == "bad"
    assert list(predictor.predict([])) == []


def test_training_repeats_whatever_the_seed(tmp_path, trainer):
    """The fit is convex: two seeds give the same predictions."""
    prepared = prepare(trainer, tmp_path)
    results = [trainer.train(model.Config(seed=seed), prepared, context(tmp_path / str(seed))) for seed in (0, 1)]
    assert results[0].metrics == results[1].metrics


def test_class_weights_favour_the_rare_class(tmp_path, trainer):
    """With balanced weights, or a list that favours it, a text that says nothing leans less to the frequent class."""
    lines = [{"text": f"film {i % 7}", "label": "rare" if i % 10 == 0 else "usual"} for i in range(200)]
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, lines)))
    dataset = FilesDataset(source="files", train=str(tmp_path / "train.jsonl"))
    share = {}
    for name, weights in (("none", None), ("balanced", "balanced"), ("list", (9.0, 1.0))):
        config = model.Config(class_weights=weights)
        prepared = trainer.prepare(task.load(dataset, tmp_path), config, tmp_path)
        model_dir = trainer.train(config, prepared, context(tmp_path / name)).model_dir
        share[name] = next(iter(trainer.open(model_dir, "cpu", 1).predict([""])))["probabilities"]["rare"]
    assert share["none"] < 0.2
    assert share["balanced"] > 0.4
    assert share["list"] == pytest.approx(share["balanced"], abs=0.05)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"num_labels": 3}, "model_config.num_labels", "2 classes: bad, good"),
        ({"min_df": 100_000}, "model_config.min_df", "144 training texts"),
        ({"class_weights": (1.0, 2.0, 3.0)}, "model_config.class_weights", "3 numbers"),
    ],
)
def test_configuration_that_contradicts_the_data_is_refused(tmp_path, trainer, fields, field, words):
    """A configuration that cannot work with these data names its field and both numbers."""
    config, data = model.Config(**fields), task.load(write_reviews(tmp_path), tmp_path)
    with pytest.raises(DataError, match=words) as caught:
        model.check(config, data)
    assert caught.value.field == field
    if "num_labels" in fields:
        return  # what a training does not need
    with pytest.raises(DataError, match=words) as caught:
        trainer.train(config, trainer.prepare(data, config, tmp_path), context(tmp_path / "trial"))
    assert caught.value.field == field


def test_strange_training_texts_are_learnt_and_stored(tmp_path, trainer):
    """Lone surrogates, NUL, a word of a million letters and unusual case train, and the stored model answers alike."""
    prepared = prepare(trainer, tmp_path)
    strange = ("\ud800 dull\ud800x", "\0 dull\0", "y" * 1_000_000, "İSTANBUL ŒUVRE Ǆ", "電影 很 好", "!!!")
    train = prepared.splits["train"]
    split = TextSplit((*strange, *train.texts[len(strange) :]), train.labels)
    prepared = replace(prepared, splits={**prepared.splits, "train": split, "validation": split})
    result = trainer.train(model.Config(min_df=1), prepared, context(tmp_path / "trial"))
    evaluation = trainer.evaluate(result.model_dir, prepared, "validation", folder=tmp_path, device="cpu", threads=1)
    assert evaluation.predictions.read_bytes() == result.predictions.read_bytes()


def test_texts_without_any_character_are_refused(tmp_path, trainer):
    """If no training text holds more than whitespace, the data are named, not min_df; a given min_df is."""
    prepared = prepare(trainer, tmp_path)
    blank = TextSplit((" ", "\n") * 5, np.arange(10) % 2)
    prepared = replace(prepared, splits={**prepared.splits, "train": blank})
    for fields, field in (({}, "dataset"), ({"min_df": 1}, "dataset"), ({"min_df": 2}, "model_config.min_df")):
        with pytest.raises(DataError) as caught:
            trainer.train(model.Config(**fields), prepared, context(tmp_path / "trial"))
        assert caught.value.field == field


def test_a_configuration_is_checked_against_the_data_alone(tmp_path):
    """Checking refuses what a training would refuse."""
    data = task.load(write_reviews(tmp_path), tmp_path)
    assert data.summary.rows["train"] == 144
    assert model.check(model.Config(), data) == ()
    with pytest.raises(DataError, match="num_labels is 5"):
        model.check(model.Config(num_labels=5), data)


def test_model_of_other_classes_is_not_evaluated(tmp_path, trainer):
    """A model is evaluated only on data with its own classes."""
    prepared = prepare(trainer, tmp_path)
    model_dir = trainer.train(model.Config(), prepared, context(tmp_path / "trial")).model_dir
    (tmp_path / "other").mkdir()
    other = prepare(trainer, tmp_path / "other", 3)
    with pytest.raises(ModelSourceError, match="so-so"):
        trainer.evaluate(model_dir, other, "test", folder=tmp_path, device="cpu", threads=1)


def spoil_header(folder: Path, **fields) -> None:
    header = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(header | fields))


def spoil_tensor(folder: Path, name: str, change) -> None:
    tensors = load_file(folder / "weights.safetensors")
    tensors[name] = np.ascontiguousarray(change(tensors[name]))
    save_file({name: tensor for name, tensor in tensors.items() if tensor.size}, folder / "weights.safetensors")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "model.json").unlink(),
        lambda folder: (folder / "model.json").write_text("{"),
        lambda folder: spoil_header(folder, format="other"),
        lambda folder: spoil_header(folder, version=2),
        lambda folder: spoil_header(folder, labels=["a"]),
        lambda folder: spoil_header(folder, labels=["a", "a"]),
        lambda folder: spoil_header(folder, labels=["a", "b", "c"]),
        lambda folder: spoil_header(folder, extra=1),
        lambda folder: (folder / "terms.json").write_text("[1]"),
        lambda folder: (folder / "terms.json").write_text('{"a": 1}'),
        lambda folder: (folder / "terms.json").write_text('["a", "a"]'),
        lambda folder: (folder / "terms.json").write_bytes(b"\xff"),
        lambda folder: (folder / "terms.json").write_text("[" * 100_000),
        lambda folder: (folder / "weights.safetensors").write_bytes(b"\x80\x04pickle"),
        lambda folder: (folder / "weights.safetensors").write_bytes(b""),
        lambda folder: spoil_tensor(folder, "idf", lambda idf: idf[:-1]),
        lambda folder: spoil_tensor(folder, "idf", lambda idf: idf.astype(np.float64)),
        lambda folder: spoil_tensor(folder, "coefficients", lambda values: values * np.nan),
        lambda folder: spoil_tensor(folder, "intercept", lambda values: values[:0]),
        lambda folder: spoil_tensor(folder, "coefficients", lambda values: values + 1e30),
        lambda folder: (folder / "terms.json").write_text("[]"),
        lambda folder: save_file({"idf": np.ones(1, np.float32)}, folder / "weights.safetensors"),
    ],
)
def test_damaged_model_folder_is_refused(tmp_path, trainer, spoil):
    """A folder that is not whole, or not what it says, is one error; nothing in it is executed."""
    prepared = prepare(trainer, tmp_path)
    model_dir = trainer.train(model.Config(), prepared, context(tmp_path / "trial")).model_dir
    assert not [file for file in model_dir.iterdir() if file.suffix not in {".json", ".safetensors"}]
    spoil(model_dir)
    with pytest.raises(ModelSourceError, match="linear model"):
        trainer.open(model_dir, "cpu", 1)


def test_training_again_in_the_same_folder_replaces_the_model(tmp_path, trainer):
    """A second try of a training in its folder leaves one whole model and nothing next to it."""
    prepared = prepare(trainer, tmp_path)
    for ngram_max in (2, 1):
        result = trainer.train(model.Config(ngram_max=ngram_max), prepared, context(tmp_path / "trial"))
    assert sorted(path.name for path in (tmp_path / "trial").iterdir()) == ["model", "validation.parquet"]
    assert next(iter(trainer.open(result.model_dir, "cpu", 1).predict(["splendid"])))["label"] == "good"


REVIEWS = Path(__file__).parents[3] / "shared" / "data" / "imdb"


@pytest.mark.real
@pytest.mark.skipif(not REVIEWS.exists(), reason="the real reviews are not on this machine")
def test_real_reviews_are_learnt(tmp_path, trainer):
    """On 2,000 reviews of IMDB the defaults reach 84 % on 1,000 others."""
    paths = {split: str(REVIEWS / f"{split}.parquet") for split in ("train", "test")}
    dataset = FilesDataset.model_validate({"source": "files", **paths, "limit": {"train": 2000, "test": 1000}})
    prepared = trainer.prepare(task.load(dataset, tmp_path), model.Config(num_labels=2), tmp_path)
    result = trainer.train(model.Config(num_labels=2), prepared, context(tmp_path / "trial"))
    evaluation = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    assert evaluation.metrics["accuracy"] > 0.84
