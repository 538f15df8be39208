"""One training, from a configuration to a model folder."""

from pathlib import Path

from catalog.contract import Evaluation, TrialContext, TrialResult
from plugins.nlp.encoders.memory import peak_bytes
from plugins.nlp.encoders.model_folder import TokenizerSettings, save
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.progress import Kept
from plugins.nlp.encoders.training import fine_tune, on_device
from plugins.nlp.token_classification.bert.config import KEY, BertConfig
from plugins.nlp.token_classification.bert.objective import TagObjective, predictions_of
from plugins.nlp.token_classification.bert.preparation import PreparedBert
from plugins.nlp.token_classification.evaluation import check_metric, save_and_evaluate

__all__ = ["train"]


def train(config: BertConfig, prepared: PreparedBert, context: TrialContext) -> TrialResult:
    """Fine-tune once; the best epoch's model and predictions end in ``model`` and ``validation.parquet``.

    If an earlier attempt of this training has left a checkpoint, it continues from there.

    Raises:
        DivergedError: The loss is not finite.
        InputError: The device or the metric is unknown.
        OutOfMemoryError: Not even a single window fits into memory.
        StoppedError: It was asked to pause, and has written a checkpoint.
    """
    check_metric(context.metric, prepared.summary)
    encoder, data = prepared.encoder, prepared.data
    with on_device(config, context.device, context.threads) as device:
        training, validation = (
            TagObjective(prepared.windows[split], data.splits[split], data.tags, device)
            for split in ("train", "validation")
        )

        def keep(model: PackedModel, best: Kept) -> tuple[Path, Evaluation]:
            model_dir = context.folder / "model"
            settings = TokenizerSettings(encoder.max_length, encoder.truncation, model.precision.name)
            record = {"key": KEY, "scheme": data.tags.scheme, "stride": config.stride}
            save(model_dir, model.module, best.weights, prepared.source.tokenizer, settings, record)
            return model_dir, save_and_evaluate(
                "validation",
                validation.sentences.words,
                predictions_of(best.predictions, validation.sentences, data.tags),
                context.folder,
                best.seconds,
                model_dir=model_dir,
                peak_memory_bytes=peak_bytes(device),
                windows=len(validation.tokens),
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
