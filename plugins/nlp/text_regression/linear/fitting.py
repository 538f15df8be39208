"""The fit: scikit-learn's TF-IDF, then its ridge regression on the standardised target."""

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catalog.errors import DivergedError
from plugins.nlp.text_regression.linear.config import LinearConfig
from plugins.nlp.text_regression.linear.model import LinearModel
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.tfidf.vectorizer import fit_terms
from plugins.regression.statistics import standardisation

__all__ = ["fit"]

_TOLERANCE = 1e-6
"""Tolerance of the conjugate gradients; predictions then agree with the exact solution to about as many digits."""


def fit(
    config: LinearConfig, train: TextSplit, *, threads: int, tick: Callable[[float], None]
) -> tuple[LinearModel, float, tuple[str, ...]]:
    """Fit a model to the training texts.

    Args:
        config: The configuration.
        train: The training texts and their numbers.
        threads: CPU threads that may be used.
        tick: Called with the share of the work that is done.

    Returns:
        The model, its mean squared error on the standardised training targets, and notes.

    Raises:
        DataError: A `min_df` that was given leaves no term.
        DivergedError: The weights are not finite.
    """
    found = fit_terms(train.texts, config.ngram_max, config.min_df, given="min_df" in config.model_fields_set)
    tick(0.5)
    centre, scale = standardisation(train.labels)
    wanted = (train.labels - centre) / scale
    with threadpool_limits(limits=threads):
        ridge = Ridge(alpha=config.alpha, solver="sparse_cg", tol=_TOLERANCE).fit(
            found.features.astype(np.float64), wanted
        )
    if not (np.isfinite(ridge.coef_).all() and np.isfinite(ridge.intercept_)):
        raise DivergedError(f"The fit found no finite weights with alpha = {config.alpha:g}. Raise alpha.")
    coefficients, intercept = ridge.coef_.astype(np.float32), float(np.float32(ridge.intercept_))
    model = LinearModel(found.vectorizer, coefficients, intercept, centre, scale, found.tokens)
    fitted = found.features @ coefficients + intercept
    return model, float(((wanted - fitted) ** 2).mean()), found.notes
