"""What the catalog shows of the BERT family, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.capabilities import ChanceLevel, InputFile, InputTable
from catalog.contract import Card, DataSummary, Direction, Trainer
from catalog.dataset import Dataset, HubDataset
from catalog.diagnosis import Diagnosis, Evidence
from catalog.space import Scalar, SearchSpace
from plugins.nlp.text_classification.bert import search
from plugins.nlp.text_classification.bert.card import SUMMARY, card
from plugins.nlp.text_classification.bert.config import FIXED, PREPARATION, BertConfig
from plugins.nlp.text_classification.evaluation import METRICS, chance_level, check_metric

__all__ = ["BertPlugin", "plugin"]


@dataclass(frozen=True, slots=True)
class BertPlugin:
    """A `catalog.contract.Plugin`; importing it imports neither torch nor transformers."""

    key: str = "nlp/text-classification/bert"
    summary: str = SUMMARY
    Config: type[BertConfig] = BertConfig
    preparation_fields: frozenset[str] = PREPARATION
    fixed_fields: frozenset[str] = FIXED
    baseline: str | None = "nlp/text-classification/linear"

    @property
    def metrics(self) -> Mapping[str, Direction]:
        """What may be tuned for, the default first."""
        return {name: metric.direction for name, metric in METRICS.items()}

    def default_dataset(self) -> Dataset:
        """Return the IMDB reviews on the hub."""
        return HubDataset(source="hub", name="stanfordnlp/imdb")

    def search_space(self, config: BertConfig) -> SearchSpace:
        """Tune learning rate, batch size, epochs and warm-up; see `search.search_space`."""
        return search.search_space(config)

    def recipes(self, config: BertConfig) -> Sequence[Mapping[str, Scalar]]:
        """Return published settings; see `search.recipes`."""
        return search.recipes(config)

    def tunable(self, config: BertConfig, data: DataSummary) -> Mapping[str, Scalar]:
        """Tell every value of `config` that a study may tune; see `search.tunable`."""
        return search.tunable(config, data)

    def resolved(self, config: BertConfig, data: DataSummary) -> Mapping[str, Any]:
        """Return what a training of `config` depends on; see `search.resolved`."""
        return search.resolved(config, data)

    def inspect(self, dataset: Dataset, config: BertConfig, cache: Path) -> DataSummary:
        """Read and check the data and, where the model is a folder, that too; without torch.

        Raises:
            ModelSourceError: The folder cannot be used, or the model sees less than `max_seq_length` tokens.
            DataError: The data cannot be used, or `num_labels`, `batch_size` or `class_weights` contradicts them.
            UnreachableError: A hub does not answer.
        """
        from plugins.nlp.text_classification import data
        from plugins.nlp.text_classification.bert.checkpoint import check_source

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

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that a metric is defined on the validation split; see `metrics.check_metric`."""
        check_metric(metric, data)

    def chance_level(self, metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
        """Return what the best constant answer reaches; see `chance.chance_level`."""
        return chance_level(metric, data, split)

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
