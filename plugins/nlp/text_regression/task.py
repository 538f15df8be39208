"""The task of text regression: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation, Fact, Prediction, Predictor
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.details import details_json
from plugins.nlp.text_regression import answers
from plugins.nlp.text_regression.dataset import Dataset, DemoDataset
from plugins.nlp.texts import task as texts
from plugins.nlp.texts.facts import text_lines
from plugins.nlp.texts.records import ExplainsWords
from plugins.regression import answers as number_answers
from plugins.regression import evaluation as evaluations
from plugins.regression.facts import target_facts

__all__ = ["TextRegression", "task"]


@dataclass(frozen=True, slots=True)
class TextRegression:
    """A `catalog.contract.Task`; importing it imports neither torch nor scikit-learn."""

    key: str = "nlp/text-regression"
    summary: str = "A number for each text, with an interval."
    Dataset: Any = Dataset
    baseline: str | None = "nlp/text-regression/linear"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())
    metrics_of = staticmethod(evaluations.metrics_of)
    check_metric = staticmethod(evaluations.check_metric)
    chance_level = staticmethod(evaluations.chance_level)
    compare = staticmethod(evaluations.compare)
    input_fields = staticmethod(texts.input_fields)
    open_file = staticmethod(texts.open_file)
    write_examples = staticmethod(texts.write_examples)
    headline = staticmethod(number_answers.headline)
    columns_of_predictions = staticmethod(number_answers.columns_of_predictions)
    cells = staticmethod(number_answers.cells)
    prediction_figures = staticmethod(answers.prediction_figures)

    def default_dataset(self) -> DemoDataset:
        """Return generated film reviews with points."""
        return DemoDataset(source="demo")

    def load(self, dataset: Any, cache: Path) -> Any:
        """Read, check and split a data set; see `data.load`."""
        from plugins.nlp.text_regression import data

        return data.load(dataset, cache)

    def facts(self, data: Mapping[str, Any]) -> Sequence[Fact]:
        """Return target, language and length of a data set."""
        return [*target_facts(data), *text_lines(data)]

    def data_figures(self, data: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield how the target is spread."""
        from plugins.regression.figures.target import target_histogram

        yield target_histogram(data)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:  # noqa: ARG002 -- nothing of the data
        """Yield the figures of an evaluation; see `figures.evaluation_figures`."""
        from plugins.nlp.text_regression.figures import evaluation_figures

        return evaluation_figures(evaluation, insights)

    def diagnose(self, evidence: DiagnosisInput) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the most severe first; see `diagnosis.diagnose`."""
        from plugins.nlp.text_regression.diagnosis import diagnose

        return diagnose(evidence)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.text_regression.diagnosis import RULES

        return len(RULES)

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return texts whose predictions by two models are furthest apart."""
        from plugins.nlp.texts.examples import with_texts
        from plugins.regression.changes import furthest_apart

        rows = data.splits[split]
        return with_texts(furthest_apart(rows.labels, first, second, limit), rows)

    def interpret(self, predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
        """Find the words that a model relies on; see `interpreting.interpret`."""
        from plugins.nlp.text_regression.interpreting import interpret

        if not isinstance(predictor, ExplainsWords):
            return None
        return details_json(interpret(predictor.explain_words, data, seconds=seconds))

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the words that raise the number most, and lower it most."""
        return tuple(answers.reasons(explanation))


task = TextRegression()
