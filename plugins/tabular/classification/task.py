"""The task of table classification: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation, Fact, Prediction
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.classification import answers as class_answers
from plugins.classification import evaluation as evaluations
from plugins.classification.facts import class_facts
from plugins.classification.records import class_data
from plugins.tabular import answers
from plugins.tabular import task as tables
from plugins.tabular.dataset import ClassDemo, ClassificationDataset
from plugins.tabular.features_figure import feature_facts_line

__all__ = ["TableClassification", "task"]


@dataclass(frozen=True, slots=True)
class TableClassification:
    """A `catalog.contract.Task`; importing it imports neither scikit-learn nor LightGBM."""

    key: str = "tabular/classification"
    summary: str = "One class for each row of a table."
    Dataset: Any = ClassificationDataset
    baseline: str | None = "tabular/classification/linear"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())
    rescaled_metrics: Sequence[str] = evaluations.OF_PROBABILITIES
    metrics_of = staticmethod(evaluations.metrics_of_data)
    check_metric = staticmethod(evaluations.check_metric)
    chance_level = staticmethod(evaluations.chance_level)
    compare = staticmethod(evaluations.compare)
    completed = staticmethod(evaluations.completed)
    rescaled = staticmethod(evaluations.rescaled)
    input_fields = staticmethod(answers.input_fields)
    open_file = staticmethod(tables.open_file)
    interpret = staticmethod(tables.interpret)
    headline = staticmethod(class_answers.headline)
    columns_of_predictions = staticmethod(class_answers.columns_of_predictions)
    cells = staticmethod(class_answers.cells)

    def default_dataset(self) -> ClassDemo:
        """Return generated customers and whether they cancel."""
        return ClassDemo(source="demo")

    def load(self, dataset: Any, cache: Path) -> Any:  # noqa: ARG002 -- files are read fast enough
        """Read, check and split a data set; see `plugins.tabular.data.load`."""
        from plugins.tabular.data import load

        return load(dataset, "label")

    def facts(self, data: Mapping[str, Any]) -> Sequence[Fact]:
        """Return classes and features of a data set."""
        return [*class_facts(data), *feature_facts_line(data)]

    def data_figures(self, data: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield the rows of each class, and the features."""
        from plugins.classification.figures.data import class_rows
        from plugins.tabular.features_figure import features_figure

        yield class_rows(data)
        yield features_figure(data)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield confusion, classes, confidence, and the importance of each feature."""
        from plugins.classification.figures.classes import class_scores, confusion
        from plugins.classification.figures.confidence import confidence, reliability, temperature
        from plugins.tabular.importance import importance_figure

        yield confusion(evaluation, tuple(map(str, data.get("labels") or ())))
        yield class_scores(evaluation)
        yield confidence(evaluation)
        yield reliability(evaluation, insights)
        yield temperature(insights)
        yield from importance_figure(insights)

    def diagnose(self, evidence: DiagnosisInput) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the most severe first."""
        from plugins.tabular.diagnosis import CLASS_RULES, diagnose

        bound = {one.name: one for one in self.metrics_of(evidence.data)}
        return diagnose(evidence, CLASS_RULES, {**evaluations.METRICS, **bound})

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.tabular.diagnosis import CLASS_RULES

        return len(CLASS_RULES)

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the class ids and features of a split."""
        from plugins.tabular.examples import write_examples

        write_examples(path, data.splits[split], "label", class_data(data.summary).labels)

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return rows that two models give different classes."""
        from plugins.classification.changes import labelled_differently
        from plugins.tabular.examples import with_inputs

        rows, names = data.splits[split], class_data(data.summary).labels
        return with_inputs(labelled_differently(rows.truths, names, first, second, limit), rows)

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the features that speak most for and against the class."""
        return tuple(answers.reasons(explanation))

    def prediction_figures(self, prediction: Prediction) -> Iterable[Figure]:
        """Yield the probabilities, and of an explanation what each feature adds."""
        yield class_answers.probabilities(prediction)
        towards = Statement("To the right: speaks for {label}.", {"label": prediction["label"]})
        yield from answers.contributions(prediction, towards)


task = TableClassification()
