"""What the catalog shows of the BERT family, and the way to its trainer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.capabilities import InputFile, InputTable
from catalog.contract import Card, DataSummary, Direction, Trainer
from catalog.dataset import Dataset, HubDataset
from catalog.diagnosis import Diagnosis, Evidence
from catalog.figures import Figure
from catalog.results import Evaluation
from catalog.space import Scalar
from plugins.nlp.encoders import search
from plugins.nlp.text_classification.bert.card import SUMMARY, card
from plugins.nlp.text_classification.bert.config import FIXED, KEY, PREPARATION, BertConfig
from plugins.nlp.text_classification.evaluation import METRICS, chance_level, check_metric

__all__ = ["BertPlugin", "plugin"]


@dataclass(frozen=True, slots=True)
class BertPlugin:
    """A `catalog.contract.Plugin`; importing it imports neither torch nor transformers."""

    key: str = KEY
    summary: str = SUMMARY
    Config: type[BertConfig] = BertConfig
    preparation_fields: frozenset[str] = PREPARATION
    fixed_fields: frozenset[str] = FIXED
    baseline: str | None = "nlp/text-classification/linear"
    search_space = staticmethod(search.search_space)
    recipes = staticmethod(search.recipes)
    chance_level = staticmethod(chance_level)
    check_metric = staticmethod(check_metric)

    @property
    def metrics(self) -> Mapping[str, Direction]:
        """What may be tuned for, the default first."""
        return {name: metric.direction for name, metric in METRICS.items()}

    def default_dataset(self) -> Dataset:
        """Return the IMDB reviews on the hub."""
        return HubDataset(source="hub", name="stanfordnlp/imdb")

    def tunable(self, config: BertConfig, data: DataSummary) -> Mapping[str, Scalar]:
        """Return every value of `config` that a study may tune; see `search.tunable`."""
        return search.tunable(config, FIXED, data.rows["train"])

    def resolved(self, config: BertConfig, data: DataSummary) -> Mapping[str, Any]:
        """Return what a training of `config` depends on; see `search.resolved`."""
        return search.resolved(config, data.rows["train"])

    def inspect(self, dataset: Dataset, config: BertConfig, cache: Path) -> DataSummary:
        """Read and check the data and, where the model is a folder, that too; without torch.

        Raises:
            ModelSourceError: The folder cannot be used, or the model sees less than `max_seq_length` tokens.
            DataError: The data cannot be used, or `num_labels`, `batch_size` or `class_weights` contradicts them.
            UnreachableError: A hub does not answer.
        """
        from plugins.nlp.encoders.sources.pretrained import check_source
        from plugins.nlp.text_classification import data

        summary = data.load(dataset, cache).summary
        data.check_config(
            summary, num_labels=config.num_labels, batch_size=config.batch_size, class_weights=config.class_weights
        )
        check_source(config.model_name, config.max_seq_length)
        return summary

    def open_file(self, file: InputFile) -> InputTable:
        """Look through a file of texts to predict; see `data.open_input`."""
        from plugins.nlp.text_classification import data

        return data.open_input(file)

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:
        """Yield the figures of a text classification; see `figures.evaluation_figures`."""
        from plugins.nlp.text_classification.figures import evaluation_figures

        return evaluation_figures(evaluation, data, insights)

    def diagnose(self, evidence: Evidence) -> Sequence[Diagnosis]:
        """Say what the records of a study show to be wrong, the gravest first; see `diagnosis.diagnose`."""
        from plugins.nlp.text_classification.diagnosis import diagnose

        return diagnose(evidence, BertConfig)

    @property
    def rule_count(self) -> int:
        """How many rules `diagnose` applies."""
        from plugins.nlp.text_classification.diagnosis import RULES

        return len(RULES)

    def card(self) -> Card:
        """Tell what the models are, and which there are."""
        return card()

    def trainer(self) -> Trainer:
        """Import torch and transformers, and return the trainer."""
        from plugins.nlp.text_classification.bert.trainer import BertTrainer

        return BertTrainer()


plugin = BertPlugin()
