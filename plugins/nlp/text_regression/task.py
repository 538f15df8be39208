"""The task of text regression: its data, how results are measured, and how they are shown."""

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
from plugins.details import details_json
from plugins.nlp.text_regression import answers
from plugins.nlp.text_regression.dataset import Dataset, DemoDataset
from plugins.nlp.text_regression.records import Explanation
from plugins.nlp.texts.facts import text_lines
from plugins.regression import answers as number_answers
from plugins.regression import evaluation as evaluations
from plugins.regression.facts import target_facts

__all__ = ["TextRegression", "task"]


class _ExplainsWords(Protocol):
    """A predictor that explains its answers by words."""

    def explain_words(self, texts: Sequence[str]) -> Iterable[Explanation]:
        """Yield one explanation for each text, in order."""


@dataclass(frozen=True, slots=True)
class TextRegression:
    """A `catalog.contract.Task`; importing it imports neither torch nor scikit-learn."""

    key: str = "nlp/text-regression"
    summary: str = "A number for each text, with an interval."
    Dataset: Any = Dataset
    baseline: str | None = "nlp/text-regression/linear"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())

    def default_dataset(self) -> DemoDataset:
        """Return generated film reviews with points."""
        return DemoDataset(source="demo")

    def load(self, dataset: Any, cache: Path) -> Any:
        """Read, check and split a data set; see `data.load`."""
        from plugins.nlp.text_regression import data

        return data.load(dataset, cache)

    def metrics_of(self, data: DataSummary) -> Sequence[Metric]:
        """Return the metrics that say something on these data."""
        return evaluations.metrics_of(data)

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that a metric is defined on the validation split."""
        evaluations.check_metric(metric, data)

    def chance_level(self, metric: str, data: DataSummary, split: str) -> Any:
        """Return what the best constant answer reaches."""
        return evaluations.chance_level(metric, data, split)

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by a paired bootstrap."""
        return evaluations.compare(first, second, metric, seed)

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

    def diagnose(self, evidence: Evidence) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the gravest first; see `diagnosis.diagnose`."""
        from plugins.nlp.text_regression.diagnosis import diagnose

        return diagnose(evidence)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.text_regression.diagnosis import RULES

        return len(RULES)

    def input_fields(self, data: Mapping[str, Any]) -> Sequence[InputField]:  # noqa: ARG002 -- the same for all data
        """Return one field: the text."""
        return (InputField("text", "prose", example="The plot was thin, but the acting carried it."),)

    def open_file(self, file: InputFile) -> InputTable:
        """Look through a file of texts to predict; see `texts.input.open_input`."""
        from plugins.nlp.texts.input import open_input

        return open_input(file)

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the texts and numbers of a split; see `texts.examples.write`."""
        from plugins.nlp.texts import examples

        examples.write(path, data.splits[split])

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return texts whose predictions by two models are furthest apart."""
        from plugins.nlp.texts.examples import shown
        from plugins.regression.changes import furthest_apart

        texts, found = data.splits[split].texts, furthest_apart(data.splits[split].labels, first, second, limit)
        return [{"row": one["row"], "text": shown(texts[one["row"]]), **one} for one in found]

    def interpret(self, predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
        """Find the words that a model goes by; see `interpreting.interpret`."""
        from plugins.nlp.text_regression.interpreting import interpret

        if not hasattr(predictor, "explain_words"):
            return None
        explains = cast("_ExplainsWords", predictor)
        return details_json(interpret(explains.explain_words, data, seconds=seconds))

    def headline(self, prediction: Prediction) -> Statement:
        """Return the number, with its interval if it has one."""
        return number_answers.headline(prediction)

    def columns_of_predictions(self, data: Mapping[str, Any]) -> Sequence[str]:  # noqa: ARG002 -- the same for all data
        """Return the number and the ends of its interval."""
        return number_answers.COLUMNS

    def cells(self, prediction: Prediction) -> Mapping[str, str | float | None]:
        """Return the number and the ends of its interval."""
        return number_answers.cells(prediction)

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the words that raise the number most, and lower it most."""
        return tuple(answers.reasons(explanation))

    def prediction_figures(self, prediction: Prediction) -> Iterable[Figure]:
        """Yield the number with its interval, and of an explanation the text with its words marked."""
        return answers.prediction_figures(prediction)


task = TextRegression()
