"""The trainer that the plugin hands out: each duty has a file of its own."""

from collections.abc import Sequence
from pathlib import Path

from catalog.contract import TrialContext, TrialResult
from catalog.dataset import Dataset
from catalog.results import Comparison, Evaluation
from plugins.nlp.text_classification import comparison
from plugins.nlp.text_classification.bert import evaluation, preparation, training
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.predictor import BertPredictor
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.trained import load_trained

__all__ = ["BertTrainer"]


class BertTrainer:
    """Fine-tunes encoders of the BERT family for text classification."""

    def prepare(self, dataset: Dataset, config: BertConfig, cache: Path) -> PreparedBert:
        """Read data and model; see `preparation.prepare`."""
        return preparation.prepare(dataset, config, cache)

    def train(self, config: BertConfig, prepared: PreparedBert, context: TrialContext) -> TrialResult:
        """Fine-tune once; see `training.train`."""
        return training.train(config, prepared, context)

    def evaluate(
        self, model_dir: Path, prepared: PreparedBert, split: str, *, folder: Path, device: str, threads: int
    ) -> Evaluation:
        """Judge a trained model on one split; see `evaluation.evaluate`."""
        return evaluation.evaluate(model_dir, prepared, split, folder=folder, device=device, threads=threads)

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by their predictions; see `comparison.compare`."""
        return comparison.compare(first, second, metric, seed)

    def open(self, model_dir: Path, device: str, threads: int) -> BertPredictor:
        """Open a folder that a training made; see `trained.load_trained`."""
        return BertPredictor(load_trained(model_dir, device, threads))
