"""Words as the model reads them: word pieces, in windows that overlap if a sentence is too long for one.

The words of a sentence are joined with spaces and encoded as one text, so that tokenizers that use spaces (RoBERTa)
get the form that they were trained on. A word's tag is that of its first piece. A word of which the tokenizer leaves
nothing, such as a space, is read as the padding token.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from plugins.nlp.encoders.text_encoder import CHUNK, TextEncoder
from plugins.nlp.encoders.tokens import EncodedTokens, flatten
from plugins.nlp.texts import well_formed

__all__ = ["Windows", "encode_words"]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The words of many sentences.

    Attributes:
        tokens: Each row is a window.
        places: Where in `tokens.ids` the first piece of each word lies, in the window where the word has the most
            context; int64, shape (words,), in the order of the words.
        long: Sentences that take more than one window.
    """

    tokens: EncodedTokens
    places: np.ndarray
    long: int


def encode_words(sentences: Sequence[Sequence[str]], encoder: TextEncoder, stride: int) -> Windows:
    """Encode sentences.

    Args:
        sentences: The words of each, at least one.
        encoder: Its `max_length` is the length of a window.
        stride: Tokens that two windows share, half a window at most.
    """
    rows, places, start, long = list[np.ndarray](), list[np.ndarray](), 0, 0
    for ids, firsts in _pieces(sentences, encoder):
        windows, owners, within = _cut(ids.size, firsts, encoder, stride)
        begins = []
        for begin, end in windows:
            rows.append(np.concatenate([encoder.prefix, ids[begin:end], encoder.suffix]).astype(np.int32))
            begins.append(start)
            start += rows[-1].size
        places.append(np.array(begins, dtype=np.int64)[owners] + encoder.prefix.size + within)
        long += len(windows) > 1
    return Windows(flatten(rows), np.concatenate(places) if places else np.zeros(0, dtype=np.int64), long)


def _pieces(sentences: Sequence[Sequence[str]], encoder: TextEncoder) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the ids of each sentence's pieces, and the place of the first piece of each word among them."""
    for start in range(0, len(sentences), CHUNK):
        chunk = [[well_formed(word) for word in words] for words in sentences[start : start + CHUNK]]
        encoded = encoder.backend.encode_batch([" ".join(words) for words in chunk], add_special_tokens=False)
        for words, one in zip(chunk, encoded, strict=True):
            ends = np.cumsum([len(word) + 1 for word in words]) - 1  # in the joined text
            begins = np.array([begin for begin, _ in one.offsets], dtype=np.int64)
            owner = np.searchsorted(ends, begins, side="right")  # a space belongs to the word after it
            ids, owner = np.array(one.ids, dtype=np.int64), np.minimum(owner, len(words) - 1)
            lost = np.setdiff1d(np.arange(len(words)), owner)
            if lost.size:
                at = np.searchsorted(owner, lost)
                ids, owner = np.insert(ids, at, encoder.pad_id), np.insert(owner, at, lost)
            yield ids, np.searchsorted(owner, np.arange(len(words)))


def _cut(
    size: int, firsts: np.ndarray, encoder: TextEncoder, stride: int
) -> tuple[list[tuple[int, int]], np.ndarray, np.ndarray]:
    """Return the windows of a sentence, the window of each word, and the place of the word in it.

    A word's context in a window is the smaller number of pieces on one of its sides; an end of the sentence counts as
    endless context. Windows in which no word has the most context are left out.

    Args:
        size: Pieces of the sentence.
        firsts: Place of each word's first piece.
        encoder: Says how much fits into a window.
        stride: Tokens that two windows share.
    """
    room = encoder.max_length - encoder.prefix.size - encoder.suffix.size
    if size <= room:
        return [(0, size)], np.zeros(firsts.size, dtype=np.int64), firsts
    step = room - min(stride, room // 2)
    begins = [*range(0, size - room, step), size - room]
    best, owners = np.full(firsts.size, -1), np.zeros(firsts.size, dtype=np.int64)
    for window, begin in enumerate(begins):
        low, high = np.searchsorted(firsts, [begin, begin + room])
        places = firsts[low:high]
        left = np.full(places.size, size) if begin == 0 else places - begin
        right = np.full(places.size, size) if begin + room == size else begin + room - 1 - places
        context = np.minimum(left, right)
        better = context > best[low:high]
        best[low:high][better], owners[low:high][better] = context[better], window
    used, owners = np.unique(owners, return_inverse=True)
    starts = np.array(begins, dtype=np.int64)[used]
    windows = [(begin, begin + room) for begin in starts.tolist()]
    return windows, owners, firsts - starts[owners]
