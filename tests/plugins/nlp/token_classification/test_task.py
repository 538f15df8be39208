"""The task keeps the contract, and shows data, evaluations and answers."""

import numpy as np
import pytest

from catalog import registry
from catalog.contract import Comparison
from catalog.contract.capabilities import EvaluationFile, InputFile
from catalog.contract.diagnosis import DiagnosisInput
from catalog.errors import DataError
from catalog.figures import HighlightedText, check
from catalog.testing.task import TaskCase, TaskConformance
from plugins.nlp.token_classification.answers import as_words, prediction_of
from plugins.nlp.token_classification.data import load, load_labelled
from plugins.nlp.token_classification.dataset import DemoDataset, FilesDataset
from plugins.nlp.token_classification.evaluation import TagPredictions, save_and_evaluate
from plugins.nlp.token_classification.lookup.config import LookupConfig
from plugins.nlp.token_classification.schemes import tag_set
from plugins.nlp.token_classification.words import split_words
from runner.presentation.english import english

KEY = "nlp/token-classification"


class TestTokenClassification(TaskConformance):
    @pytest.fixture
    def case(self, tmp_path):
        csv = tmp_path / "table.csv"
        csv.write_text("text,label\na,b\n")
        broken = [FilesDataset(source="files", train=str(path)) for path in (csv, tmp_path / "nowhere.conll")]
        return TaskCase(KEY, DemoDataset(source="demo", size=60), broken)


class TestTokenFiles(TaskConformance):
    @pytest.fixture
    def case(self, files, write):
        uneven = FilesDataset(source="files", train=str(write("a O\nb\n", "uneven.conll")))
        return TaskCase(KEY, files(), [uneven])


@pytest.fixture
def task():
    return registry.load_task(KEY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada Lovelace's friend.", ["Ada", "Lovelace", "'s", "friend", "."]),
        ("(U.S.) paid $1,000.50 at 10:30;", ["(", "U.S.", ")", "paid", "$", "1,000.50", "at", "10:30", ";"]),
        ("Jean-Luc didn't e-mail a@b.de!", ["Jean-Luc", "didn't", "e-mail", "a@b.de", "!"]),
        ("東京は大きい。", ["東", "京", "は", "大", "き", "い", "。"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        (" \n ", []),
        ("\ud800x", ["\ud800x"]),
    ],
)
def test_texts_are_split_into_words(text, words):
    """Whitespace ends a word, punctuation stands alone, and what holds words together stays."""
    assert [text[word.start : word.end] for word in split_words(text)] == words


def test_answers_hold_entities_with_their_places(task):
    """Entities and words have places in the text, and are shown as headline, cells and figures."""
    known = tag_set("bio", ["B-PER", "B-LOC"])
    text, words = as_words("Ada Lovelace left London.")
    tags = np.array([known.names.index(name) for name in ("B-PER", "I-PER", "O", "B-LOC", "O")])
    answer = prediction_of(text, words, tags, np.array([0.9, 0.8, 1.0, 0.7, 1.0]), known)
    assert answer["entities"] == [
        {"text": "Ada Lovelace", "label": "PER", "start": 0, "end": 12, "confidence": 0.8},
        {"text": "London", "label": "LOC", "start": 18, "end": 24, "confidence": 0.7},
    ]
    assert answer["words"][1] == {"word": "Lovelace", "tag": "I-PER", "confidence": 0.8}
    shown = task.headline(answer)
    assert shown.template == "{count:count} entities: {entities}{more}"
    assert shown.values["entities"] == "Ada Lovelace (PER), London (LOC)"
    assert task.cells(answer)["tags"] == "B-PER I-PER O B-LOC O"
    figure = next(iter(task.prediction_figures(answer)))
    assert isinstance(figure, HighlightedText)
    assert [(mark.start, mark.end, mark.label) for mark in figure.highlights] == [(0, 12, "PER"), (18, 24, "LOC")]


def test_lists_of_words_stay_as_they_are():
    """Words that are given are not split again; empty ones have no place."""
    text, words = as_words(["Ada's", "", "New York"])
    assert text == "Ada's  New York"
    assert [text[word.start : word.end] for word in words] == ["Ada's", "New York"]


def test_files_to_predict_hold_words_or_texts(task, write, tmp_path):
    """CoNLL files and tables with lists give words as they are, all others texts."""

    def inputs(content, name):
        opened = task.open_file(InputFile(write(content, name)))
        return [given for batch in opened.batches(10) for given in batch.inputs]

    assert inputs("Ada B-PER\nran O\n\nBo O\n", "a.conll") == [("Ada", "ran"), ("Bo",)]
    assert inputs("Ada\nran\n\nBo\n", "b.conll") == [("Ada", "ran"), ("Bo",)]
    second = task.open_file(InputFile(write("1 Ada\n2 ran\n", "c.conll"), ("1",)))
    assert second.used == ("1",)
    assert next(second.batches(10)).inputs == (("Ada", "ran"),)
    assert inputs('{"tokens": ["Ada", "ran"]}\n{"tokens": []}\n', "c.jsonl") == [("Ada", "ran"), None]
    assert inputs('{"text": "Ada ran."}\n', "d.jsonl") == ["Ada ran."]
    assert inputs("text\nAda ran.\n", "e.csv") == ["Ada ran."]
    assert inputs("Ada ran.\nBo\n", "f.txt") == ["Ada ran.", "Bo"]
    with pytest.raises(DataError, match="no such file"):
        task.open_file(InputFile(tmp_path / "nowhere.conll"))


def test_files_with_tags_are_read_for_a_model(write, sentences):
    """A file is read with the model's tags; others are listed with their lines."""
    known = tag_set("bio", ["B-PER", "B-LOC"])
    path = write("Ada B-PER\n\n\nran O\n", "a.conll")
    found = load_labelled(EvaluationFile(path, data={"columns": {"tokens": "words", "tags": "labels"}}), known)
    assert found.split.words == (("Ada",), ("ran",))
    assert found.columns == {"tokens": "0", "tags": "1"}
    assert found.left_out == 1
    with pytest.raises(DataError, match=r"tags that the model does not know: 'B-ORG' \(1, first on line 1\)"):
        load_labelled(EvaluationFile(write("ACME B-ORG\nran O\n", "b.conll")), known)
    numbers = EvaluationFile(write('{"words": ["a", "b"], "ner_tags": [0, 3]}\n', "c.jsonl"), truths="ids")
    assert load_labelled(numbers, known).split.tags.tolist() == [0, 3]
    named = EvaluationFile(write('{"w": ["a"], "t": ["O"]}\n', "d.jsonl"), {"tokens": ("w",), "tags": ("t",)})
    assert load_labelled(named, known).columns == {"tokens": "w", "tags": "t"}


def test_examples_can_be_read_as_data(task, files, tmp_path):
    """The file of a split's sentences is a data set of its own."""
    data = load(files(), tmp_path)
    task.write_examples(data, "train", tmp_path / "examples.parquet")
    again = load_labelled(EvaluationFile(tmp_path / "examples.parquet"), data.tags)
    assert again.split.words == data.splits["train"].words
    assert np.array_equal(again.split.tags, data.splits["train"].tags)


def test_changed_answers_are_found(task, files, tmp_path):
    """Sentences in which two models differ are shown, those with the most differences first."""
    data = load(files(), tmp_path)
    split = data.splits["test"]
    nothing = np.zeros_like(split.tags)
    for name, tags in (("first", split.tags), ("second", nothing)):
        (tmp_path / name).mkdir()
        said = TagPredictions(data.tags, split.offsets, split.tags, tags)
        save_and_evaluate("test", split.words, said, tmp_path / name, 0.1)
    paths = [tmp_path / name / "test.parquet" for name in ("first", "second")]
    found = task.changed_answers(data, "test", *paths, 50)
    assert found
    assert all(one["first"] == one["truth"] != one["second"] == "" for one in found)
    assert [one["words"] for one in found] == sorted((one["words"] for one in found), reverse=True)


def test_figures_can_be_drawn_of_anything(task, files, tmp_path):
    """Figures of an evaluation, and of one by another version, are well formed."""
    data = load(files(), tmp_path)
    split = data.splits["test"]
    said = TagPredictions(data.tags, split.offsets, split.tags, np.zeros_like(split.tags))
    evaluation = save_and_evaluate("test", split.words, said, tmp_path, 0.1)
    keys = []
    for figure in task.figures(evaluation, data.summary.details, {}):
        check(figure)
        keys.append(figure.key)
    assert keys[:4] == ["entity-scores", "entity-confusion", "entity-errors", "lengths"]
    assert "sentence-1-true" in keys
    bare = type(evaluation)("test", 3, {"f1": 0.5}, tmp_path / "x", 0.1)
    for figure in task.figures(bare, {}, {}):
        check(figure)


def test_types_that_are_never_found_are_diagnosed(task, files, tmp_path):
    """A model that finds no entity of a type is diagnosed so, type by type."""
    data = load(files(seed=3), tmp_path)
    split = data.splits["train"]
    said = TagPredictions(data.tags, split.offsets, split.tags, np.zeros_like(split.tags))
    evaluation = save_and_evaluate("test", split.words, said, tmp_path, 0.1)
    evidence = DiagnosisInput(data.summary, LookupConfig, "f1", {}, (), None, {("winner", "test"): evaluation})
    rules = [one.rule for one in task.diagnose(evidence)]
    assert rules.count("type_never_found") == 2
    assert "few_entities" in rules
    assert "few_rows" in rules
    assert task.rule_count == 11


def test_a_baseline_that_is_not_beaten_is_told_in_the_unit_of_the_metric(task, files, tmp_path):
    """The comparison is on validation, and a difference of log loss is no share of a hundred."""
    data = load(files(seed=3), tmp_path)
    versus = Comparison("log_loss", -0.12, -0.2, -0.04, 8, (1, 1))
    evidence = DiagnosisInput(data.summary, LookupConfig, "log_loss", {}, (), None, versus_baseline=versus)
    (found,) = [one for one in task.diagnose(evidence) if one.rule == "not_better_than_baseline"]
    assert found.severity == "problem"
    assert "Its log loss is 0.12 worse on 8 validation rows" in english(found.evidence)
