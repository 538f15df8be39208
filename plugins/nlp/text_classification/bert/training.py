"""One training, from a configuration to a model folder."""

from pathlib import Path

from catalog.contract import Evaluation, TrialContext, TrialResult
from plugins.classification.evaluation import check_metric
from plugins.nlp.encoders.evaluation import evaluation_details
from plugins.nlp.encoders.model_folder import TokenizerSettings, save
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.progress import Kept
from plugins.nlp.encoders.training import fine_tune, on_device
from plugins.nlp.text_classification.bert.config import KEY, BertConfig
from plugins.nlp.text_classification.bert.objective import objective_of
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.data import check_config
from plugins.nlp.text_classification.evaluation import save_and_evaluate

__all__ = ["data_identity", "train"]


def train(config: BertConfig, prepared: PreparedBert, context: TrialContext) -> TrialResult:
    """Fine-tune once; the best epoch's model and predictions end in ``model`` and ``validation.parquet``.

    If an earlier attempt of this training has left a checkpoint, it continues from there.

    Raises:
        DataError: Batch size, class weights or metric do not fit the data.
        DivergedError: The loss is not finite.
        InputError: The device or the metric is unknown.
        OutOfMemoryError: Not even a single text fits into memory.
        StoppedError: It was asked to pause, and has written a checkpoint.
    """
    check_config(prepared.summary, num_labels=config.num_labels, batch_size=config.batch_size)
    check_metric(context.metric, prepared.summary)
    encoder = prepared.encoder
    with on_device(config, context.device, context.threads) as device:
        training, validation = (objective_of(config, prepared, split, device) for split in ("train", "validation"))

        def keep(model: PackedModel, best: Kept) -> tuple[Path, Evaluation]:
            model_dir = context.folder / "model"
            settings = TokenizerSettings(encoder.max_length, encoder.truncation, model.precision.name)
            record = {"key": KEY, "positive": prepared.data.classes.positive}
            save(model_dir, model.module, best.weights, prepared.source.tokenizer, settings, record)
            return model_dir, save_and_evaluate(
                "validation",
                validation.labels,
                best.predictions,
                context.folder,
                best.seconds,
                names=prepared.data.classes.labels,
                positive=validation.positive,
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
            data=data_identity(prepared),
            keep=keep,
        )


def data_identity(prepared: PreparedBert) -> dict[str, str]:
    """Return what a checkpoint must have been made with: the data and the positive class."""
    positive = prepared.data.classes.positive_id
    # checkpoints of modelcat 0.1 do not name the positive class, and mean class 1
    return {"data": prepared.summary.fingerprint, **({} if positive == 1 else {"positive": str(positive)})}
