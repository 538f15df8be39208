"""Tests to inherit: what every text classifier must satisfy in addition to the contract."""

import math
from pathlib import Path

from catalog.contract import Prediction
from catalog.contract.capabilities import EvaluatesFiles, EvaluationFile, Explains, Interprets, WritesExamples
from catalog.errors import DataError
from catalog.testing.model import ModelCase, check_close, keep
from plugins.classification.records import class_data, class_details
from plugins.classification.testing import ClassModelConformance
from plugins.details import read_details
from plugins.nlp.text_classification.records import Interpretation, length_details

__all__ = ["STRANGE_TEXTS", "TextClassifierConformance"]

STRANGE_TEXTS = (
    "", " ", "\0", "\ud800", "😀" * 50, "word " * 3000, "مرحبا", "[red]<script>",
    "\ud83d\ude00 It isn't, is it?\u202e\n" * 40,
)  # fmt: skip


class TextClassifierConformance(ClassModelConformance):
    """Inherit it, and supply one fixture named `case` with `STRANGE_TEXTS` as its inputs."""

    def test_answers_hold_their_texts(self, case: ModelCase, tmp_path: Path) -> None:
        """Each answer has the text that it answers."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        answers = trained.trainer.open(model_dir, "cpu", 1).predict(case.inputs)
        assert [answer["text"] for answer in answers] == list(case.inputs)

    def test_lengths_add_up(self, case: ModelCase, tmp_path: Path) -> None:
        """Buckets of length count every row once, each with an interval around its accuracy."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        found = trained.trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        lengths = length_details(found).lengths
        assert not lengths or sum(one.rows for one in lengths) == found.rows
        assert all(one.accuracy_low <= one.accuracy <= one.accuracy_high for one in lengths)

    def test_explanations_mark_words(self, case: ModelCase, tmp_path: Path) -> None:
        """An explanation belongs to the answer that is given, and its words lie at the stated places."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        if not isinstance(predictor, Explains):
            return
        answers, explained = list(predictor.predict(case.inputs)), list(predictor.explain(case.inputs))
        for answer, found in zip(answers, explained, strict=True):
            _check_words(found)
            check_close(found["probabilities"], answer["probabilities"])
        empty = case.inputs.index("")
        assert not explained[empty]["tokens"], "the empty text has words"

    def test_labelled_file_is_evaluated(self, case: ModelCase, tmp_path: Path) -> None:
        """A file of a split's examples is evaluated like the split; an unknown label is refused by its name."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        trainer, task = trained.trainer, trained.task
        if not isinstance(trainer, EvaluatesFiles) or not isinstance(task, WritesExamples):
            return
        (tmp_path / "unknown.jsonl").write_text('{"text": "a", "label": "no such label"}\n')
        try:
            trainer.evaluate_file(
                model_dir, EvaluationFile(tmp_path / "unknown.jsonl"), folder=tmp_path, device="cpu", threads=1
            )
        except DataError as error:
            assert "no such label" in error.message  # noqa: PT017 -- this module does without pytest
        else:
            raise AssertionError("an unknown label went unnoticed")
        task.write_examples(trained.data, "test", tmp_path / "examples.parquet")
        file = EvaluationFile(tmp_path / "examples.parquet", truths="ids")
        found = trainer.evaluate_file(model_dir, file, folder=tmp_path, device="cpu", threads=1)
        split = trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        assert (found.split, found.rows) == ("file", split.rows)
        assert class_details(found).confusion == class_details(split).confusion
        check_close(found.metrics, split.metrics)

    def test_interpretation_is_of_the_validation_split(self, case: ModelCase, tmp_path: Path) -> None:
        """The words that a model relies on are reported for every class, from enough texts."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        if not isinstance(trained.task, Interprets) or not isinstance(predictor, Explains):
            return
        stored = trained.task.interpret(predictor, trained.data, seconds=2)
        assert stored is not None
        found, labels = read_details(Interpretation, stored), class_data(trained.summary).labels
        assert 0 < found.rows <= trained.summary.rows["validation"]
        assert [one.label for one in found.classes] == list(labels)
        for one in found.classes:
            assert all(word.word == word.word.lower() for word in one.words)
            assert all(found.min_texts <= word.texts <= found.rows and word.weight > 0 for word in one.words)
        for example in found.examples:
            assert example.truth is None or example.truth in labels
        assert found.seconds > 0


def _check_words(found: Prediction) -> None:
    """Check that words are in order and do not overlap, with finite weights."""
    text, end = found["text"], 0
    for word in found["tokens"]:
        assert end <= word["start"] < word["end"]
        assert text[word["start"] : word["end"]] == word["token"]
        assert math.isfinite(word["weight"])
        assert word["attention"] is None or 0 <= word["attention"] <= 1
        end = word["end"]
    assert sum(word["attention"] or 0 for word in found["tokens"]) <= 1 + 1e-6
    assert found["completeness_error"] is None or found["completeness_error"] >= 0
    assert found["method"]
