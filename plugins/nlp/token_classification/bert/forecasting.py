"""A forecast of a training: examines the data, and measures a part of the training."""

from collections.abc import Iterator

from catalog.contract import Fact, Forecast
from catalog.statement import Statement
from plugins.nlp.encoders.forecasting import on_warmup
from plugins.nlp.encoders.probing import Probe, probe
from plugins.nlp.encoders.training import on_device
from plugins.nlp.token_classification.bert.config import BertConfig
from plugins.nlp.token_classification.bert.objective import TagObjective
from plugins.nlp.token_classification.bert.preparation import PreparedBert

__all__ = ["forecast"]


def forecast(config: BertConfig, prepared: PreparedBert, *, device: str, threads: int, seconds: float) -> Forecast:
    """Train on training sentences for about `seconds`; nothing is kept.

    Raises:
        InputError: There is no such device.
        OutOfMemoryError: Not even a single window fits into memory.
    """
    data, windows = prepared.data, prepared.windows["train"]
    with on_device(config, device, threads) as place:
        training = TagObjective(windows, data.splits["train"], data.tags, place)
        validation = prepared.windows["validation"].tokens
        measured = probe(config, prepared.source, training, validation, device=place, seconds=seconds)
    tokens = int(windows.tokens.lengths.sum())
    values = {"sentences": len(data.splits["train"]), "windows": len(windows.tokens), "long": windows.long}
    read = Statement("{sentences:count} sentences in {windows:count} windows; {long:count} take several", values)
    return Forecast(
        summary_notes=prepared.summary.notes,
        probe_seconds=measured.seconds,
        seconds_per_epoch=tokens * measured.seconds_per_token,
        evaluation_seconds=measured.evaluation_seconds,
        peak_memory_bytes=measured.peak_memory_bytes,
        model_bytes=measured.model_bytes,
        facts=(Fact(Statement("windows"), read),),
        advice=tuple(_advice(config, prepared, measured)),
        details={**values, "tokens": tokens},
    )


def _advice(config: BertConfig, prepared: PreparedBert, measured: Probe) -> Iterator[Statement]:
    windows = prepared.windows["train"]
    longest = int(windows.tokens.lengths.max())
    if (
        windows.long > len(prepared.data.splits["train"]) // 10
        and config.max_seq_length < prepared.source.max_positions
    ):
        yield Statement(
            "{long:count} training sentences take more than one window: a larger max_seq_length shows the model more "
            "of each.",
            {"long": windows.long},
        )
    yield from on_warmup(config, len(windows.tokens))
    if measured.halvings:
        yield Statement(
            "Memory ran out {times:count} times, and batches were computed in smaller pieces: slower, with the same "
            "gradients. The longest window has {longest:count} tokens; a lower max_seq_length or a smaller model needs "
            "less.",
            {"times": measured.halvings, "longest": longest},
        )
