"""Whether an explanation adds up: the weights of all words against what they explain."""

__all__ = ["LEAST_LOG_ODDS", "completeness_error"]

LEAST_LOG_ODDS = 0.1
"""A smaller difference changes no probability by more than 2.5 percentage points, so that there is nothing to explain,
and a share of it means nothing."""


def completeness_error(explained: float, difference: float, least: float = LEAST_LOG_ODDS) -> float | None:
    """Return the share of `difference` that `explained` misses or exceeds; None for a difference below `least`.

    Completeness (Sundararajan, Taly and Yan, 2017, arXiv 1703.01365, section 3): the attributions add up to the
    difference between the model's answer and its answer to the baseline.

    Args:
        explained: Sum of all attributions.
        difference: Answer less the answer to the baseline, in the same unit.
        least: A smaller difference is not explained.
    """
    return abs(explained - difference) / abs(difference) if abs(difference) >= least else None
