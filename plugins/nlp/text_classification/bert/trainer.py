"""The trainer that the plugin hands out: each duty has a file of its own."""

import time
from collections.abc import Sequence
from pathlib import Path

from catalog.capabilities import LabelledFile
from catalog.contract import TrialContext, TrialResult
from catalog.dataset import Dataset
from catalog.results import Comparison, Evaluation, Exported, Flip, Forecast, Interpretation
from plugins.nlp.text_classification import interpreting
from plugins.nlp.text_classification.bert import calibration, evaluation, exporting, forecasting, preparation, training
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.inference import PRECISIONS
from plugins.nlp.text_classification.bert.predictor import BertPredictor
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.trained import load_trained
from plugins.nlp.text_classification.evaluation import compare, examples, rescaled

__all__ = ["BertTrainer"]


class BertTrainer:
    """Fine-tunes encoders of the BERT family for text classification."""

    export_formats = exporting.FORMATS
    precisions = PRECISIONS

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

    def evaluate_file(
        self,
        model_dir: Path,
        file: LabelledFile,
        *,
        folder: Path,
        device: str,
        threads: int,
        precision: str = "auto",
    ) -> Evaluation:
        """Judge a trained model on a labelled file; see `evaluation.evaluate_file`."""
        return evaluation.evaluate_file(
            model_dir, file, folder=folder, device=device, threads=threads, precision=precision
        )

    def calibrate(self, model_dir: Path, predictions: Path) -> float:
        """Make the model's confidence honest; see `calibration.calibrate`."""
        return calibration.calibrate(model_dir, predictions)

    def rescaled(self, predictions: Path, split: str, temperature: float) -> Evaluation:
        """Judge predictions as if at another temperature; see `evaluation.rescaled`."""
        return rescaled(predictions, split, temperature)

    def write_examples(self, prepared: PreparedBert, split: str, path: Path) -> None:
        """Write a split's examples; see `examples.write`."""
        examples.write(path, prepared.data.splits[split])

    def flips(self, prepared: PreparedBert, split: str, first: Path, second: Path, limit: int) -> tuple[Flip, ...]:
        """Find examples that two models label differently; see `examples.flips`."""
        return examples.flips(prepared.data.splits[split], prepared.summary.labels, first, second, limit)

    def interpret(
        self, model_dir: Path, prepared: PreparedBert, *, device: str, threads: int, seconds: float
    ) -> Interpretation:
        """Tell what a trained model goes by; see `interpreting.interpret`."""
        began = time.perf_counter()
        trained = load_trained(model_dir, device, threads)
        explain = BertPredictor(trained).explain
        return interpreting.interpret(explain, trained.labels, prepared.data, seconds=seconds, began=began)

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by their predictions; see `evaluation.compare`."""
        return compare(first, second, metric, seed)

    def export(self, model_dir: Path, folder: Path, *, format: str, quantize: bool, texts: Sequence[str]) -> Exported:  # noqa: A002 -- see catalog.capabilities.Exports
        """Write a trained model for use elsewhere; see `exporting.export`."""
        return exporting.export(model_dir, folder, format=format, quantize=quantize, texts=texts)

    def forecast(
        self, config: BertConfig, prepared: PreparedBert, *, device: str, threads: int, seconds: float
    ) -> Forecast:
        """Tell what a training will cost; see `forecasting.forecast`."""
        return forecasting.forecast(config, prepared, device=device, threads=threads, seconds=seconds)

    def open(self, model_dir: Path, device: str, threads: int, precision: str = "fp32") -> BertPredictor:
        """Open a folder that a training made; see `trained.load_trained`."""
        return BertPredictor(load_trained(model_dir, device, threads, precision))
