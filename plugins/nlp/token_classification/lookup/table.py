"""The table of words: how it is counted, what it predicts, and the folder that holds it.

A folder holds one file, ``model.json``: format, version, scheme and names of the tags, configuration, how many words
have each tag, and for each word how many times it has each tag.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from catalog.contract import Prediction
from catalog.dataset import Strict
from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from plugins.nlp.token_classification.answers import as_words, prediction_of
from plugins.nlp.token_classification.evaluation.predictions import TagPredictions
from plugins.nlp.token_classification.lookup.config import LookupConfig
from plugins.nlp.token_classification.schemes import SCHEMES, TagSet
from plugins.nlp.token_classification.sentences import Sentences
from plugins.storage import MODEL_RECORD, write_folder

__all__ = ["WordTable", "fit", "open_table", "save_table"]

KEY = "nlp/token-classification/lookup"
_FILE = "model.json"
_MOST_BYTES = 1 << 30

Counts = Mapping[str, Mapping[int, int]]
"""By word how many times it has each tag."""


@dataclass(frozen=True, eq=False)
class WordTable:
    """A `catalog.contract.Predictor`.

    The probability of a tag is its share of the word's occurrences, of which there is one more that is shared out as
    the tags of all words are: no tag is impossible.

    Attributes:
        known: The tags.
        words: What was counted, of words that occur often enough.
        totals: Training words of each tag.
        lowercase: Whether words are looked up without regard to letter case too.
    """

    known: TagSet
    words: Counts
    totals: Sequence[int]
    lowercase: bool

    def predict(self, inputs: Iterable[Any]) -> Iterator[Prediction]:
        """Yield one prediction for each input, a text or a list of words, in order."""
        for given in inputs:
            text, words = as_words(given)
            called = [text[word.start : word.end] for word in words]
            tags, shares = self.tags_of(called, np.array([0, len(called)]))
            yield prediction_of(text, words, tags, shares[np.arange(tags.size), tags], self.known)

    def evaluate(self, sentences: Sentences) -> TagPredictions:
        """Return the tags of sentences, with their probabilities."""
        offsets = sentences.offsets
        tags, shares = self.tags_of([word for words in sentences.words for word in words], offsets)
        at = np.arange(tags.size)
        return TagPredictions(self.known, offsets, sentences.tags, tags, shares[at, tags], shares[at, sentences.tags])

    def tags_of(self, words: Sequence[str], offsets: np.ndarray) -> tuple[np.ndarray, "_Shares"]:
        """Return the tag of each word, repaired so that all entities are complete, and the probabilities of all tags.

        Args:
            words: Of all sentences.
            offsets: Where sentences begin, and the end of the last one.
        """
        distinct = {word: index for index, word in enumerate(dict.fromkeys(words))}
        table = np.array([self._shares(word) for word in distinct]).reshape(-1, len(self.known.names))
        unknown = np.array([self._find(word) is None for word in distinct], dtype=bool)
        best = table.argmax(axis=1) if distinct else np.zeros(0, dtype=np.int64)
        if self.known.outside is not None:
            best[unknown] = self.known.outside
        places = np.array([distinct[word] for word in words], dtype=np.int64)
        return self.known.repaired(best[places], offsets), _Shares(table, places)

    def _find(self, word: str) -> Mapping[int, int] | None:
        found = self.words.get(word)
        return self._folded.get(word.lower()) if found is None and self.lowercase else found

    def _shares(self, word: str) -> np.ndarray:
        counts = self._find(word)
        if counts is None:
            return self._prior
        shares, total = self._prior.copy(), 1
        for tag, count in counts.items():
            shares[tag] += count
            total += count
        return np.asarray(shares / total)

    @cached_property
    def _prior(self) -> np.ndarray:
        """The share of each tag among all words, with one word more of each."""
        totals = np.array(self.totals, dtype=np.float64) + 1
        return np.asarray(totals / totals.sum())

    @cached_property
    def _folded(self) -> Counts:
        found: dict[str, Counter[int]] = defaultdict(Counter)
        for word, counts in self.words.items():
            found[word.lower()].update(counts)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """Probabilities of the tags of words: a row for each distinct word, and the row of each word."""

    table: np.ndarray
    rows: np.ndarray

    def __getitem__(self, at: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        words, tags = at
        return np.asarray(self.table[self.rows[words], tags], dtype=np.float32)


def fit(config: LookupConfig, known: TagSet, train: Sentences) -> WordTable:
    """Count how often each word has each tag."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    words = (word for sentence in train.words for word in sentence)
    for word, tag in zip(words, train.tags.tolist(), strict=True):
        counts[word][tag] += 1
    kept = {word: dict(found) for word, found in counts.items() if found.total() >= config.min_count}
    return WordTable(known, kept, np.bincount(train.tags, minlength=len(known.names)).tolist(), config.lowercase)


class _Stored(Strict):
    """The file of the folder."""

    format: Literal["modelcat-lookup"] = "modelcat-lookup"
    version: Literal[1] = 1
    scheme: str
    tags: tuple[str, ...] = Field(strict=False, min_length=2, max_length=5000)
    config: LookupConfig
    totals: tuple[int, ...] = Field(strict=False)
    words: dict[str, dict[str, int]]


def save_table(folder: Path, table: WordTable, config: LookupConfig) -> None:
    """Write a table; the folder is written completely or not at all, and replaces an older one."""
    words = {word: {str(tag): count for tag, count in found.items()} for word, found in table.words.items()}
    known = table.known
    stored = _Stored(scheme=known.scheme, tags=known.names, config=config, totals=tuple(table.totals), words=words)

    def write(target: Path) -> None:
        (target / _FILE).write_bytes(stored.model_dump_json().encode("utf-8", "replace"))
        (target / MODEL_RECORD).write_text(f'{{"key": "{KEY}"}}\n', encoding="utf-8")

    write_folder(folder, write)


def open_table(folder: Path) -> WordTable:
    """Read a table and check that its parts fit each other.

    Raises:
        ModelSourceError: The file is missing or damaged, or the folder holds another kind of model.
    """
    try:
        stored = _Stored.model_validate_json(read_limited(folder / _FILE, _MOST_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        reason = f"{error.error_count()} errors in {_FILE}" if isinstance(error, ValidationError) else error
        raise ModelSourceError(f"{folder} does not hold a table of words: {clause(reason)}. Train it again.") from error
    ids = {str(index): index for index in range(len(stored.tags))}
    fits = stored.scheme in {*SCHEMES, "plain"} and len(stored.totals) == len(stored.tags)
    if not fits or any(tag not in ids for found in stored.words.values() for tag in found):
        raise ModelSourceError(f"{folder} does not hold a whole table of words: tags do not fit. Train it again.")
    words = {word: {ids[tag]: count for tag, count in found.items()} for word, found in stored.words.items()}
    return WordTable(TagSet(stored.scheme, stored.tags), words, stored.totals, stored.config.lowercase)
