"""What to change before spending hours: sentences with numbers in them."""

import math
from collections.abc import Iterator

from catalog.contract import DataSummary
from catalog.statement import Statement
from plugins.classification.records import class_data
from plugins.nlp.text_classification.forecasting.label_noise import Suspicion
from plugins.nlp.texts.advice import on_repeats

__all__ = ["on_data"]

_RATIO = 3.0
"""Rows of the largest class over those of the smallest from which weights begin to matter, as in the diagnosis."""
_SUSPECTED = 0.01
"""Share of suspects that is worth reading through: some of the rarer ones are only unusual."""
_DISAGREEMENT = 0.1
"""Share of rows that one of two configurations gets right and the other wrong; an assumption."""
_TOLERABLE = 0.02
"""A difference that a study should be able to distinguish from chance."""


def on_data(summary: DataSummary, repeated: int, suspicion: Suspicion, *, weighted: bool) -> Iterator[Statement]:
    """Advise on the state of the data.

    Args:
        summary: Of the data.
        repeated: Texts that occur in the training split more than once.
        suspicion: About its labels.
        weighted: Whether the configuration weights classes.
    """
    classes = class_data(summary)
    counts = dict(zip(classes.labels, classes.label_rows.get("train", ()), strict=False))
    if not weighted and len(counts) > 1 and max(counts.values()) >= _RATIO * max(min(counts.values()), 1):
        large, small = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
        yield Statement(
            "Classes are unbalanced ({most:count} rows of {large}, {fewest:count} of {small}): set class_weights to "
            '"balanced", or tune for macro_f1.',
            {"most": counts[large], "fewest": counts[small], "large": large, "small": small},
        )
    yield from on_repeats(summary, repeated)
    if suspicion.rows and suspicion.suspected >= _SUSPECTED * suspicion.rows:
        yield Statement(
            "{suspected:count} of {rows:count} training labels that were looked at are probably wrong, or their texts "
            "unusual: read the suspects before training on them.",
            {"suspected": suspicion.suspected, "rows": suspicion.rows},
        )
    yield from _on_rows(summary.rows.get("validation", 0))


def _on_rows(rows: int) -> Iterator[Statement]:
    """Say which differences so few validation rows cannot show.

    If two models disagree on a share d of n rows, the difference of their accuracies has a standard error of about
    the square root of d / n (McNemar, 1947).
    """
    if rows and (shown := 1.96 * math.sqrt(_DISAGREEMENT / rows)) > _TOLERABLE:
        yield Statement(
            "With {rows:count} validation rows, differences between configurations below about {shown:points} points "
            "of accuracy cannot be told from chance; {wanted:count} rows would show {tolerable:points} points.",
            {
                "rows": rows,
                "shown": shown,
                "wanted": math.ceil(_DISAGREEMENT * (1.96 / _TOLERABLE) ** 2),
                "tolerable": _TOLERABLE,
            },
        )
