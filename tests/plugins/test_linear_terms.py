"""Words, word sequences and TF-IDF weights, against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from plugins.nlp.text_classification.linear.model import inverse_frequencies, weigh
from plugins.nlp.text_classification.linear.terms import Vocabulary, build, count, read, tokenize

WORD = r"\w+"
TEXTS = [
    "The plot was fine, the acting was not.",
    "Not fine! The plot, the plot...",
    "",
    "Don't: I DON'T like the acting at all; it was 2/10",
    "Müller spielt großartig, das ist fein — fine",
]


def terms_of(vocabulary: Vocabulary) -> list[str]:
    """Spell all features in their order."""
    spelled = previous = list(vocabulary.words)
    for sequences in vocabulary.sequences:
        previous = [f"{previous[start]} {vocabulary.words[last]}" for start, last in sequences.tolist()]
        spelled = spelled + previous
    return spelled


def compare_with_reference(texts: list[str], others: list[str], ngram_max: int, min_df: int) -> None:
    reference = TfidfVectorizer(
        ngram_range=(1, ngram_max), min_df=min_df, sublinear_tf=True, token_pattern=WORD, dtype=np.float32
    )
    expected = reference.fit_transform(texts).toarray()
    vocabulary, counts = build(*read(texts), ngram_max, min_df)
    terms, idf = terms_of(vocabulary), inverse_frequencies(counts)
    assert vocabulary.size == len(terms) == counts.shape[1]
    order = [reference.vocabulary_[term] for term in terms]
    assert sorted(order) == list(range(expected.shape[1]))
    assert weigh(counts, idf).toarray() == pytest.approx(expected[:, order], abs=1e-6)
    ids = {word: index for index, word in enumerate(vocabulary.words)}
    found = weigh(count(tokenize(others, ids), vocabulary), idf).toarray()
    assert found == pytest.approx(reference.transform(others).toarray()[:, order], abs=1e-6)


@pytest.mark.parametrize("ngram_max", [1, 2, 3])
@pytest.mark.parametrize("min_df", [1, 2])
def test_weights_are_those_of_scikit_learn(ngram_max, min_df):
    """Terms, pruning and weights are scikit-learn's, on the training texts and on others."""
    compare_with_reference(
        TEXTS, ["the plot was not fine", "unknown words only", "", "acting was fine the"], ngram_max, min_df
    )


WORDY = st.lists(st.text(alphabet="ab .", max_size=12), min_size=2, max_size=8)


@given(texts=WORDY, others=WORDY, ngram_max=st.integers(1, 3), min_df=st.integers(1, 3))
def test_any_texts_count_as_in_scikit_learn(texts, others, ngram_max, min_df):
    """The agreement holds for whatever texts, as long as a term is left."""
    vocabulary, _ = build(*read(texts), ngram_max, min_df)
    if vocabulary.size:
        compare_with_reference(texts, others, ngram_max, min_df)


def test_no_term_is_left_without_complaint():
    """An empty vocabulary is a result, and its count a matrix without columns."""
    vocabulary, counts = build(*read(["a b", "c d"]), 3, 2)
    assert vocabulary.size == 0
    assert counts.shape == (2, 0)
    assert count(tokenize(["a b"], {}), vocabulary).shape == (1, 0)
