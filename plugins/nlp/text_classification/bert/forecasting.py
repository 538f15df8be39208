"""What a training will be like: the data looked at, a part of the training measured."""

from collections.abc import Iterator

from catalog.contract import Forecast
from catalog.statement import Statement
from plugins.nlp.encoders.probing import Probe, probe
from plugins.nlp.encoders.schedule import schedule_of
from plugins.nlp.encoders.training import on_device
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.objective import objective_of
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.data import check_config
from plugins.nlp.text_classification.forecasting import advice
from plugins.nlp.text_classification.forecasting.label_noise import suspect_labels
from plugins.nlp.texts.advice import on_lengths
from plugins.nlp.texts.findings import find_in_texts
from plugins.nlp.texts.lengths import length_forecasts

__all__ = ["forecast"]


def forecast(config: BertConfig, prepared: PreparedBert, *, device: str, threads: int, seconds: float) -> Forecast:
    """Look at the training texts, and train for about `seconds`; nothing is kept.

    Raises:
        DataError: Batch size or class weights do not fit the data.
        InputError: There is no such device.
        OutOfMemoryError: Not even one text at a time fits.
    """
    check_config(prepared.summary, num_labels=config.num_labels, batch_size=config.batch_size)
    train, uncut = prepared.data.splits["train"], prepared.tokens["train"].uncut
    with on_device(config, device, threads) as place:
        training = objective_of(config, prepared, "train", place)
        validation = prepared.tokens["validation"]
        measured = probe(config, prepared.source, training, validation, device=place, seconds=seconds)
    lengths = length_forecasts(
        uncut, prepared.encoder.max_length, prepared.source.max_positions, measured.seconds_per_token
    )
    suspicion = suspect_labels(train.texts, train.labels, prepared.data.classes.labels, config.seed)
    weighted = config.class_weights is not None
    found = find_in_texts(train.texts, uncut, "tokens", lengths, prepared.encoder.max_length)
    return Forecast(
        summary_notes=prepared.summary.notes,
        probe_seconds=measured.seconds,
        seconds_per_epoch=float(prepared.tokens["train"].lengths.sum() * measured.seconds_per_token),
        evaluation_seconds=measured.evaluation_seconds,
        peak_memory_bytes=measured.peak_memory_bytes,
        model_bytes=measured.model_bytes,
        facts=(*found.facts(), *suspicion.facts()),
        figures=(*suspicion.figures(), *found.figures()),
        details={**found.details(prepared.summary), **suspicion.details()},
        advice=(
            *on_lengths(lengths, prepared.encoder.max_length),
            *_on_training(config, prepared, measured),
            *advice.on_data(prepared.summary, found.repeated, suspicion, weighted=weighted),
        ),
    )


def _on_training(config: BertConfig, prepared: PreparedBert, measured: Probe) -> Iterator[Statement]:
    schedule = schedule_of(config, prepared.summary.rows["train"])
    if 2 * schedule.warmup > schedule.total:
        yield Statement(
            "The warm-up of {warmup:count} steps takes more than half of the {total:count} steps of a training: give "
            "warmup_steps as a share, such as 0.06.",
            {"warmup": schedule.warmup, "total": schedule.total},
        )
    if measured.halvings:
        yield Statement(
            "Memory ran out {times:count} times, and batches were computed in smaller pieces: slower, with the same "
            "gradients. A lower max_seq_length or a smaller model needs less.",
            {"times": measured.halvings},
        )
