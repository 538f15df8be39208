"""The task of text classification: the contract of tasks, and what is shown of data and answers."""

from dataclasses import replace

import pytest

from catalog.contract import DataSummary, Task
from catalog.contract.data import data_to_json
from catalog.figures import check
from catalog.testing import TaskCase, TaskConformance
from plugins.nlp.text_classification.dataset import DemoDataset, FilesDataset
from plugins.nlp.text_classification.task import task
from runner.presentation.english import english

ANSWER = {
    "text": "a \ud800 good film",
    "label": "good",
    "confidence": 0.9,
    "probabilities": {"bad": 0.1, "good": 0.9},
}
WORDS = [
    {"token": "good", "weight": 1.5, "attention": 0.4, "start": 4, "end": 8},
    {"token": "film", "weight": -0.5, "attention": None, "start": 9, "end": 13},
]
EXPLANATION = {**ANSWER, "tokens": WORDS, "method": "made up", "completeness_error": None, "truncated": True}


class TestConformance(TaskConformance):
    """The task keeps the contract that every task keeps."""

    @pytest.fixture
    def case(self, tmp_path) -> TaskCase:
        """Offer generated reviews; a file that is not there, and files without labels or texts, are refused."""
        (tmp_path / "lone.csv").write_text("text\na film\nanother\n")
        (tmp_path / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
        broken = [
            FilesDataset(source="files", train=str(tmp_path / name)) for name in ("no.csv", "lone.csv", "numbers.csv")
        ]
        return TaskCase(task.key, DemoDataset(source="demo", size=400), broken)


def test_it_is_a_task():
    """It has all that the contract asks for, and offers accuracy first."""
    assert isinstance(task, Task)
    assert (task.key, task.metrics[0].name) == ("nlp/text-classification", "accuracy")


def test_facts_are_classes_language_and_length():
    """Lines say what a reader wants to know about the classes and the texts."""
    details = {"labels": ["bad", "good"], "label_rows": {"train": [3, 5]}, "language": "en", "mean_words": 7.25}
    data = DataSummary("demo", "", {"train": 8}, details=details)
    found = {english(fact.name): english(fact.text) for fact in task.facts(data_to_json(data))}
    assert list(found) == ["classes", "positive class", "language", "length"]
    assert found["classes"] == "bad 3, good 5"
    assert found["positive class"].startswith("good: precision, recall")
    assert found["language"] == "en"
    many = replace(data, details={"labels": [f"c{number}" for number in range(30)]})
    (classes,) = task.facts(data_to_json(many))
    assert english(classes.text).endswith("c19 and 10 more")


def test_an_input_is_a_text():
    """The form has one field."""
    (field,) = task.input_fields({})
    assert (field.name, field.kind, field.choices) == ("text", "prose", ())


def test_answers_are_shown_by_label_and_probabilities():
    """A headline, the cells of a table by the columns that were promised, and the probabilities drawn."""
    assert english(task.headline(ANSWER)) == "good, 90.0 %"
    cells = task.cells(ANSWER)
    assert tuple(cells) == task.columns_of_predictions({"labels": ["bad", "good"]})
    assert cells == {"label": "good", "confidence": 0.9, "probability of bad": 0.1, "probability of good": 0.9}
    assert task.reasons(ANSWER) == ()
    (bars,) = task.prediction_figures(ANSWER)
    check(bars)
    assert [(bar.label, bar.value) for bar in bars.bars] == [("good", 0.9), ("bad", 0.1)]


def test_explanations_are_shown_by_their_words():
    """Words for, against and looked at have a line each; highlights are in their places, next to surrogates too."""
    told = [english(reason) for reason in task.reasons(EXPLANATION)]
    assert told == [
        "for good: good +1.5  (made up, log-odds)",
        "against good: film -0.5  (made up, log-odds)",
        "looked at most: good 40.0%  (attention rollout; says nothing about for or against)",
        "the text is longer than the model reads: it saw a part only",
    ]
    figures = {figure.key: figure for figure in task.prediction_figures(EXPLANATION)}
    assert list(figures) == ["probabilities", "words", "attention"]
    for figure in figures.values():
        check(figure)
    words = figures["words"]
    assert [words.text[mark.start : mark.end] for mark in words.highlights] == ["good", "film"]
    assert [mark.weight for mark in words.highlights] == pytest.approx([1.0, -1 / 3])
    assert words.text == "a \ufffd good film"
