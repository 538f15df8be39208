"""One training, from a configuration to a model folder."""

from dataclasses import replace
from pathlib import Path

from catalog.contract import Evaluation, TrialContext, TrialResult
from plugins.nlp.encoders.evaluation import evaluation_details
from plugins.nlp.encoders.model_folder import TokenizerSettings
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.preparation import prepare_texts
from plugins.nlp.encoders.progress import Kept
from plugins.nlp.encoders.training import fine_tune, on_device
from plugins.nlp.text_regression.bert.config import BertConfig
from plugins.nlp.text_regression.bert.folder import Numbers, save_model
from plugins.nlp.text_regression.bert.objective import HEAD, PreparedBert, objective_of
from plugins.nlp.text_regression.evaluation import save_and_evaluate
from plugins.nlp.text_regression.records import TextData
from plugins.nlp.texts.checks import check_batch_size
from plugins.regression.conformal import fit_interval
from plugins.regression.evaluation import check_metric

__all__ = ["prepare", "train"]


def prepare(data: TextData, config: BertConfig, cache: Path) -> PreparedBert:
    """Load the model, and encode the training and validation splits; see `prepare_texts`."""
    return prepare_texts(data, config, replace(HEAD, labels=("value",)), cache)


def train(config: BertConfig, prepared: PreparedBert, context: TrialContext) -> TrialResult:
    """Fine-tune once; the best epoch's model and predictions end in ``model`` and ``validation.parquet``.

    If an earlier attempt of this training has left a checkpoint, it continues from there.

    Raises:
        DataError: Batch size or metric do not fit the data.
        DivergedError: The loss is not finite.
        InputError: The device or the metric is unknown.
        OutOfMemoryError: Not even a single text fits into memory.
        StoppedError: It was asked to pause, and has written a checkpoint.
    """
    check_batch_size(config.batch_size, prepared.summary)
    check_metric(context.metric, prepared.summary)
    encoder = prepared.encoder
    with on_device(config, context.device, context.threads) as device:
        training, validation = (objective_of(prepared, split, device) for split in ("train", "validation"))

        def keep(model: PackedModel, best: Kept) -> tuple[Path, Evaluation]:
            model_dir = context.folder / "model"
            settings = TokenizerSettings(encoder.max_length, encoder.truncation, model.precision.name)
            interval = fit_interval(validation.labels, best.predictions)
            numbers = Numbers(training.centre, training.scale, interval)
            save_model(model_dir, model.module, best.weights, prepared.source.tokenizer, settings, numbers)
            return model_dir, save_and_evaluate(
                "validation",
                validation.labels,
                best.predictions,
                context.folder,
                best.seconds,
                interval=interval,
                **evaluation_details(validation.tokens, encoder.max_length, model_dir, device),
            )

        return fine_tune(
            config,
            prepared.source,
            training,
            validation,
            context=context,
            device=device,
            encoder=encoder,
            data={"data": prepared.summary.fingerprint},
            keep=keep,
        )
