"""A forecast of a training: examines the data, and measures a part of the training."""

from dataclasses import replace

from catalog.contract import Forecast
from plugins.nlp.encoders.forecasting import forecast_texts
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.objective import objective_of
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.data import check_config
from plugins.nlp.text_classification.forecasting import advice
from plugins.nlp.text_classification.forecasting.label_noise import suspect_labels

__all__ = ["forecast"]


def forecast(config: BertConfig, prepared: PreparedBert, *, device: str, threads: int, seconds: float) -> Forecast:
    """Examine the training texts, and train for about `seconds`; nothing is kept.

    Raises:
        DataError: Batch size or class weights do not fit the data.
        InputError: There is no such device.
        OutOfMemoryError: Not even a single text fits into memory.
    """
    check_config(prepared.summary, num_labels=config.num_labels, batch_size=config.batch_size)
    measured, found = forecast_texts(
        config,
        prepared,
        lambda place: objective_of(config, prepared, "train", place),
        device=device,
        threads=threads,
        seconds=seconds,
    )
    train, weighted = prepared.data.splits["train"], config.class_weights is not None
    suspicion = suspect_labels(train.texts, train.labels, prepared.data.classes.labels, config.seed)
    return replace(
        measured,
        facts=(*measured.facts, *suspicion.facts()),
        figures=(*suspicion.figures(), *measured.figures),
        details={**measured.details, **suspicion.details()},
        advice=(*measured.advice, *advice.on_data(prepared.summary, found.repeated, suspicion, weighted=weighted)),
    )
