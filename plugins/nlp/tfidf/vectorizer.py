"""The vectoriser: scikit-learn's TF-IDF, fitted to training texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from catalog.errors import DataError
from plugins.nlp.tfidf.tokens import WORDS, TextTokens, choose_tokens, pattern_of

__all__ = ["Terms", "fit_terms", "make_vectorizer"]


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """A vectoriser that was fitted to texts.

    Attributes:
        vectorizer: Fitted.
        tokens: What it treats as words.
        features: The weights of the texts, sparse, shape (texts, terms).
        notes: What a reader should know.
    """

    vectorizer: TfidfVectorizer
    tokens: TextTokens
    features: Any
    notes: tuple[str, ...] = ()


def make_vectorizer(
    ngram_max: int, min_df: int, terms: Sequence[str] | None = None, tokens: TextTokens = WORDS
) -> TfidfVectorizer:
    """Return a vectoriser of words and word sequences; with `terms`, in the order of their ids, it only lacks `idf_`.

    A word is a run of letters, digits and underscores in lower case, or what `tokens` says; single letters count,
    unlike in scikit-learn's default. Counts are damped to 1 + ln count (Manning, Raghavan and Schütze, "Introduction
    to Information Retrieval", 2008, section 6.4.1).
    """
    return TfidfVectorizer(
        ngram_range=(1, ngram_max + tokens.longer),
        min_df=min_df,
        vocabulary=terms,
        token_pattern=pattern_of(tokens.kind),
        sublinear_tf=True,
        dtype=np.float32,
    )


def fit_terms(texts: Sequence[str], ngram_max: int, min_df: int, *, given: bool) -> Terms:
    """Fit a vectoriser. The last two are remembered, because the trials of a study share few of them.

    Args:
        texts: Of the training split.
        ngram_max: Longest word sequence.
        min_df: Texts that a term must occur in; 1 if none occurs in so many, unless it was given.
        given: Whether the user has set `min_df`.

    Raises:
        DataError: No term is left.
    """
    kept, tokens = tuple(texts), choose_tokens(tuple(texts))
    notes = [tokens.note] if tokens.note else []
    try:
        return Terms(*_fit(kept, tokens, ngram_max, min_df), tuple(notes))
    except ValueError as error:  # scikit-learn has three messages for an empty vocabulary
        if min_df > 1 and given:
            raise DataError(
                f"min_df is {min_df:,}, and no word occurs in so many of the {len(kept):,} training texts. "
                "Lower min_df.",
                field="model_config.min_df",
            ) from error
    try:
        fitted = _fit(kept, tokens, ngram_max, 1)
    except ValueError as error:
        raise DataError(
            f"None of the {len(kept):,} training texts holds more than whitespace.", field="dataset"
        ) from error
    if min_df > 1:
        notes.append(f"No word stands in {min_df:,} of the {len(kept):,} training texts: min_df was lowered to 1.")
    return Terms(*fitted, tuple(notes))


@lru_cache(maxsize=2)
def _fit(
    texts: tuple[str, ...], tokens: TextTokens, ngram_max: int, min_df: int
) -> tuple[TfidfVectorizer, TextTokens, Any]:
    """Return the fitted vectoriser, its tokens and the weights.

    Raises:
        ValueError: No term is left.
    """
    vectorizer = make_vectorizer(ngram_max, min_df, tokens=tokens)
    return vectorizer, tokens, vectorizer.fit_transform(texts)
