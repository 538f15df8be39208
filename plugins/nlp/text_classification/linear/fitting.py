"""The fit: scikit-learn's TF-IDF, then its logistic regression."""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError
from plugins.classification.evaluation.metrics import losses
from plugins.classification.records import class_data
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.tfidf.vectorizer import fit_terms

__all__ = ["fit"]

_ITERATIONS = 1000
"""Far above the usual need: C = 10 needs 20 to 40 on 22,500 reviews of IMDB, C = 100 about 50."""


def fit(
    config: LinearConfig,
    summary: DataSummary,
    train: TextSplit,
    *,
    threads: int,
    seed: int,
    tick: Callable[[float], None],
) -> tuple[LinearModel, float, tuple[str, ...]]:
    """Fit a model to the training texts.

    Args:
        config: The configuration.
        summary: Of the data.
        train: The training texts and their class ids.
        threads: CPU threads that may be used.
        seed: For the solver; the optimum does not depend on it.
        tick: Called with the share of the work that is done.

    Returns:
        The model, its mean loss on the training texts (nats), and notes.

    Raises:
        DataError: A `min_df` that was given leaves no term, or `class_weights` does not fit the classes.
        DivergedError: The weights are not finite.
    """
    known, given = class_data(summary), config.class_weights
    if isinstance(given, tuple) and len(given) != len(known.labels):
        raise DataError(
            f"class_weights holds {len(given)} numbers, but {summary.name} has {len(known.labels)} classes: "
            f"{', '.join(known.labels)}. Give one number per class.",
            field="model_config.class_weights",
        )
    weights = dict(enumerate(given)) if isinstance(given, tuple) else given
    found = fit_terms(train.texts, config.ngram_max, config.min_df, given="min_df" in config.model_fields_set)
    notes, features = list(found.notes), found.features
    tick(0.5)
    with threadpool_limits(limits=threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # reported as a note instead
        classifier = LogisticRegression(C=config.C, class_weight=weights, max_iter=_ITERATIONS, random_state=seed)
        classifier.fit(features, train.labels)
    if not (np.isfinite(classifier.coef_).all() and np.isfinite(classifier.intercept_).all()):
        raise DivergedError(f"The fit found no finite weights with C = {config.C:g}. Lower C.")
    unfinished = int(np.max(classifier.n_iter_)) >= _ITERATIONS
    if unfinished:
        notes.append(f"The fit was cut off after {_ITERATIONS:,} iterations; a lower C converges sooner.")
    train_loss = float(losses(train.labels, classifier.predict_proba(features)).mean())
    model = LinearModel(known.labels, found.vectorizer, classifier, found.tokens, known.positive_id)
    return model, train_loss, tuple(notes)
