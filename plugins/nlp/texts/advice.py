"""What to change about texts and their length before spending hours: sentences with numbers in them."""

from collections.abc import Iterator, Sequence

from catalog.contract import DataSummary
from catalog.statement import Statement
from plugins.nlp.texts.records import LengthForecast, text_facts

__all__ = ["on_lengths", "on_repeats"]

_FEW_CUT, _MANY_CUT = 0.05, 0.25
_SAVING = 0.1
"""Share of the time below which the advice does not mention a shorter length."""


def on_repeats(summary: DataSummary, repeated: int) -> Iterator[Statement]:
    """Advise on texts that occur more than once.

    Args:
        summary: Of the data.
        repeated: Texts that occur in the training split more than once.
    """
    shared = {split: count for split, count in text_facts(summary).duplicates.items() if count}
    for split, count in shared.items():
        yield Statement(
            "{count:count} rows of {split} also stand in train: remove them there, or the score is flattered.",
            {"count": count, "split": split},
        )
    if repeated:
        yield Statement(
            "{repeated:count} texts occur in train more than once: keep one of each.", {"repeated": repeated}
        )


def on_lengths(lengths: Sequence[LengthForecast], configured: int) -> Iterator[Statement]:
    """Advise on the maximum length: a shorter one if it cuts few texts, a longer one if many are cut."""
    now = next(length for length in lengths if length.max_length == configured)
    shorter = [length for length in lengths if length.max_length < configured and length.truncated <= _FEW_CUT]
    if shorter and _saves(shorter[0], now):
        yield Statement(
            "At max_seq_length {length:count} only {truncated:percent} of the training texts would be cut, and an "
            "epoch would take about {less:seconds} instead of {now:seconds}.",
            {
                "length": shorter[0].max_length,
                "truncated": shorter[0].truncated,
                "less": shorter[0].seconds_per_epoch or 0.0,
                "now": now.seconds_per_epoch or 0.0,
            },
        )
    longer = [length for length in lengths if length.max_length > configured]
    if now.truncated >= _MANY_CUT and longer:
        wanted = next((length for length in longer if length.truncated <= _FEW_CUT), longer[-1])
        yield Statement(
            "{now:percent} of the training texts are cut at {configured:count} tokens; at {length:count} it would be "
            "{then:percent}, and an epoch take about {more:seconds}.",
            {
                "now": now.truncated,
                "configured": configured,
                "length": wanted.max_length,
                "then": wanted.truncated,
                "more": wanted.seconds_per_epoch or 0.0,
            },
        )


def _saves(shorter: LengthForecast, now: LengthForecast) -> bool:
    if shorter.seconds_per_epoch is None or not now.seconds_per_epoch:
        return False
    return shorter.seconds_per_epoch <= (1 - _SAVING) * now.seconds_per_epoch
