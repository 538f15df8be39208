"""The fit: scikit-learn's TF-IDF, then its logistic regression."""

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError
from plugins.classification.evaluation.metrics import losses
from plugins.classification.records import class_data
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.model import LinearModel, make_vectorizer
from plugins.nlp.tfidf.tokens import Tokens, choose_tokens
from plugins.nlp.texts.split import Split

__all__ = ["fit"]

_ITERATIONS = 1000
"""Far above what it takes: C = 10 needs 20 to 40 on 22,500 reviews of IMDB, C = 100 about 50."""


def fit(
    config: LinearConfig,
    summary: DataSummary,
    train: Split,
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
        tick: Told the share of the work that is done.

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
    tokens, notes = choose_tokens(tuple(train.texts)), []
    if tokens.note:
        notes.append(tokens.note)
    vectorizer, features, min_df = _vectorize(train, tokens, config)
    if min_df != config.min_df:
        notes.append(
            f"No word stands in {config.min_df:,} of the {len(train.texts):,} training texts: min_df was lowered to "
            f"{min_df:,}."
        )
    tick(0.5)
    with threadpool_limits(limits=threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told as a note instead
        classifier = LogisticRegression(C=config.C, class_weight=weights, max_iter=_ITERATIONS, random_state=seed)
        classifier.fit(features, train.labels)
    if not (np.isfinite(classifier.coef_).all() and np.isfinite(classifier.intercept_).all()):
        raise DivergedError(f"The fit found no finite weights with C = {config.C:g}. Lower C.")
    unfinished = int(np.max(classifier.n_iter_)) >= _ITERATIONS
    if unfinished:
        notes.append(f"The fit was cut off after {_ITERATIONS:,} iterations; a lower C converges sooner.")
    train_loss = float(losses(train.labels, classifier.predict_proba(features)).mean())
    model = LinearModel(known.labels, vectorizer, classifier, tokens, known.positive_id)
    return model, train_loss, tuple(notes)


def _vectorize(train: Split, tokens: Tokens, config: LinearConfig) -> tuple[TfidfVectorizer, Any, int]:
    """Return the fitted vectoriser, the weights and the `min_df` they were found with: 1 if the default leaves nothing.

    Raises:
        DataError: No term is left.
    """
    texts, min_df = tuple(train.texts), config.min_df
    try:
        return *_fit_terms(texts, tokens, config.ngram_max, min_df), min_df
    except ValueError as error:  # scikit-learn has three wordings for a vocabulary that is empty
        if min_df > 1 and "min_df" in config.model_fields_set:
            raise DataError(
                f"min_df is {min_df:,}, and no word occurs in so many of the {len(texts):,} training texts. "
                "Lower min_df.",
                field="model_config.min_df",
            ) from error
    try:
        return *_fit_terms(texts, tokens, config.ngram_max, 1), 1
    except ValueError as error:
        raise DataError(
            f"None of the {len(texts):,} training texts holds more than whitespace.", field="dataset"
        ) from error


@lru_cache(maxsize=2)
def _fit_terms(texts: tuple[str, ...], tokens: Tokens, ngram_max: int, min_df: int) -> tuple[TfidfVectorizer, Any]:
    """Return the fitted vectoriser and the weights; two are remembered, as the trials of a study share few of them.

    Raises:
        ValueError: No term is left.
    """
    vectorizer = make_vectorizer(ngram_max, min_df, tokens=tokens)
    return vectorizer, vectorizer.fit_transform(texts)
