"""The tokens that a model sees of a text, each with the place it came from."""

from dataclasses import dataclass

import numpy as np

from plugins.nlp.text_classification.bert.encoding import TextEncoder
from plugins.nlp.texts.strings import SEPARATOR

__all__ = ["Piece", "Reading", "read"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of the text's own: ``text[start:end]``, of the tokenizer's `word`; the place may hold whitespace."""

    start: int
    end: int
    word: int


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text as the model sees it.

    Attributes:
        ids: All tokens, special ones included, int64, shape (tokens,): exactly those of `TextEncoder.encode`.
        first: Place in `ids` of the first token that is not special.
        pieces: The tokens that are not special, in the order of the text.
        head: So many of `pieces` are from the beginning; a gap lies before the others where the text was cut.
        truncated: Whether the text has tokens that the model does not see.
    """

    ids: np.ndarray
    first: int
    pieces: tuple[Piece, ...]
    head: int
    truncated: bool

    @property
    def plain(self) -> slice:
        """Where in `ids` the tokens of `pieces` lie."""
        return slice(self.first, self.first + len(self.pieces))


def read(text: str, encoder: TextEncoder) -> Reading:
    """Encode one text, any string, and keep track of the places in it."""
    repaired = encoder.ready(text)
    encoded = encoder.backend.encode(repaired, add_special_tokens=False)
    ids, offsets, words = encoded.ids, encoded.offsets, encoded.word_ids
    head, tail = encoder.kept
    truncated = len(ids) > head + tail
    seen = [*range(head), *range(len(ids) - tail, len(ids))] if truncated else range(len(ids))
    origins = None if repaired == text else _origins(text, encoder.separator)
    pieces = []
    for index in seen:
        start, end = offsets[index]
        if origins is not None:
            start, end = origins[start], origins[end]
        pieces.append(Piece(start, end, -1 if words[index] is None else words[index]))
    own = np.array([ids[index] for index in seen], dtype=np.int64)
    whole = np.concatenate([encoder.prefix, own, encoder.suffix]).astype(np.int64)
    return Reading(whole, encoder.prefix.size, tuple(pieces), head if truncated else len(pieces), truncated)


def _origins(text: str, separator: str) -> list[int]:
    """Return where each character of ``encoder.ready(text)`` begins in `text`, and its end.

    A joined pair of surrogates was two characters, and the separator of columns another text.
    """
    origins, position = [], 0
    while position < len(text):
        if text.startswith(SEPARATOR, position):
            origins += [position] * len(separator)
            position += len(SEPARATOR)
            continue
        origins.append(position)
        pair = "\ud800" <= text[position] <= "\udbff" and "\udc00" <= text[position + 1 : position + 2] <= "\udfff"
        position += 2 if pair else 1
    return [*origins, len(text)]
