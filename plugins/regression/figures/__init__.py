"""The figures of a regression: what every front end shows of an evaluation and of the numbers to predict."""

from collections.abc import Iterator

from catalog.contract import Evaluation
from catalog.figures import Figure
from plugins.regression.figures.errors import by_truth, predicted_against_true, residuals

__all__ = ["regression_figures"]


def regression_figures(evaluation: Evaluation) -> Iterator[Figure]:
    """Yield the figures of one model on one split that every task of numbers has."""
    yield predicted_against_true(evaluation)
    yield residuals(evaluation)
    yield by_truth(evaluation)
