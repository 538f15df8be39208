"""The task of table classification: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import Comparison, DataSummary, Evaluation, Fact, Prediction, Predictor
from catalog.contract.capabilities import InputField, InputFile, InputTable
from catalog.contract.diagnosis import Diagnosis, Evidence
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.classification import answers as class_answers
from plugins.classification import evaluation as evaluations
from plugins.classification.facts import class_facts
from plugins.classification.records import class_data
from plugins.tabular import answers
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

    def default_dataset(self) -> ClassDemo:
        """Return generated customers and whether they cancel."""
        return ClassDemo(source="demo")

    def load(self, dataset: Any, cache: Path) -> Any:  # noqa: ARG002 -- files are read fast enough
        """Read, check and split a data set; see `plugins.tabular.data.load`."""
        from plugins.tabular.data import load

        return load(dataset, "label")

    def metrics_of(self, data: DataSummary) -> Sequence[Metric]:
        """Return the metrics of these data, named after the class or classes that they are of."""
        known = class_data(data)
        return evaluations.metrics_of(known.labels, known.positive)

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that a metric is defined on the validation split."""
        evaluations.check_metric(metric, data)

    def chance_level(self, metric: str, data: DataSummary, split: str) -> Any:
        """Return what the best constant answer reaches."""
        return evaluations.chance_level(metric, data, split)

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by a paired bootstrap."""
        return evaluations.compare(first, second, metric, seed)

    @property
    def rescaled_metrics(self) -> Sequence[str]:
        """Metrics of probabilities."""
        return ("ece", "log_loss", "brier_score")

    def rescaled(self, predictions: Path, split: str, temperature: float) -> Evaluation:
        """Evaluate stored predictions at another temperature."""
        return evaluations.rescaled(predictions, split, temperature)

    def completed(self, evaluation: Evaluation, data: Mapping[str, Any]) -> Evaluation:
        """Return an evaluation with the names of the classes."""
        return evaluations.completed(evaluation, data)

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

    def diagnose(self, evidence: Evidence) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the gravest first."""
        from plugins.tabular.diagnosis import CLASS_RULES, diagnose

        bound = {one.name: one for one in self.metrics_of(evidence.data)}
        return diagnose(evidence, CLASS_RULES, {**evaluations.METRICS, **bound})

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.tabular.diagnosis import CLASS_RULES

        return len(CLASS_RULES)

    def input_fields(self, data: Mapping[str, Any]) -> Sequence[InputField]:
        """Return one field for each feature."""
        return answers.input_fields(data)

    def open_file(self, file: InputFile) -> InputTable:
        """Look through a file of rows to predict."""
        from plugins.tabular.data import open_input

        return open_input(file)

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the class ids and features of a split."""
        from plugins.tabular.examples import write_examples

        write_examples(path, data.splits[split], "label", class_data(data.summary).labels)

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return rows that two models give different classes."""
        from plugins.tabular.examples import changed_classes

        return changed_classes(data.splits[split], class_data(data.summary).labels, first, second, limit)

    def interpret(self, predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
        """Find the importance of each feature; None for a model that does not work on frames."""
        from plugins.tabular.importance import interpret
        from plugins.tabular.predictor import TablePredictor

        return interpret(predictor, data, seconds=seconds) if isinstance(predictor, TablePredictor) else None

    def headline(self, prediction: Prediction) -> Statement:
        """Return label and confidence."""
        return class_answers.headline(prediction)

    def columns_of_predictions(self, data: Mapping[str, Any]) -> Sequence[str]:
        """Return label, confidence and one column for each class."""
        return class_answers.columns_of_predictions(data)

    def cells(self, prediction: Prediction) -> Mapping[str, str | float | None]:
        """Return label, confidence and the probability of each class."""
        return class_answers.cells(prediction)

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the features that say most for and against the class."""
        return tuple(answers.reasons(explanation))

    def prediction_figures(self, prediction: Prediction) -> Iterable[Figure]:
        """Yield the probabilities, and of an explanation what each feature adds."""
        yield class_answers.probabilities(prediction)
        towards = Statement("To the right: speaks for {label}.", {"label": prediction["label"]})
        yield from answers.contributions(prediction, towards)


task = TableClassification()
