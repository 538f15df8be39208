"""The task of text classification: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from catalog.contract import Evaluation, Fact, Prediction, Predictor
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.classification import evaluation as evaluations
from plugins.classification.facts import class_facts
from plugins.details import details_json
from plugins.nlp.text_classification import answers
from plugins.nlp.text_classification.dataset import Dataset, HubDataset
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts import task as texts
from plugins.nlp.texts.facts import text_lines
from plugins.nlp.texts.records import ExplainsWords

__all__ = ["TextClassification", "task"]


@runtime_checkable
class _ExplainsClasses(ExplainsWords[TextPrediction], Protocol):
    """A predictor of classes that explains its answers by words."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of their ids."""


@dataclass(frozen=True, slots=True)
class TextClassification:
    """A `catalog.contract.Task`; importing it imports neither torch nor scikit-learn."""

    key: str = "nlp/text-classification"
    summary: str = "One class for each text."
    Dataset: Any = Dataset
    baseline: str | None = "nlp/text-classification/linear"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())
    rescaled_metrics: Sequence[str] = evaluations.OF_PROBABILITIES
    metrics_of = staticmethod(evaluations.metrics_of_data)
    check_metric = staticmethod(evaluations.check_metric)
    chance_level = staticmethod(evaluations.chance_level)
    compare = staticmethod(evaluations.compare)
    completed = staticmethod(evaluations.completed)
    rescaled = staticmethod(evaluations.rescaled)
    input_fields = staticmethod(texts.input_fields)
    open_file = staticmethod(texts.open_file)
    write_examples = staticmethod(texts.write_examples)
    headline = staticmethod(answers.headline)
    columns_of_predictions = staticmethod(answers.columns_of_predictions)
    cells = staticmethod(answers.cells)
    prediction_figures = staticmethod(answers.prediction_figures)

    def default_dataset(self) -> HubDataset:
        """Return the IMDB reviews on the hub."""
        return HubDataset(source="hub", name="stanfordnlp/imdb")

    def load(self, dataset: Any, cache: Path) -> Any:
        """Read, check and split a data set; see `data.load`."""
        from plugins.nlp.text_classification import data

        return data.load(dataset, cache)

    def facts(self, data: Mapping[str, Any]) -> Sequence[Fact]:
        """Return classes and language of a data set."""
        return [*class_facts(data), *text_lines(data)]

    def data_figures(self, data: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield the rows of each class."""
        from plugins.classification.figures.data import class_rows

        yield class_rows(data)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield the figures of an evaluation; see `figures.evaluation_figures`."""
        from plugins.nlp.text_classification.figures import evaluation_figures

        return evaluation_figures(evaluation, data, insights)

    def diagnose(self, evidence: DiagnosisInput) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the most severe first; see `diagnosis.diagnose`."""
        from plugins.nlp.text_classification.diagnosis import diagnose

        return diagnose(evidence)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.text_classification.diagnosis import RULES

        return len(RULES)

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return examples that two models label differently."""
        from plugins.classification.changes import labelled_differently
        from plugins.nlp.texts.examples import with_texts

        rows = data.splits[split]
        return with_texts(labelled_differently(rows.labels, data.classes.labels, first, second, limit), rows)

    def interpret(self, predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
        """Find the words that a model relies on; see `interpreting.interpret`."""
        from plugins.nlp.text_classification.interpreting import interpret

        if not isinstance(predictor, _ExplainsClasses):
            return None
        return details_json(interpret(predictor.explain_words, predictor.labels, data, seconds=seconds))

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the strongest words of each kind of explanation."""
        return tuple(answers.reasons(explanation))


task = TextClassification()
