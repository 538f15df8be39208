"""Whether an explanation adds up: the weights of all words against what they explain."""

__all__ = ["LEAST_DIFFERENCE", "completeness_error"]

LEAST_DIFFERENCE = 0.1
"""Log-odds. A smaller difference moves no probability by more than 2.5 points in a hundred, so that there is nothing
to explain, and a share of it says nothing."""


def completeness_error(explained: float, difference: float) -> float | None:
    """Return the share of `difference` that `explained` misses or exceeds; None below `LEAST_DIFFERENCE`.

    Completeness (Sundararajan, Taly and Yan, 2017, arXiv 1703.01365, section 3): the attributions add up to the
    difference between the model's answer and its answer to the baseline.

    Args:
        explained: Sum of all attributions, log-odds.
        difference: Answer less the answer to the baseline, log-odds.
    """
    return abs(explained - difference) / abs(difference) if abs(difference) >= LEAST_DIFFERENCE else None
