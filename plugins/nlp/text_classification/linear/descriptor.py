"""What the catalog shows of the linear model, and the way to its trainer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.capabilities import ChanceLevel, InputFile, InputTable
from catalog.contract import Card, DataSummary, Direction, Trainer
from catalog.dataset import Dataset, HubDataset
from catalog.diagnosis import Diagnosis, Evidence
from catalog.figures import Figure
from catalog.results import Evaluation
from catalog.space import Choices, FloatRange, Scalar, SearchSpace
from plugins.nlp.text_classification.evaluation import METRICS, chance_level, check_metric
from plugins.nlp.text_classification.linear.config import LinearConfig

__all__ = ["LinearPlugin", "plugin"]

_DESCRIPTION = (
    "Every word and every pair of neighbouring words is a feature, weighted by how often it occurs in a text and how "
    "rare it is elsewhere (TF-IDF); logistic regression learns what each says about the classes. Emoji count as words, "
    "and where a script has no spaces, sequences of characters take the place of words. It trains in seconds "
    "on a CPU, needs no download, and is hard to beat on long texts whose words give the class away. It does not see "
    "word order beyond neighbours: negation at a distance and sentences in which the last clause wins escape it. Start "
    "here, and expect a larger model to earn its cost by beating it. The fit is convex: all seeds give the same model."
)


@dataclass(frozen=True, slots=True)
class LinearPlugin:
    """A `catalog.contract.Plugin`; importing it imports neither scikit-learn nor SciPy."""

    key: str = "nlp/text-classification/linear"
    summary: str = "TF-IDF and logistic regression: the baseline to beat, trained in seconds."
    Config: type[LinearConfig] = LinearConfig
    preparation_fields: frozenset[str] = frozenset({"num_labels"})
    fixed_fields: frozenset[str] = frozenset({"num_labels", "seed"})
    baseline: str | None = None

    @property
    def metrics(self) -> Mapping[str, Direction]:
        """What may be tuned for, the default first."""
        return {name: metric.direction for name, metric in METRICS.items()}

    def default_dataset(self) -> Dataset:
        """Return the IMDB reviews on the hub."""
        return HubDataset(source="hub", name="stanfordnlp/imdb")

    def search_space(self, config: LinearConfig) -> SearchSpace:  # noqa: ARG002 -- the same for every configuration
        """Tune the penalty, and whether pairs of words count."""
        return {"C": FloatRange(0.1, 100.0, log=True), "ngram_max": Choices((1, 2))}

    def recipes(self, config: LinearConfig) -> Sequence[Mapping[str, Scalar]]:  # noqa: ARG002 -- there are none
        """Return nothing: the default is the recipe."""
        return ()

    def tunable(self, config: LinearConfig, data: DataSummary) -> Mapping[str, Scalar]:  # noqa: ARG002 -- no share of data
        """Tell every value of `config` that a study may tune; fields without a value are left out."""
        values: dict[str, Scalar] = {"C": config.C, "ngram_max": config.ngram_max, "min_df": config.min_df}
        if isinstance(config.class_weights, str):
            values["class_weights"] = config.class_weights
        return values

    def inspect(self, dataset: Dataset, config: LinearConfig, cache: Path) -> DataSummary:
        """Read and check the data alone.

        Raises:
            DataError: The data cannot be used, or `config` contradicts it.
            UnreachableError: A hub does not answer.
        """
        from plugins.nlp.text_classification import data
        from plugins.nlp.text_classification.linear.tokens import with_note

        summary = with_note(data.load(dataset, cache)).summary
        data.check_config(
            summary,
            num_labels=config.num_labels,
            class_weights=config.class_weights,
            min_df=config.min_df if "min_df" in config.model_fields_set else None,
        )
        return summary

    def open_file(self, file: InputFile) -> InputTable:
        """Look through a file of texts to predict; see `data.open_input`."""
        from plugins.nlp.text_classification import data

        return data.open_input(file)

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that a metric is defined on the validation split; see `metrics.check_metric`."""
        check_metric(metric, data)

    def chance_level(self, metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
        """Return what the best constant answer reaches; see `chance.chance_level`."""
        return chance_level(metric, data, split)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield the figures of a text classification; see `figures.evaluation_figures`."""
        from plugins.nlp.text_classification.figures import evaluation_figures

        return evaluation_figures(evaluation, data, insights)

    def diagnose(self, evidence: Evidence) -> Sequence[Diagnosis]:
        """Say what the records of a study show to be wrong, the gravest first; see `diagnosis.diagnose`."""
        from plugins.nlp.text_classification.diagnosis import diagnose

        return diagnose(evidence, LinearConfig)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.text_classification.diagnosis import RULES

        return len(RULES)

    def card(self) -> Card:
        """Tell what the model is; it has no variants."""
        category, subcategory, model = self.key.split("/")
        address = {"model": model, "category": category, "subcategory": subcategory}
        return Card(
            summary=self.summary,
            description=_DESCRIPTION,
            examples={
                "demo": {**address, "model_config": {}, "dataset": {"source": "demo", "size": 4000}},
                "study": {
                    **address,
                    "model_config": {"C": 10.0, "ngram_max": 2},
                    "dataset": {"source": "demo", "size": 4000},
                    "study": {"trials": 8, "metric": "accuracy"},
                },
            },
        )

    def trainer(self) -> Trainer:
        """Import scikit-learn and return the trainer."""
        from plugins.nlp.text_classification.linear.trainer import LinearTrainer

        return LinearTrainer()


plugin = LinearPlugin()
