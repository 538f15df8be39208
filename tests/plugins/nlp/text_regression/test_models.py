"""The models: exact explanations, units of the saved model, resumed trainings, damaged folders, exports."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from catalog import registry
from catalog.contract import Direction, TrialContext
from catalog.errors import DataError, ModelSourceError
from plugins.nlp.text_regression.dataset import FilesDataset
from plugins.nlp.text_regression.task import task
from plugins.regression.evaluation import predictions

TINY: dict[str, Any] = {
    "model_name": "scratch/bert-tiny",
    "max_seq_length": 24,
    "batch_size": 16,
    "epochs": 10,
    "learning_rate": 2e-3,
    "precision": "fp32",
}


def context(folder: Path, **changes: Any) -> TrialContext:
    """A context on one CPU thread that goes on forever."""
    from catalog.contract import Decision

    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = {
        "folder": folder,
        "device": "cpu",
        "threads": 1,
        "seed": 0,
        "metric": "rmse",
        "direction": Direction.MINIMIZE,
        "quarters": False,
        "report": lambda _: Decision.GO_ON,
        "tick": lambda _: None,
    }
    return TrialContext(**{**given, **changes})


def train(name: str, dataset: FilesDataset, folder: Path, config: dict[str, Any], **changes: Any) -> tuple[Any, ...]:
    """Train a model; return its trainer, what was prepared, and the result."""
    model = registry.load(f"nlp/text-regression/{name}")
    checked, trainer = model.Config.model_validate(config), model.trainer()
    prepared = trainer.prepare(task.load(dataset, folder), checked, folder / "cache")
    return trainer, prepared, trainer.train(checked, prepared, context(folder / "try", **changes))


def test_linear_is_ridge_on_tfidf(number_files: FilesDataset, tmp_path: Path) -> None:
    """Predictions are those of scikit-learn's own TF-IDF and ridge, metrics those of scikit-learn."""
    trainer, prepared, result = train("linear", number_files, tmp_path, {"alpha": 0.5, "ngram_max": 1, "min_df": 1})
    data, test = prepared.splits["train"], prepared.splits["test"]
    vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+")  # noqa: S106 -- no password
    centre, scale = data.labels.mean(), data.labels.std()
    ridge = Ridge(alpha=0.5).fit(vectorizer.fit_transform(data.texts), (data.labels - centre) / scale)
    wanted = centre + scale * ridge.predict(vectorizer.transform(test.texts))
    found = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    said = predictions.read(found.predictions)
    assert said.predicted == pytest.approx(wanted, abs=1e-2)
    assert found.metrics["rmse"] == pytest.approx(root_mean_squared_error(said.truths, said.predicted))
    assert found.metrics["mae"] == pytest.approx(mean_absolute_error(said.truths, said.predicted))
    assert found.metrics["r2"] == pytest.approx(r2_score(said.truths, said.predicted))


def test_linear_weights_add_up(number_files: FilesDataset, tmp_path: Path) -> None:
    """The words of a text add up to its number less that of no words; good raises it, bad lowers it."""
    trainer, _, result = train("linear", number_files, tmp_path, {})
    predictor = trainer.open(result.model_dir, "cpu", 1)
    nothing, found = predictor.explain(["", "a good film and a bad plot"])
    assert sum(word["weight"] for word in found["tokens"]) == pytest.approx(found["value"] - nothing["value"])
    weights = {word["token"]: word["weight"] for word in found["tokens"]}
    assert weights["good"] > 0 > weights["bad"]
    assert found["completeness_error"] == pytest.approx(0, abs=1e-6)


def test_linear_keeps_large_offsets(tmp_path: Path, load: Callable[..., Any], make_rows: Callable[..., Any]) -> None:
    """A target far from 0 loses no digits on its way into the folder and back."""
    data = load([[text, 1.7e9 + value] for text, value in make_rows(200)])
    model = registry.load("nlp/text-regression/linear")
    trainer, config = model.trainer(), model.Config.model_validate({})
    result = trainer.train(config, data, context(tmp_path / "far"))
    assert result.metrics["r2"] > 0.5
    found = trainer.evaluate(result.model_dir, data, "validation", folder=tmp_path, device="cpu", threads=1)
    assert found.metrics["rmse"] == pytest.approx(result.metrics["rmse"])


def test_min_df_without_words_is_refused(number_files: FilesDataset, tmp_path: Path) -> None:
    """More texts than there are cannot hold a word."""
    model = registry.load("nlp/text-regression/linear")
    with pytest.raises(DataError, match="min_df is 500"):
        model.check(model.Config.model_validate({"min_df": 500}), task.load(number_files, tmp_path))


@pytest.mark.parametrize(
    ("name", "field", "value", "told"),
    [
        ("model.json", "interval", {"level": 2, "half_width": 1, "rows": 3}, "interval is damaged"),
        ("model.json", "scale", 0, "does not hold a linear model"),
        ("model.json", "centre", None, "does not hold a linear model"),
        ("terms.json", None, ["a", "a"], "a term is named twice"),
    ],
)
def test_damaged_linear_folders_are_refused(
    name: str, field: str | None, value: Any, told: str, number_files: FilesDataset, tmp_path: Path
) -> None:
    """A folder that was changed is not opened."""
    trainer, _, result = train("linear", number_files, tmp_path, {})
    content = json.loads((result.model_dir / name).read_text())
    (result.model_dir / name).write_text(json.dumps(value if field is None else {**content, field: value}))
    with pytest.raises(ModelSourceError, match=told):
        trainer.open(result.model_dir, "cpu", 1)


class Killed(BaseException):
    """Ends a training like a kill."""


def test_killed_bert_goes_on_as_if_nothing_had_happened(number_files: FilesDataset, tmp_path: Path) -> None:
    """From a checkpoint within an epoch it ends with the same bits as one that was never interrupted."""
    model = registry.load("nlp/text-regression/bert")
    config, trainer = model.Config.model_validate({**TINY, "epochs": 2}), model.trainer()
    prepared = trainer.prepare(task.load(number_files, tmp_path), config, tmp_path / "cache")

    def die(progress: float) -> None:
        if progress > 0.77:  # step 16 of 20: the checkpoint of an earlier step is safe
            raise Killed

    with pytest.raises(Killed):
        trainer.train(config, prepared, context(tmp_path / "killed", tick=die, checkpoint_seconds=0.0))
    again = trainer.train(config, prepared, context(tmp_path / "again", earlier=(tmp_path / "killed",)))
    trainer.train(config, prepared, context(tmp_path / "whole"))
    assert any("went on after step" in note for note in again.notes)
    names = ("model/model.safetensors", "model/modelcat.json", "validation.parquet")
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.fixture(scope="module")
def bert(number_files: FilesDataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """A tiny BERT that has learned to count good and bad words."""
    return train("bert", number_files, tmp_path_factory.mktemp("bert"), TINY)


def test_bert_learns_to_count(bert: tuple[Any, ...]) -> None:
    """It explains most of the variance, and starts from standardised targets."""
    _, _, result = bert
    assert result.metrics["r2"] > 0.8
    assert result.history[0].train_loss < 2


def test_pipeline_answers_in_the_unit_of_the_data(bert: tuple[Any, ...]) -> None:
    """The raw output of transformers' pipeline on the saved folder is the number that modelcat predicts."""
    from transformers import pipeline

    trainer, prepared, result = bert
    texts = list(prepared.data.splits["test"].texts[:8])
    regress = pipeline("text-classification", model=str(result.model_dir), device="cpu")
    raw = [one["score"] for one in regress(texts, truncation=True)]
    own = [one["value"] for one in trainer.open(result.model_dir, "cpu", 1).predict(texts)]
    assert raw == pytest.approx(own, abs=1e-3)
    assert np.abs(np.array(raw) - prepared.data.splits["test"].labels[:8]).mean() < 15


def test_bert_weights_point_the_right_way(bert: tuple[Any, ...]) -> None:
    """Integrated gradients give good words positive weights and bad ones negative, in the unit of the data."""
    pytest.importorskip("captum")
    trainer, _, result = bert
    (found,) = trainer.open(result.model_dir, "cpu", 1).explain(["the film has a good plot and bad music"])
    weights = {word["token"]: word["weight"] for word in found["tokens"]}
    assert weights["good"] > 0 > weights["bad"]
    assert found["completeness_error"] is None or found["completeness_error"] < 0.1


@pytest.mark.parametrize("form", ["hf", "onnx"])
def test_bert_is_exported(form: str, bert: tuple[Any, ...], tmp_path: Path) -> None:
    """An exported model gives the same numbers, within a thousandth of their spread."""
    if form == "onnx":
        pytest.importorskip("onnxruntime")
        pytest.importorskip("onnxscript")
    trainer, _, result = bert
    found = trainer.export(result.model_dir, tmp_path / form, format=form, quantize=False, inputs=())
    assert found.checked_rows > 0
    assert found.largest_difference < 0.02
    assert (tmp_path / form / "modelcat.json").is_file()


def test_bert_folder_without_unit_is_refused(bert: tuple[Any, ...], tmp_path: Path) -> None:
    """A record that does not say the unit is damaged."""
    trainer, _, result = bert
    folder = tmp_path / "model"
    folder.mkdir()
    for file in result.model_dir.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    record = json.loads((folder / "modelcat.json").read_text())
    assert record["scale"] > 0
    (folder / "modelcat.json").write_text(json.dumps({**record, "scale": -1}))
    with pytest.raises(ModelSourceError, match="does not say in which unit"):
        trainer.open(folder, "cpu", 1)
    assert load_file(folder / "model.safetensors")["classifier.bias"].shape == (1,)


def test_forecasts_say_what_a_training_costs(bert: tuple[Any, ...], number_files: FilesDataset, tmp_path: Path) -> None:
    """Both models measure a part of a training, and name lengths."""
    trainer, prepared, _ = bert
    config = registry.load("nlp/text-regression/bert").Config.model_validate(TINY)
    found = trainer.forecast(config, prepared, device="cpu", threads=1, seconds=0.5)
    assert found.seconds_per_epoch > 0
    assert found.details["length_unit"] == "tokens"
    linear = registry.load("nlp/text-regression/linear")
    data = task.load(number_files, tmp_path)
    told = linear.trainer().forecast(linear.Config.model_validate({}), data, device="cpu", threads=1, seconds=1)
    assert told.details["length_unit"] == "words"
    assert told.model_bytes > 0


def test_changed_answers_are_those_furthest_apart(number_files: FilesDataset, tmp_path: Path) -> None:
    """Of two models the texts with the largest difference come first, with their truth."""
    data = task.load(number_files, tmp_path)
    truths = data.splits["test"].labels
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    predictions.write(first, truths, truths + 1)
    apart = np.zeros(truths.size)
    apart[[3, 7]] = 5, -9
    predictions.write(second, truths, truths + 1 + apart)
    found = task.changed_answers(data, "test", first, second, 10)
    assert [one["row"] for one in found] == [7, 3]
    assert found[0]["text"] == data.splits["test"].texts[7]
    assert found[0]["truth"] == truths[7]
    predictions.write(second, truths + 1, truths)
    with pytest.raises(DataError, match="other rows"):
        task.changed_answers(data, "test", first, second, 10)


def test_early_measurements_use_the_tuned_metric(number_files: FilesDataset, tmp_path: Path) -> None:
    """The epoch with the best value of the tuned metric is kept, whichever way it improves."""
    _, _, result = train("bert", number_files, tmp_path, {**TINY, "epochs": 3}, metric="spearman",
                         direction=Direction.MAXIMIZE)  # fmt: skip
    best = max(result.history, key=lambda one: one.metrics["spearman"])
    assert result.metrics["spearman"] == best.metrics["spearman"]
    assert result.best_epoch == best.epoch
