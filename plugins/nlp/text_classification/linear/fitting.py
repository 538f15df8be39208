"""The fit: scikit-learn's logistic regression on TF-IDF weights."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.model import LinearModel, inverse_frequencies, weigh
from plugins.nlp.text_classification.linear.terms import Corpus, build
from plugins.nlp.text_classification.metrics import losses

__all__ = ["class_weights", "fit"]

_ITERATIONS = 1000
"""Far above what it takes: C = 10 needs 20 to 40 on 22,500 reviews of IMDB, C = 100 about 50."""


def fit(  # noqa: PLR0913 -- what a fit depends on
    config: LinearConfig,
    summary: DataSummary,
    words: tuple[str, ...],
    corpus: Corpus,
    labels: np.ndarray,
    *,
    threads: int,
    seed: int,
    tick: Callable[[float], None],
) -> tuple[LinearModel, float, tuple[str, ...]]:
    """Fit a model to the training texts.

    Args:
        config: The configuration.
        summary: Of the data.
        words: What the ids of `corpus` stand for.
        corpus: The training texts.
        labels: Their class ids, shape (texts,).
        threads: CPU threads that may be used.
        seed: For the solver; the optimum does not depend on it.
        tick: Told the share of the work that is done.

    Returns:
        The model, its mean loss on the training texts (nats), and notes.

    Raises:
        DataError: `min_df` leaves no term, or `class_weights` does not fit the classes.
        DivergedError: The weights are not finite.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    weights = class_weights(config, summary)
    vocabulary, counts = build(words, corpus, config.ngram_max, config.min_df)
    if not vocabulary.size:
        raise DataError(
            f"min_df is {config.min_df:,}, and no word occurs in so many of the "
            f"{summary.rows['train']:,} training texts. Lower min_df.",
            field="model_config.min_df",
        )
    idf = inverse_frequencies(counts)
    features = weigh(counts, idf)
    tick(0.5)
    with threadpool_limits(limits=threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told as a note instead
        solver = LogisticRegression(
            C=config.C, class_weight=weights, solver="lbfgs", max_iter=_ITERATIONS, random_state=seed
        ).fit(features, labels)
    if not (np.isfinite(solver.coef_).all() and np.isfinite(solver.intercept_).all()):
        raise DivergedError(f"The fit found no finite weights with C = {config.C:g}. Lower C.")
    unfinished = int(np.max(solver.n_iter_)) >= _ITERATIONS
    notes = (
        (f"The fit was cut off after {_ITERATIONS:,} iterations; a lower C converges sooner.",) if unfinished else ()
    )
    coefficients, intercept = (np.asarray(value, dtype=np.float32) for value in (solver.coef_, solver.intercept_))
    model = LinearModel(summary.labels, vocabulary, idf, coefficients, intercept)
    return model, float(losses(labels, model.judge(features)).mean()), notes


def class_weights(config: LinearConfig, summary: DataSummary) -> Mapping[int, float] | str | None:
    """Return what scikit-learn takes.

    Raises:
        DataError: A list of another length than there are classes.
    """
    given = config.class_weights
    if given is None or isinstance(given, str):
        return given
    if len(given) != len(summary.labels):
        raise DataError(
            f"class_weights holds {len(given)} numbers, but {summary.name} has {len(summary.labels)} classes: "
            f"{', '.join(summary.labels)}. Give one number per class.",
            field="model_config.class_weights",
        )
    return dict(enumerate(given))
