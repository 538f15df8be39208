"""BERT for token classification: the contract, windows against one long window, and transformers' own pipeline."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from model_folders import CONFIGS, make_checkpoint

from catalog import registry
from catalog.contract import Decision, TrialContext
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import DataError, ModelSourceError
from catalog.metric import Direction
from catalog.testing.model import ModelCase, ModelConformance
from plugins.nlp.token_classification.bert.config import BertConfig
from plugins.nlp.token_classification.bert.objective import TagObjective
from plugins.nlp.token_classification.bert.tagger import load as load_tagger
from plugins.nlp.token_classification.bert.windows import encode_words
from plugins.nlp.token_classification.data import load
from plugins.nlp.token_classification.dataset import DemoDataset
from plugins.nlp.token_classification.records import token_details

KEY = "nlp/token-classification/bert"
STRANGE = (
    "",
    " ",
    "\0",
    "\ud800",
    "😀" * 50,
    "word " * 900,
    "مرحبا",
    "[red]<script> [SEP]",
    ["Ada", "", "New York"],
    [],
)
CONFIG = {"model_name": "scratch/bert-tiny", "max_seq_length": 32, "stride": 8, "epochs": 2, "batch_size": 16}

CONTEXT = TrialContext(
    folder=Path(), device="cpu", threads=1, seed=0, metric="f1", direction=Direction.MAXIMIZE, quarters=False,
    report=lambda _: Decision.GO_ON, tick=lambda _: None,
)  # fmt: skip


class TestBert(ModelConformance):
    @pytest.fixture
    def case(self):
        return ModelCase(KEY, CONFIG, DemoDataset(source="demo", size=120), STRANGE)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a trained model's folder, what was prepared, and its result."""
    folder = tmp_path_factory.mktemp("bert")
    model = registry.load(KEY)
    config = BertConfig(model_name="scratch/bert-tiny", max_seq_length=64, epochs=6, batch_size=16)
    data = load(DemoDataset(source="demo", size=600), folder)
    trainer = model.trainer()
    prepared = trainer.prepare(data, config, folder)
    return trainer, prepared, trainer.train(config, prepared, replace(CONTEXT, folder=folder))


def test_context_is_learned(trained, tmp_path):
    """It finds more than a table of words does, and the test split is evaluated as a file of the same sentences is."""
    trainer, prepared, result = trained
    assert result.metrics["f1"] > 0.6
    split = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    task = registry.load_task(KEY)
    task.write_examples(prepared.data, "test", tmp_path / "examples.parquet")
    (tmp_path / "file").mkdir()
    file = trainer.evaluate_file(
        result.model_dir,
        EvaluationFile(tmp_path / "examples.parquet"),
        folder=tmp_path / "file",
        device="cpu",
        threads=1,
    )
    assert file.metrics == pytest.approx(split.metrics)
    assert token_details(file).entity_confusion == token_details(split).entity_confusion


def test_windows_agree_with_one_long_window(trained):
    """If a document fits into one window, windows that overlap find nearly the same; words have one tag each."""
    _, prepared, result = trained
    tagger = load_tagger(result.model_dir, "cpu", 1)
    words = [word for sentence in prepared.data.splits["test"].words[:4] for word in sentence]
    long = replace(tagger.trained.encoder, max_length=512)
    whole = tagger.probabilities(encode_words([words], long, 0))
    assert len(encode_words([words], long, 0).tokens) == 1
    parts = encode_words([words], replace(long, max_length=40), 19)
    assert len(parts.tokens) > 2
    cut = tagger.probabilities(parts)
    assert cut.shape == whole.shape == (len(words), len(tagger.known.names))
    assert (cut.argmax(axis=1) == whole.argmax(axis=1)).mean() > 0.8
    one = encode_words([words], long, 19)
    assert np.array_equal(tagger.probabilities(one), whole)


def test_loss_counts_each_word_once(trained):
    """However sentences are cut into windows, the targets of an epoch are the words."""
    _, prepared, _ = trained
    split = prepared.data.splits["validation"]
    for length in (16, 64):
        windows = encode_words(split.words, replace(prepared.encoder, max_length=length), 6)
        objective = TagObjective(windows, split, prepared.data.tags, torch.device("cpu"))
        rows = np.arange(len(windows.tokens))
        assert objective.count(rows) == split.tags.size
        assert all(objective.count(rows[row : row + 1]) > 0 for row in rows)
        outputs = torch.zeros(windows.tokens.ids.size, len(prepared.data.tags.names))
        loss, _ = objective.loss(outputs, rows)
        assert float(loss) == pytest.approx(split.tags.size * np.log(outputs.shape[1]), rel=1e-4)


def test_long_documents_are_never_cut(trained):
    """A document of thousands of words has a tag for each of them."""
    _, _, result = trained
    tagger = load_tagger(result.model_dir, "cpu", 1)
    words = ["Ada", "met", "Olga", "in", "Lisbon", "."] * 500
    (answer,) = tagger.predict([words])
    assert len(answer["words"]) == 3000
    tags = [word["tag"] for word in answer["words"]]
    assert sum(tag != "O" for tag in tags[-60:]) > 10


@pytest.mark.filterwarnings("ignore")
def test_pipeline_of_transformers_finds_the_same(trained):
    """The folder loads in a pipeline, which gives the first piece of each word the tag that modelcat gives it."""
    from transformers import pipeline

    _, prepared, result = trained
    tagger = load_tagger(result.model_dir, "cpu", 1)
    tag = pipeline("token-classification", model=str(result.model_dir), device="cpu", dtype=torch.float32,
                   ignore_labels=[])  # fmt: skip
    for words in prepared.data.splits["test"].words[:10]:
        found = {token["start"]: token for token in tag(" ".join(words))}
        starts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
        shares = tagger.probabilities(tagger.windows([words]))
        for start, share in zip(starts.tolist(), shares, strict=True):
            assert found[start]["entity"] == tagger.known.names[share.argmax()]
            assert found[start]["score"] == pytest.approx(share.max(), abs=1e-4)


def test_other_tags_are_refused(trained, tmp_path):
    """A model is not evaluated on data with other tags."""
    trainer, prepared, result = trained
    summary = prepared.summary
    other = replace(summary, details={**summary.details, "tags": ["O", "B-X", "I-X"]})
    strange = replace(prepared, data=replace(prepared.data, summary=other))
    with pytest.raises(ModelSourceError, match="knows the tags"):
        trainer.evaluate(result.model_dir, strange, "test", folder=tmp_path, device="cpu", threads=1)


def test_export_is_checked_against_the_pipeline(trained, tmp_path):
    """The exported folder finds the same as the trained one."""
    trainer, _, result = trained
    found = trainer.export(result.model_dir, tmp_path / "hf", format="hf", quantize=False, inputs=())
    assert found.same_labels == 1
    assert found.largest_difference < 1e-4


def test_forecast_counts_windows(trained):
    """A forecast says how many windows there are."""
    trainer, prepared, _ = trained
    config = BertConfig(model_name="scratch/bert-tiny", max_seq_length=64, batch_size=16)
    found = trainer.forecast(config, prepared, device="cpu", threads=1, seconds=0.5)
    assert found.details["windows"] >= found.details["sentences"] == prepared.summary.rows["train"]
    assert found.seconds_per_epoch > 0


@pytest.mark.parametrize("family", CONFIGS)
def test_every_family_is_trained_and_tags_every_word(family, files, write, tmp_path):
    """Whatever tokenizer and architecture a checkpoint has, each word has one tag, over several windows too."""
    text = "a O\ngood O\nfilm B-WORK\n\n" * 20 + "bad O\nfilm B-WORK\nI-film I-WORK\n" * 12 + "\n"
    data = load(files(write(text)), tmp_path)
    checkpoint = make_checkpoint(tmp_path / "checkpoint", family)
    config = BertConfig(model_name=str(checkpoint), max_seq_length=16, stride=4, epochs=1, batch_size=8)
    trainer = registry.load(KEY).trainer()
    prepared = trainer.prepare(data, config, tmp_path)
    result = trainer.train(config, prepared, replace(CONTEXT, folder=tmp_path))
    evaluation = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    assert token_details(evaluation).words == data.splits["test"].tags.size
    tagger = load_tagger(result.model_dir, "cpu", 1)
    (answer,) = tagger.predict(["good film, bad film! " * 12])
    assert len(answer["words"]) == 72
    assert len(tagger.windows([["good", "film"] * 30]).tokens) > 3


def test_a_batch_is_not_larger_than_the_windows(files, write, tmp_path):
    """Few sentences fill a batch if they are long; if not, the batch is refused."""
    model = registry.load(KEY)
    config = BertConfig(model_name="scratch/bert-tiny", max_seq_length=16, batch_size=40)
    with pytest.raises(DataError, match=r"training sentences of \w+ fill 29 windows\. Set batch_size to 29 or less"):
        model.check(config, load(files(), tmp_path))
    long = load(files(write(("Ada B-PER\n" + "ran O\n" * 99 + "\n") * 10)), tmp_path)
    assert model.check(config, long) == ()
