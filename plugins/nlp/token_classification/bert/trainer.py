"""The trainer that the plugin provides; each of its tasks has its own file."""

from collections.abc import Sequence
from pathlib import Path

from catalog.contract import Exported
from plugins.nlp.encoders import export
from plugins.nlp.encoders.precision import PRECISIONS
from plugins.nlp.token_classification.bert import evaluation, exporting, forecasting, preparation, training
from plugins.nlp.token_classification.bert.tagger import Tagger, load

__all__ = ["BertTrainer"]


class BertTrainer:
    """Fine-tunes encoders of the BERT family for token classification."""

    export_formats = export.FORMATS
    precisions = PRECISIONS
    prepare = staticmethod(preparation.prepare)
    train = staticmethod(training.train)
    evaluate = staticmethod(evaluation.evaluate)
    evaluate_file = staticmethod(evaluation.evaluate_file)
    forecast = staticmethod(forecasting.forecast)

    def export(self, model_dir: Path, folder: Path, *, format: str, quantize: bool, inputs: Sequence[str]) -> Exported:  # noqa: A002 -- see catalog.contract.capabilities.Exports
        """Write a trained model for use elsewhere; see `plugins.nlp.encoders.export`."""
        return export.export(exporting.TASK, model_dir, folder, format=format, quantize=quantize, texts=inputs)

    def open(self, model_dir: Path, device: str, threads: int, precision: str = "fp32") -> Tagger:
        """Open a folder that a training made; see `tagger.load`."""
        return load(model_dir, device, threads, precision)
