"""Tagged sentences of one split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plugins.nlp.texts import well_formed
from plugins.nlp.token_classification.schemes import TagSet, spans_of

__all__ = ["Sentences", "entity_texts", "offsets_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """Examples of one split, in the order of their source.

    Attributes:
        words: The words of each sentence, at least one. Immutable: the splits of one data set are shared in a process.
        tags: Ids of the tags of all words, one sentence after the other, int64, shape (words,), read-only.
        strata: What a part of the split keeps in proportion: the rarest entity type of each sentence, int64, shape
            (sentences,).
    """

    words: Sequence[tuple[str, ...]]
    tags: np.ndarray
    strata: np.ndarray

    def __len__(self) -> int:
        return len(self.words)

    @property
    def offsets(self) -> np.ndarray:
        """Where sentences begin in `tags`, and the end of the last one; int64, shape (sentences + 1,)."""
        return offsets_of(self.words)

    @property
    def texts(self) -> list[str]:
        """The words of each sentence with spaces between them."""
        return [well_formed(" ".join(words)) for words in self.words]

    def take(self, rows: np.ndarray) -> "Sentences":
        """Return the sentences with these indices, in their order."""
        offsets = self.offsets
        parts = [self.tags[offsets[row] : offsets[row + 1]] for row in rows.tolist()]
        tags = np.concatenate(parts) if parts else self.tags[:0]
        tags.flags.writeable = False
        return Sentences(tuple(self.words[row] for row in rows.tolist()), tags, self.strata[rows])


def offsets_of(sentences: Sequence[Sequence[str]]) -> np.ndarray:
    """Return where each sentence begins if all follow each other, and the end; int64, shape (sentences + 1,)."""
    offsets = np.zeros(len(sentences) + 1, dtype=np.int64)
    np.cumsum([len(words) for words in sentences], out=offsets[1:])
    return offsets


def entity_texts(sentences: Sequence[Sequence[str]], tags: np.ndarray, known: TagSet) -> list[str]:
    """Return the entities of each sentence as ``Ada Lovelace (PER); London (LOC)``.

    Args:
        sentences: The words of each.
        tags: Ids of the tags of all words, shape (words,).
        known: The tags.
    """
    offsets = offsets_of(sentences)
    spans, _ = spans_of(tags, offsets, known)
    rows = np.searchsorted(offsets, spans.starts, side="right") - 1
    found: list[list[str]] = [[] for _ in sentences]
    starts, ends = spans.starts - offsets[rows], spans.ends - offsets[rows]
    for row, start, end, kind in zip(rows.tolist(), starts.tolist(), ends.tolist(), spans.types.tolist(), strict=True):
        found[row].append(f"{' '.join(sentences[row][start:end])} ({known.types[kind]})")
    return [well_formed("; ".join(each)) for each in found]
