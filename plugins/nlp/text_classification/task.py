"""The task of text classification: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from catalog.contract import Comparison, DataSummary, Evaluation, Fact, Prediction, Predictor
from catalog.contract.capabilities import InputField, InputFile, InputTable
from catalog.contract.diagnosis import Diagnosis, Evidence
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.classification import evaluation as evaluations
from plugins.classification.facts import class_facts
from plugins.classification.records import class_data
from plugins.details import details_json
from plugins.nlp.text_classification import answers
from plugins.nlp.text_classification.dataset import Dataset, HubDataset
from plugins.nlp.text_classification.records import Explanation
from plugins.nlp.texts.facts import text_lines

__all__ = ["TextClassification", "task"]


class _ExplainsWords(Protocol):
    """A predictor that explains its answers by words."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of their ids."""

    def explain_words(self, texts: Sequence[str]) -> Iterable[Explanation]:
        """Yield one explanation for each text, in order."""


@dataclass(frozen=True, slots=True)
class TextClassification:
    """A `catalog.contract.Task`; importing it imports neither torch nor scikit-learn."""

    key: str = "nlp/text-classification"
    summary: str = "One class for each text."
    Dataset: Any = Dataset
    baseline: str | None = "nlp/text-classification/linear"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())

    def default_dataset(self) -> HubDataset:
        """Return the IMDB reviews on the hub."""
        return HubDataset(source="hub", name="stanfordnlp/imdb")

    def load(self, dataset: Any, cache: Path) -> Any:
        """Read, check and split a data set; see `data.load`."""
        from plugins.nlp.text_classification import data

        return data.load(dataset, cache)

    def metrics_of(self, data: DataSummary) -> Sequence[Metric]:
        """Return the metrics of these data, named after the class or classes that they are of."""
        known = class_data(data)
        return evaluations.metrics_of(known.labels, known.positive)

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that a metric is defined on the validation split; see `metrics.check_metric`."""
        evaluations.check_metric(metric, data)

    def chance_level(self, metric: str, data: DataSummary, split: str) -> Any:
        """Return what the best constant answer reaches; see `chance.chance_level`."""
        return evaluations.chance_level(metric, data, split)

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by a paired bootstrap; see `evaluation.compare`."""
        return evaluations.compare(first, second, metric, seed)

    @property
    def rescaled_metrics(self) -> Sequence[str]:
        """Metrics of probabilities."""
        return ("ece", "log_loss", "brier_score")

    def completed(self, evaluation: Evaluation, data: Mapping[str, Any]) -> Evaluation:
        """Return an evaluation with the names of the classes; see `evaluation.completed`."""
        return evaluations.completed(evaluation, data)

    def rescaled(self, predictions: Path, split: str, temperature: float) -> Evaluation:
        """Evaluate stored predictions at another temperature; see `evaluation.rescaled`."""
        return evaluations.rescaled(predictions, split, temperature)

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

    def diagnose(self, evidence: Evidence) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the gravest first; see `diagnosis.diagnose`."""
        from plugins.nlp.text_classification.diagnosis import diagnose

        return diagnose(evidence)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.text_classification.diagnosis import RULES

        return len(RULES)

    def input_fields(self, data: Mapping[str, Any]) -> Sequence[InputField]:  # noqa: ARG002 -- the same for all data
        """Return one field: the text."""
        return (InputField("text", "prose", example="The plot was thin, but the acting carried it."),)

    def open_file(self, file: InputFile) -> InputTable:
        """Look through a file of texts to predict; see `texts.input.open_input`."""
        from plugins.nlp.texts.input import open_input

        return open_input(file)

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the texts and labels of a split; see `texts.examples.write`."""
        from plugins.nlp.texts import examples

        examples.write(path, data.splits[split])

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return examples that two models label differently; see `examples.changed_answers`."""
        from plugins.nlp.text_classification import examples

        found = examples.changed_answers(data.splits[split], data.classes.labels, first, second, limit)
        return [details_json(one) for one in found]

    def interpret(self, predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
        """Find the words that a model goes by; see `interpreting.interpret`."""
        from plugins.nlp.text_classification.interpreting import interpret

        if not hasattr(predictor, "explain_words"):
            return None
        explains = cast("_ExplainsWords", predictor)
        return details_json(interpret(explains.explain_words, explains.labels, data, seconds=seconds))

    def headline(self, prediction: Prediction) -> Statement:
        """Return label and confidence."""
        return answers.headline(prediction)

    def columns_of_predictions(self, data: Mapping[str, Any]) -> Sequence[str]:
        """Return label, confidence and one column for each class."""
        return answers.columns_of_predictions(data)

    def cells(self, prediction: Prediction) -> Mapping[str, str | float | None]:
        """Return label, confidence and the probability of each class."""
        return answers.cells(prediction)

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the strongest words of each kind of explanation."""
        return tuple(answers.reasons(explanation))

    def prediction_figures(self, prediction: Prediction) -> Iterable[Figure]:
        """Yield the probabilities, and of an explanation the text with its words marked."""
        return answers.prediction_figures(prediction)


task = TextClassification()
