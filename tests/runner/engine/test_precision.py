"""The arithmetic that is asked for reaches the trainers that offer one, and only these."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog import registry
from catalog.contract import Evaluation
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError
from runner.engine.messages import EvaluateFile, Predict
from runner.engine.task_executor import TaskExecutor

LINE = SimpleNamespace(report=None, tick=None)
MODEL = Path("model")


def answering(name):
    """Return a predictor that labels every text with a name."""
    return SimpleNamespace(predict=lambda texts: ({"text": text, "label": name} for text in texts))


def evaluated(name):
    """Return an evaluation that says in a note how it was made."""
    return Evaluation("file", 1, {}, Path(__file__), 0.0, notes=(name,))


class Plain:
    """Answers in one arithmetic alone."""

    def __init__(self):
        self.opened = 0

    def open(self, model_dir, device, threads):
        self.opened += 1
        return answering("plain")

    def evaluate_file(self, model_dir, file, *, folder, device, threads):
        return evaluated("plain")


class Choosing(Plain):
    """Answers in two."""

    precisions = ("auto", "bf16")

    def open(self, model_dir, device, threads, precision="exact"):
        self.opened += 1
        return answering(precision)

    def evaluate_file(self, model_dir, file, *, folder, device, threads, precision="exact"):
        return evaluated(precision)


@pytest.fixture
def executor(monkeypatch):
    """An executor that knows both."""
    trainers = {"plain": Plain(), "choosing": Choosing()}
    monkeypatch.setattr(registry, "load", lambda key: SimpleNamespace(key=key, trainer=lambda: trainers[key]))
    monkeypatch.setattr(registry, "load_task", lambda _: SimpleNamespace(metrics=()))
    made = TaskExecutor("cpu", 1)
    made.trainers = trainers
    return made


def labels(executor, key, precision):
    return [answer["label"] for answer in executor.do(Predict(key, MODEL, ("a",), precision=precision), LINE)]


def judged(executor, key, precision, folder):
    return executor.do(EvaluateFile(key, MODEL, EvaluationFile(Path("f.csv")), folder, precision), LINE).notes[0]


def test_trainers_are_told_what_was_asked_for(executor, tmp_path):
    """Without a request a model is opened as the plugin does it; auto and names are passed on."""
    assert [labels(executor, "choosing", asked) for asked in (None, "auto", "bf16")] == [["exact"], ["auto"], ["bf16"]]
    assert [judged(executor, "choosing", asked, tmp_path) for asked in ("auto", "bf16")] == ["auto", "bf16"]


def test_trainers_without_a_choice_do_as_ever(executor, tmp_path):
    """No request and auto work for every plugin; a name is refused, with the model that it was asked of."""
    assert [labels(executor, "plain", asked) for asked in (None, "auto")] == [["plain"], ["plain"]]
    assert judged(executor, "plain", "auto", tmp_path) == "plain"
    for ask in (lambda: labels(executor, "plain", "int8"), lambda: judged(executor, "plain", "int8", tmp_path)):
        with pytest.raises(InputError, match="a model of plain cannot answer in int8 on demand"):
            ask()


def test_a_name_that_the_plugin_has_not_is_refused(executor):
    """The message lists the names that the plugin has."""
    with pytest.raises(InputError, match="cannot answer in int8; known are auto, bf16"):
        labels(executor, "choosing", "int8")


def test_a_model_is_opened_once_for_each_arithmetic(executor):
    """The open model is kept while the same is asked for, and opened again for another arithmetic."""
    for asked in ("auto", "auto", "bf16", "bf16", None):
        labels(executor, "choosing", asked)
    assert executor.trainers["choosing"].opened == 3
