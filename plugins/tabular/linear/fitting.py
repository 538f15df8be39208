"""The fit: scikit-learn's logistic or ridge regression, measured once."""

import time
import warnings
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catalog.contract import EpochMetrics, TrialContext
from catalog.errors import DivergedError, OutOfMemoryError
from plugins.tabular.heads import TabularHead
from plugins.tabular.linear.config import ClassLinearConfig
from plugins.tabular.linear.design import fit_design
from plugins.tabular.linear.estimator import LinearEstimator
from plugins.tabular.method import Fitted, TabularExamples

__all__ = ["fit"]

_ITERATIONS = 2000


def fit(
    config: Any, train: TabularExamples, validation: TabularExamples, head: TabularHead, context: TrialContext
) -> Fitted:
    """Fit a linear model; there is one measurement, at the end.

    Args:
        config: A `ClassLinearConfig` or a `NumberLinearConfig`.
        train: The training rows.
        validation: Rows to measure on.
        head: Measures.
        context: Of the training.

    Raises:
        OutOfMemoryError: The columns do not fit into memory.
        DivergedError: The fit found no finite weights.
    """
    began = time.perf_counter()
    try:
        with threadpool_limits(context.threads):
            estimator, notes = _estimator(config, train, head)
            seconds = time.perf_counter() - began
            outputs, fitted = (estimator.outputs(one.encoded) for one in (validation, train))
    except MemoryError as error:
        raise OutOfMemoryError("The rows do not fit into memory. Set dataset.limit, or ignore columns.") from error
    if not np.isfinite(estimator.coefficients).all():
        raise DivergedError("The linear model has weights that are not finite.")
    known = head.measured(train.truths, fitted)
    shown = {name: value for name, value in known.items() if name in {"accuracy", "rmse"}}
    measured = head.measured(validation.truths, outputs)
    epoch = EpochMetrics(1.0, 1.0, known["loss"], measured, None, seconds, shown)
    context.tick(1.0)
    return Fitted(estimator, context.report(epoch).outcome, (epoch,), epoch, seconds, 1.0, notes)


def _estimator(config: Any, train: TabularExamples, head: TabularHead) -> tuple[LinearEstimator, tuple[str, ...]]:
    design = fit_design(train.encoded)
    columns = design.columns(train.encoded)
    centre = np.asarray(columns.mean(axis=0)).ravel()
    if isinstance(config, ClassLinearConfig):
        coefficients, intercept, notes = _logistic(config, columns, train.truths, len(head.labels))
        return LinearEstimator(design, coefficients, intercept, centre, len(head.labels)), notes
    coefficients, intercept = _ridge(config.alpha, columns, train.truths)
    return LinearEstimator(design, coefficients, intercept, centre, 1), ()


def _logistic(
    config: ClassLinearConfig, columns: sparse.csr_array, truths: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    model = LogisticRegression(C=config.C, class_weight=config.class_weights, max_iter=_ITERATIONS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(columns, truths)
    ended = any(issubclass(one.category, ConvergenceWarning) for one in caught)
    notes = (f"Logistic regression ended after {_ITERATIONS:,} iterations, short of its optimum.",) if ended else ()
    assert len(model.classes_) == classes  # train has a row of every class
    return model.coef_.astype(np.float64), model.intercept_.astype(np.float64), notes


def _ridge(alpha: float, columns: sparse.csr_array, truths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and intercept of ridge regression on the standardised target."""
    mean, scale = float(truths.mean()), float(truths.std()) or 1.0
    given: Any = columns if columns.shape[1] > _DENSE_COLUMNS else columns.toarray()
    model = Ridge(alpha=alpha, tol=1e-8).fit(given, (truths - mean) / scale)
    return scale * np.atleast_2d(model.coef_), np.array([mean + scale * float(model.intercept_)])


_DENSE_COLUMNS = 500
"""Columns up to which ridge regression is solved exactly, from a dense matrix."""
