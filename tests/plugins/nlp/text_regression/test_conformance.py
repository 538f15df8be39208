"""The task and its models keep the contract."""

from pathlib import Path

import pytest

from catalog.contract.capabilities import EvaluationFile
from catalog.testing.model import ModelCase, ModelConformance, check_close, keep
from catalog.testing.task import TaskCase, TaskConformance
from plugins.nlp.text_regression.dataset import DemoDataset, FilesDataset
from plugins.nlp.text_regression.records import length_details
from plugins.regression.records import regression_details

STRANGE = (
    "", " ", "\0", "\ud800", "😀" * 50, "word " * 3000, "مرحبا", "[red]<script>",
    "\ud83d\ude00 It isn't, is it?\u202e\n" * 40,
)  # fmt: skip
TINY = {
    "model_name": "scratch/bert-tiny",
    "max_seq_length": 24,
    "batch_size": 16,
    "epochs": 2,
    "learning_rate": 2e-3,
    "precision": "fp32",
}


class TestTask(TaskConformance):
    @pytest.fixture
    def case(self, tmp_path: Path) -> TaskCase:
        (tmp_path / "words.csv").write_text("a,b\n1,2\n")
        broken = [
            FilesDataset(source="files", train=str(tmp_path / "missing.csv")),
            FilesDataset(source="files", train=str(tmp_path / "words.csv")),
        ]
        return TaskCase("nlp/text-regression", DemoDataset(source="demo", size=200), broken)


class OfNumbers(ModelConformance):
    """What every model of the task must hold in addition to the contract."""

    def test_answers_hold_text_and_interval(self, case: ModelCase, tmp_path: Path) -> None:
        """Each answer has its text, a number, and an interval of one width around it."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        answers = list(trained.trainer.open(model_dir, "cpu", 1).predict(case.inputs))
        assert [answer["text"] for answer in answers] == list(case.inputs)
        widths = {round(answer["high"] - answer["low"], 4) for answer in answers}
        assert len(widths) == 1
        assert all(list(answer) == ["text", "value", "low", "high"] for answer in answers)
        assert all(answer["low"] < answer["value"] < answer["high"] for answer in answers)

    def test_interval_is_that_of_the_training(self, case: ModelCase, tmp_path: Path) -> None:
        """The model's folder keeps the interval that validation gave, and test says how many truths it holds."""
        trained, result, model_dir, _ = keep(case, tmp_path)
        fitted = regression_details(result.evaluation).interval
        found = trained.trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        interval = regression_details(found).interval
        assert (interval.level, interval.half_width, interval.rows) == (0.9, fitted.half_width, fitted.rows)
        assert fitted.coverage is None
        assert 0 <= interval.coverage <= 1

    def test_lengths_add_up(self, case: ModelCase, tmp_path: Path) -> None:
        """Groups of length count every row once, each with an interval around its error."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        found = trained.trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        groups = length_details(found).lengths
        assert sum(one.rows for one in groups) == found.rows
        assert all(one.error_low <= one.error <= one.error_high for one in groups)
        mean = sum(one.rows * one.error for one in groups) / found.rows
        assert mean == pytest.approx(found.metrics["mae"])

    def test_explanations_mark_words(self, case: ModelCase, tmp_path: Path) -> None:
        """An explanation is of the answer that is given, and its words lie where they are said to lie."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        answers, explained = list(predictor.predict(case.inputs)), list(predictor.explain(case.inputs))
        for answer, found in zip(answers, explained, strict=True):
            assert found["value"] == pytest.approx(answer["value"], rel=1e-5, abs=1e-4)
            end = 0
            for word in found["tokens"]:
                assert end <= word["start"] < word["end"]
                assert found["text"][word["start"] : word["end"]] == word["token"]
                end = word["end"]
        assert not explained[list(case.inputs).index("")]["tokens"]

    def test_file_is_evaluated_like_the_split(self, case: ModelCase, tmp_path: Path) -> None:
        """A file of a split's examples is evaluated like the split."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        trained.task.write_examples(trained.data, "test", tmp_path / "examples.parquet")
        file = EvaluationFile(tmp_path / "examples.parquet")
        found = trained.trainer.evaluate_file(model_dir, file, folder=tmp_path, device="cpu", threads=1)
        split = trained.trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1)
        assert (found.split, found.rows) == ("file", split.rows)
        check_close(found.metrics, split.metrics)

    def test_interpretation_names_words(self, case: ModelCase, tmp_path: Path) -> None:
        """The words that raise and lower the number are found, and drawn."""
        trained, result, model_dir, _ = keep(case, tmp_path)
        predictor = trained.trainer.open(model_dir, "cpu", 1)
        found = trained.task.interpret(predictor, trained.data, seconds=2)
        assert 8 <= found["rows"] <= trained.summary.rows["validation"]
        figures = list(trained.task.figures(result.evaluation, {}, {"interpretation": found}))
        assert {"words-raising", "words-lowering", "example-0"} <= {figure.key for figure in figures}


class TestLinear(OfNumbers):
    @pytest.fixture
    def case(self, number_files: FilesDataset) -> ModelCase:
        return ModelCase("nlp/text-regression/linear", {}, number_files, STRANGE)


class TestBert(OfNumbers):
    @pytest.fixture
    def case(self, number_files: FilesDataset) -> ModelCase:
        return ModelCase("nlp/text-regression/bert", TINY, number_files, STRANGE)
