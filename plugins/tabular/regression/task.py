"""The task of table regression: its data, how results are measured, and how they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation, Fact, Prediction
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.figures import Figure
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.regression import answers as number_answers
from plugins.regression import evaluation as evaluations
from plugins.regression.facts import target_facts
from plugins.tabular import answers
from plugins.tabular import task as tables
from plugins.tabular.dataset import NumberDemo, RegressionDataset
from plugins.tabular.features_figure import feature_facts_line

__all__ = ["TableRegression", "task"]


@dataclass(frozen=True, slots=True)
class TableRegression:
    """A `catalog.contract.Task`; importing it imports neither scikit-learn nor LightGBM."""

    key: str = "tabular/regression"
    summary: str = "A number for each row of a table."
    Dataset: Any = RegressionDataset
    baseline: str | None = "tabular/regression/linear"
    metrics: tuple[Metric, ...] = tuple(evaluations.METRICS.values())
    metrics_of = staticmethod(evaluations.metrics_of)
    check_metric = staticmethod(evaluations.check_metric)
    chance_level = staticmethod(evaluations.chance_level)
    compare = staticmethod(evaluations.compare)
    input_fields = staticmethod(answers.input_fields)
    open_file = staticmethod(tables.open_file)
    interpret = staticmethod(tables.interpret)
    headline = staticmethod(number_answers.headline)
    columns_of_predictions = staticmethod(number_answers.columns_of_predictions)
    cells = staticmethod(number_answers.cells)

    def default_dataset(self) -> NumberDemo:
        """Return generated flats and their rents."""
        return NumberDemo(source="demo")

    def load(self, dataset: Any, cache: Path) -> Any:  # noqa: ARG002 -- files are read fast enough
        """Read, check and split a data set; see `plugins.tabular.data.load`."""
        from plugins.tabular.data import load

        return load(dataset, "target")

    def facts(self, data: Mapping[str, Any]) -> Sequence[Fact]:
        """Return target and features of a data set."""
        return [*target_facts(data), *feature_facts_line(data)]

    def data_figures(self, data: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield how the target is spread, and the features."""
        from plugins.regression.figures.target import target_histogram
        from plugins.tabular.features_figure import features_figure

        yield target_histogram(data)
        yield features_figure(data)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:  # noqa: ARG002 -- nothing of the data
        """Yield predictions against truths, residuals, errors by truth, and the importance of each feature."""
        from plugins.regression.figures import regression_figures
        from plugins.tabular.importance import importance_figure

        yield from regression_figures(evaluation)
        yield from importance_figure(insights)

    def diagnose(self, evidence: DiagnosisInput) -> Sequence[Diagnosis]:
        """Return what the records of a study show to be wrong, the most severe first."""
        from plugins.tabular.diagnosis import NUMBER_RULES, diagnose

        return diagnose(evidence, NUMBER_RULES, evaluations.METRICS)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.tabular.diagnosis import NUMBER_RULES

        return len(NUMBER_RULES)

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the targets and features of a split."""
        from plugins.tabular.examples import write_examples

        write_examples(path, data.splits[split], "target")

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return rows whose predictions by two models are furthest apart."""
        from plugins.regression.changes import furthest_apart
        from plugins.tabular.examples import with_inputs

        rows = data.splits[split]
        return with_inputs(furthest_apart(rows.truths, first, second, limit), rows)

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return the features that raise the number most, and lower it most."""
        return tuple(answers.reasons(explanation))

    def prediction_figures(self, prediction: Prediction) -> Iterable[Figure]:
        """Yield the number with its interval, and of an explanation what each feature adds."""
        yield number_answers.value_figure(prediction)
        yield from answers.contributions(prediction, Statement("To the right: makes the number larger."))


task = TableRegression()
