"""Tests to inherit: what every model of classes must satisfy in addition to the contract."""

import math
from dataclasses import replace
from pathlib import Path

from catalog.contract.capabilities import Calibrates, Rescales
from catalog.testing.model import ModelCase, ModelConformance, check_close, keep
from plugins.classification.records import class_data, class_details

__all__ = ["ClassModelConformance"]


class ClassModelConformance(ModelConformance):
    """Inherit it, and supply one fixture named `case`."""

    def test_details_add_up(self, case: ModelCase, tmp_path: Path) -> None:
        """Confusion matrix, scores of classes and bins of confidence count every row of the split once."""
        trained, result, model_dir, _ = keep(case, tmp_path)
        labels = class_data(trained.summary).labels
        found = [
            trained.trainer.evaluate(model_dir, trained.prepared, "test", folder=tmp_path, device="cpu", threads=1),
            *([] if result.evaluation is None else [result.evaluation]),
        ]
        for evaluation in found:
            details = class_details(evaluation)
            assert sum(map(sum, details.confusion)) == evaluation.rows
            if details.classes:
                assert len(details.classes) == len(labels)
                assert [one.rows for one in details.classes] == [sum(row) for row in details.confusion]
                predicted = [sum(column) for column in zip(*details.confusion, strict=True)]
                assert [one.predicted for one in details.classes] == predicted
            if details.confidence:
                assert sum(one.right + one.wrong for one in details.confidence) == evaluation.rows

    def test_answers_are_probabilities(self, case: ModelCase, tmp_path: Path) -> None:
        """The label of an answer is a class of the data, and the most probable one."""
        trained, _, model_dir, _ = keep(case, tmp_path)
        for answer in trained.trainer.open(model_dir, "cpu", 1).predict(case.inputs):
            assert answer["label"] in class_data(trained.summary).labels
            assert math.isclose(sum(answer["probabilities"].values()), 1, abs_tol=1e-3)
            assert answer["confidence"] == max(answer["probabilities"].values())

    def test_scores_are_of_the_positive_class(self, case: ModelCase, tmp_path: Path) -> None:
        """Of two classes, F1 is that of the class that `dataset.positive` names, wherever a model is evaluated."""
        trained, *_ = keep(case, tmp_path / "before")
        labels = class_data(trained.summary).labels
        if len(labels) != 2:
            return
        case = replace(case, dataset=case.dataset.model_copy(update={"positive": labels[0]}))
        trained, result, model_dir, _ = keep(case, tmp_path)
        assert class_data(trained.summary).positive == labels[0]
        evaluations = {
            split: trained.trainer.evaluate(
                model_dir, trained.prepared, split, folder=tmp_path, device="cpu", threads=1
            )
            for split in ("validation", "test")
        }
        for found in evaluations.values():
            details = class_details(found)
            (hits, missed), (taken, _) = details.confusion
            assert math.isclose(found.metrics["f1"], 2 * hits / max(2 * hits + missed + taken, 1))
            assert details.positive is None or details.positive in {labels[0], "0"}
        check_close(evaluations["validation"].metrics, {"f1": result.metrics["f1"]})

    def test_calibrating_keeps_answers(self, case: ModelCase, tmp_path: Path) -> None:
        """A temperature changes no label."""
        trained, _, model_dir, predictions = keep(case, tmp_path)
        trainer, task = trained.trainer, trained.task
        if not isinstance(trainer, Calibrates) or not isinstance(task, Rescales):
            return
        same, colder = (class_details(task.rescaled(predictions, "validation", by)) for by in (1.0, 0.5))
        assert same.confusion == colder.confusion
        before = [answer["label"] for answer in trainer.open(model_dir, "cpu", 1).predict(case.inputs)]
        trainer.calibrate(model_dir, predictions)
        assert [answer["label"] for answer in trainer.open(model_dir, "cpu", 1).predict(case.inputs)] == before
