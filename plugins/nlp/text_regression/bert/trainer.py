"""The trainer that the model provides; each of its tasks has its own file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from catalog.contract import Exported, Forecast
from plugins.nlp.encoders import export
from plugins.nlp.encoders.forecasting import forecast_texts
from plugins.nlp.encoders.precision import PRECISIONS
from plugins.nlp.text_regression.bert import evaluation, exporting, training
from plugins.nlp.text_regression.bert.config import BertConfig
from plugins.nlp.text_regression.bert.folder import load, read_numbers
from plugins.nlp.text_regression.bert.objective import PreparedBert, objective_of
from plugins.nlp.text_regression.bert.predictor import BertPredictor
from plugins.nlp.texts.advice import on_repeats
from plugins.nlp.texts.checks import check_batch_size

__all__ = ["BertTrainer"]


class BertTrainer:
    """Fine-tunes encoders of the BERT family for text regression."""

    export_formats = export.FORMATS
    precisions = PRECISIONS
    prepare = staticmethod(training.prepare)
    train = staticmethod(training.train)
    evaluate = staticmethod(evaluation.evaluate)
    evaluate_file = staticmethod(evaluation.evaluate_file)

    def forecast(
        self, config: BertConfig, prepared: PreparedBert, *, device: str, threads: int, seconds: float
    ) -> Forecast:
        """Examine the training texts, and train for about `seconds`; nothing is kept. See `forecast_texts`.

        Raises:
            DataError: The batch size does not fit the data.
        """
        check_batch_size(config.batch_size, prepared.summary)
        measured, found = forecast_texts(
            config,
            prepared,
            lambda place: objective_of(prepared, "train", place),
            device=device,
            threads=threads,
            seconds=seconds,
        )
        return replace(measured, advice=(*measured.advice, *on_repeats(prepared.summary, found.repeated)))

    def export(self, model_dir: Path, folder: Path, *, format: str, quantize: bool, inputs: Sequence[str]) -> Exported:  # noqa: A002 -- see catalog.contract.capabilities.Exports
        """Write a trained model for use elsewhere; see `exporting.export_model`."""
        return exporting.export_model(model_dir, folder, format=format, quantize=quantize, texts=inputs)

    def open(self, model_dir: Path, device: str, threads: int, precision: str = "fp32") -> BertPredictor:
        """Open a folder that a training made; see `folder.load`."""
        return BertPredictor(load(model_dir, device, threads, precision), read_numbers(model_dir))
