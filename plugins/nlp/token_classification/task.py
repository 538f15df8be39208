"""The task of token classification: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation, Fact, Prediction
from catalog.contract.capabilities import InputField, InputFile, InputTable
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.nlp.token_classification import answers
from plugins.nlp.token_classification import evaluation as evaluations
from plugins.nlp.token_classification.dataset import Dataset, DemoDataset
from plugins.nlp.token_classification.facts import facts

__all__ = ["TokenClassification", "task"]


@dataclass(frozen=True, slots=True)
class TokenClassification:
    """A `catalog.contract.Task`; importing it imports neither torch nor scikit-learn."""

    key: str = "nlp/token-classification"
    summary: str = "A tag for each word: names of people and places in texts, parts of speech."
    Dataset: Any = Dataset
    baseline: str | None = "nlp/token-classification/lookup"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())
    metrics_of = staticmethod(evaluations.metrics_of)
    check_metric = staticmethod(evaluations.check_metric)
    chance_level = staticmethod(evaluations.chance_level)
    compare = staticmethod(evaluations.compare)
    headline = staticmethod(answers.headline)
    columns_of_predictions = staticmethod(answers.columns_of_predictions)
    cells = staticmethod(answers.cells)
    prediction_figures = staticmethod(answers.prediction_figures)

    def default_dataset(self) -> DemoDataset:
        """Return generated news."""
        return DemoDataset(source="demo")

    def load(self, dataset: Any, cache: Path) -> Any:
        """Read, check and split a data set; see `data.load`."""
        from plugins.nlp.token_classification import data

        return data.load(dataset, cache)

    def facts(self, data: Mapping[str, Any]) -> Sequence[Fact]:
        """Return tags, entity types and lengths of a data set."""
        return tuple(facts(data))

    def data_figures(self, data: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield the entities of each type."""
        from plugins.nlp.token_classification.figures import entity_counts

        yield entity_counts(data)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:  # noqa: ARG002 -- there are none
        """Yield the figures of an evaluation; see `figures.evaluation_figures`."""
        from plugins.nlp.token_classification.figures import evaluation_figures

        return evaluation_figures(evaluation, data)

    def diagnose(self, evidence: DiagnosisInput) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the most severe first; see `diagnosis.diagnose`."""
        from plugins.nlp.token_classification.diagnosis import diagnose

        return diagnose(evidence)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.token_classification.diagnosis import RULES

        return len(RULES)

    def input_fields(self, data: Mapping[str, Any]) -> Sequence[InputField]:  # noqa: ARG002 -- the same for all data
        """Return one field: the text."""
        return (InputField("text", "prose", example="Ada Lovelace was born in London on 10 December 1815."),)

    def open_file(self, file: InputFile) -> InputTable:
        """Open a file of sentences to predict; see `data.open_input`."""
        from plugins.nlp.token_classification import data

        return data.open_input(file)

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the sentences of a split and their tags; see `examples.write`."""
        from plugins.nlp.token_classification import examples

        examples.write(path, data.splits[split], data.tags)

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return sentences in which two models find other entities; see `examples.changed_answers`."""
        from plugins.nlp.token_classification import examples

        return examples.changed_answers(data.splits[split], data.tags, first, second, limit)

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:  # noqa: ARG002 -- no model explains itself
        """Return nothing."""
        return ()


task = TokenClassification()
