"""The trainer that the plugin hands out: each duty has a file of its own."""

import time
from collections.abc import Sequence
from pathlib import Path

from catalog.results import Exported, Flip, Interpretation
from plugins.nlp.encoders import export
from plugins.nlp.encoders.precision import PRECISIONS
from plugins.nlp.text_classification import interpreting
from plugins.nlp.text_classification.bert import calibration, evaluation, exporting, forecasting, preparation, training
from plugins.nlp.text_classification.bert.predictor import BertPredictor, load
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.evaluation import compare, examples, rescaled

__all__ = ["BertTrainer"]


class BertTrainer:
    """Fine-tunes encoders of the BERT family for text classification."""

    export_formats = export.FORMATS
    precisions = PRECISIONS
    prepare = staticmethod(preparation.prepare)
    train = staticmethod(training.train)
    evaluate = staticmethod(evaluation.evaluate)
    evaluate_file = staticmethod(evaluation.evaluate_file)
    calibrate = staticmethod(calibration.calibrate)
    rescaled = staticmethod(rescaled)
    compare = staticmethod(compare)
    forecast = staticmethod(forecasting.forecast)

    def write_examples(self, prepared: PreparedBert, split: str, path: Path) -> None:
        """Write a split's examples; see `examples.write`."""
        examples.write(path, prepared.data.splits[split])

    def flips(self, prepared: PreparedBert, split: str, first: Path, second: Path, limit: int) -> tuple[Flip, ...]:
        """Find examples that two models label differently; see `examples.flips`."""
        return examples.flips(prepared.data.splits[split], prepared.summary.labels, first, second, limit)

    def interpret(
        self, model_dir: Path, prepared: PreparedBert, *, device: str, threads: int, seconds: float
    ) -> Interpretation:
        """Find out what a trained model goes by; see `interpreting.interpret`."""
        began = time.perf_counter()
        trained = load(model_dir, device, threads)
        explain = BertPredictor(trained).explain
        return interpreting.interpret(explain, trained.labels, prepared.data, seconds=seconds, began=began)

    def export(self, model_dir: Path, folder: Path, *, format: str, quantize: bool, texts: Sequence[str]) -> Exported:  # noqa: A002 -- see catalog.capabilities.Exports
        """Write a trained model for use elsewhere; see `plugins.nlp.encoders.export`."""
        return export.export(exporting.TASK, model_dir, folder, format=format, quantize=quantize, texts=texts)

    def open(self, model_dir: Path, device: str, threads: int, precision: str = "fp32") -> BertPredictor:
        """Open a folder that a training made; see `predictor.load`."""
        return BertPredictor(load(model_dir, device, threads, precision))
