"""How long texts are, and what cutting them costs and saves."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from catalog.statement import Statement
from plugins.nlp.texts.records import LengthForecast

__all__ = ["LENGTHS", "MOST_GROUPS", "UNITS", "count_repeated", "length_forecasts", "length_groups", "length_quantiles"]

UNITS = {"tokens": Statement("tokens"), "words": Statement("words"), "characters": Statement("characters")}
"""What lengths count."""
MOST_GROUPS = 5
LENGTHS = (64, 128, 256, 512)
"""Maximum lengths that are compared with the configured one."""
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def length_quantiles(uncut: np.ndarray) -> tuple[int, ...]:
    """Return lengths at 5, 25, 50, 75, 95 and 100 %: the lengths of texts that this share does not exceed."""
    return tuple(int(value) for value in np.quantile(uncut, _QUANTILES, method="inverted_cdf"))


def length_forecasts(
    uncut: np.ndarray, configured: int, longest: int, seconds_per_token: float
) -> tuple[LengthForecast, ...]:
    """Forecast several maximum lengths, shortest first.

    Time is an estimate: it grows with the tokens that are read. Attention's share grows with their square, so the
    estimate for long lengths is a little too low if short ones were measured, and too high for short ones otherwise.

    Args:
        uncut: Tokens of each training text before it is cut, shape (rows,).
        configured: The configured maximum, always among the lengths.
        longest: The most tokens that the model can see.
        seconds_per_token: Of the training loop, measured.
    """
    wanted = sorted({length for length in LENGTHS if length <= longest} | {configured})
    return tuple(
        LengthForecast(
            max_length=length,
            truncated=float((uncut > length).mean()),
            seconds_per_epoch=float(np.minimum(uncut, length).sum() * seconds_per_token),
        )
        for length in wanted
    )


def length_groups(lengths: np.ndarray) -> list[np.ndarray]:
    """Return the rows of groups of about equal numbers of texts, shortest first, none empty.

    Texts of one length stay together.
    """
    edges = np.quantile(lengths, np.arange(1, MOST_GROUPS) / MOST_GROUPS, method="inverted_cdf")
    group = np.searchsorted(np.unique(edges), lengths, side="left")  # an edge belongs to the group that it ends
    return [np.flatnonzero(group == index) for index in np.unique(group)]


def count_repeated(texts: Sequence[str]) -> int:
    """Count texts that occur more than once, ignoring letter case and surrounding whitespace; each counts once."""
    counts = Counter(hash(text.strip().casefold()) for text in texts)
    return sum(count > 1 for count in counts.values())
