"""From texts to counts of words and word sequences.

A word is a run of letters, digits and underscores in lower case; "don't" gives "don", "t" and the pair "don t".
Texts become arrays of word ids once; counting sequences is then arithmetic on arrays, several times faster than
building strings. A sequence can only reach `min_df` if its parts do, so rare words are dropped first (the pruning of
Agrawal and Srikant, "Fast Algorithms for Mining Association Rules", VLDB 1994, section 2.1), which loses nothing.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

__all__ = ["Corpus", "Vocabulary", "build", "count", "read", "tokenize"]

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Texts as word ids.

    Attributes:
        ids: Of all texts one after the other, -1 for an unknown word; int32, shape (tokens,).
        offsets: Where each text starts, and the end; int64, shape (texts + 1,).
    """

    ids: np.ndarray
    offsets: np.ndarray

    def documents(self) -> np.ndarray:
        """Return the number of the text that each token belongs to; int32, shape (tokens,)."""
        return np.repeat(np.arange(self.offsets.size - 1, dtype=np.int32), np.diff(self.offsets))


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The terms that are features: words first, then pairs, then triples.

    Attributes:
        words: Single words; a word's place is its id.
        sequences: For each length from 2 up an int32 array, shape (terms, 2): place of the sequence without its last
            word among the terms one shorter, and id of the last word. Rows ascend.
    """

    words: tuple[str, ...]
    sequences: tuple[np.ndarray, ...] = ()

    @property
    def size(self) -> int:
        """Number of features."""
        return len(self.words) + sum(map(len, self.sequences))


def read(texts: Iterable[str]) -> tuple[tuple[str, ...], Corpus]:
    """Return all words in the order of their first occurrence, and the texts as ids of these."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    corpus = _tokenize(texts, ids.__getitem__)
    return tuple(ids), corpus


def tokenize(texts: Iterable[str], ids: Mapping[str, int]) -> Corpus:
    """Return texts as the given ids of words."""
    return _tokenize(texts, lambda word: ids.get(word, -1))


def build(words: tuple[str, ...], corpus: Corpus, ngram_max: int, min_df: int) -> tuple[Vocabulary, sparse.csr_array]:
    """Find the terms that occur in at least `min_df` texts, and count them.

    Args:
        words: What the ids of `corpus` stand for.
        corpus: The training texts.
        ngram_max: Longest term, in words.
        min_df: Texts that a term must occur in.

    Returns:
        The vocabulary, and the counts: float32, shape (texts, features).
    """
    documents = corpus.documents()
    counts, kept = _frequent(_matrix(documents, corpus.ids, corpus, len(words)), min_df)
    ids = _renumber(corpus.ids, kept, len(words))
    place, matrices, sequences = ids, [counts], []
    for length in range(2, ngram_max + 1):
        starts, codes = _sequences(place, ids, documents, length, len(kept))
        found, terms = np.unique(codes, return_inverse=True)
        counts, frequent = _frequent(_matrix(documents[starts], terms, corpus, len(found)), min_df)
        place = np.full_like(ids, -1)
        place[starts] = _renumber(terms, frequent, len(found))
        matrices.append(counts)
        sequences.append(np.stack(np.divmod(found[frequent], max(len(kept), 1)), axis=1).astype(np.int32))
    vocabulary = Vocabulary(tuple(words[index] for index in kept.tolist()), tuple(sequences))
    return vocabulary, sparse.csr_array(sparse.hstack(matrices, format="csr"))


def count(corpus: Corpus, vocabulary: Vocabulary) -> sparse.csr_array:
    """Count the terms of `vocabulary` in texts tokenised with its words; float32, shape (texts, features)."""
    documents, words, place = corpus.documents(), len(vocabulary.words), corpus.ids
    known = np.flatnonzero(place >= 0)
    matrices = [_matrix(documents[known], place[known], corpus, words)]
    for length, terms in enumerate(vocabulary.sequences, start=2):
        starts, codes = _sequences(place, corpus.ids, documents, length, words)
        sought = terms[:, 0].astype(np.int64) * words + terms[:, 1]
        found = np.searchsorted(sought, codes)
        inside = found < len(sought)
        hit = inside.copy()
        hit[inside] = sought[found[inside]] == codes[inside]
        starts, found = starts[hit], found[hit]
        place = np.full_like(place, -1)
        place[starts] = found
        matrices.append(_matrix(documents[starts], found, corpus, len(terms)))
    return sparse.csr_array(sparse.hstack(matrices, format="csr"))


def _tokenize(texts: Iterable[str], lookup: Callable[[str], int]) -> Corpus:
    ids, offsets = array("i"), array("q", [0])
    for text in texts:
        ids.extend(map(lookup, _WORD.findall(text.lower())))
        offsets.append(len(ids))
    return Corpus(np.array(ids, dtype=np.int32), np.array(offsets, dtype=np.int64))


def _sequences(
    place: np.ndarray, ids: np.ndarray, documents: np.ndarray, length: int, words: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return where sequences of `length` words start, and their codes (place of all but the last word, last word)."""
    last = length - 1
    whole = (
        (place[: place.size - last] >= 0) & (ids[last:] >= 0) & (documents[: documents.size - last] == documents[last:])
    )
    starts = np.flatnonzero(whole)
    return starts, place[starts].astype(np.int64) * words + ids[starts + last]


def _matrix(documents: np.ndarray, terms: np.ndarray, corpus: Corpus, width: int) -> sparse.csr_array:
    """Count terms by text; `documents` ascends."""
    texts = corpus.offsets.size - 1
    bounds = np.searchsorted(documents, np.arange(texts + 1))
    ones = np.ones(terms.size, dtype=np.float32)
    matrix = sparse.csr_array((ones, terms.astype(np.int32, copy=False), bounds), shape=(texts, width))
    matrix.sum_duplicates()
    return matrix


def _frequent(counts: sparse.csr_array, min_df: int) -> tuple[sparse.csr_array, np.ndarray]:
    """Return the columns of terms that occur in enough texts, and which these are."""
    kept = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= min_df)
    return counts[:, kept], kept


def _renumber(terms: np.ndarray, kept: np.ndarray, size: int) -> np.ndarray:
    """Return the new number of each term, -1 where it is not kept; int32."""
    numbers = np.full(size, -1, dtype=np.int32)
    numbers[kept] = np.arange(kept.size, dtype=np.int32)
    return np.asarray(numbers[terms])
