"""The tokens that a model sees of a text, each with its place in the text, and the words that they belong to."""

import unicodedata
from dataclasses import dataclass

import numpy as np

from plugins.nlp.encoders.text_encoder import TextEncoder
from plugins.nlp.texts import SEPARATOR

__all__ = ["AlignedWord", "EncodedText", "Piece", "align", "find_words"]

_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of the text itself: ``text[start:end]``, of the tokenizer's `word`; the place may hold whitespace."""

    start: int
    end: int
    word: int


@dataclass(frozen=True, slots=True, eq=False)
class EncodedText:
    """A text as the model sees it.

    Attributes:
        ids: All tokens, special ones included, int64, shape (tokens,): exactly those of `TextEncoder.encode`.
        first: Place in `ids` of the first token that is not special.
        pieces: The tokens that are not special, in the order of the text.
        head: How many of `pieces` are from the beginning; if the text was cut, a gap lies before the others.
        truncated: Whether the text has tokens that the model does not see.
    """

    ids: np.ndarray
    first: int
    pieces: tuple[Piece, ...]
    head: int
    truncated: bool

    @property
    def own(self) -> slice:
        """Where in `ids` the tokens of `pieces` lie."""
        return slice(self.first, self.first + len(self.pieces))


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """``text[start:end]``, never empty and without whitespace around it; `pieces` are the numbers of its pieces."""

    start: int
    end: int
    pieces: tuple[int, ...]


def align(text: str, encoder: TextEncoder) -> EncodedText:
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
    return EncodedText(whole, encoder.prefix.size, tuple(pieces), head if truncated else len(pieces), truncated)


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


def find_words(text: str, encoded: EncodedText) -> tuple[AlignedWord, ...]:
    """Merge pieces to words, in the order of the text.

    Pieces that touch are one word if the tokenizer took them from one word, with two exceptions: tokenizers that
    know whitespace alone would leave punctuation hanging on words and take a Chinese or Japanese sentence for one, so
    punctuation and ideographs stand alone; tokenizers that know punctuation would tear "couldn't" into three, so an
    apostrophe between letters joins. Whitespace that is a token is no word; a word that was cut is what was seen of it.
    """
    words: list[AlignedWord] = []
    last: Piece | None = None
    for number, whole in enumerate(encoded.pieces):
        piece = _stripped(text, whole)
        if piece is None:
            continue
        # One character may be several pieces, of which those in the middle were cut out.
        if last is not None and (piece.start < last.end or (number != encoded.head and _same_word(text, last, piece))):
            before = words[-1]
            words[-1] = AlignedWord(
                min(before.start, piece.start), max(before.end, piece.end), (*before.pieces, number)
            )
        else:
            words.append(AlignedWord(piece.start, piece.end, (number,)))
        last = piece
    return tuple(words)


def _stripped(text: str, piece: Piece) -> Piece | None:
    """Leave whitespace at both ends out; None if nothing else is left."""
    start, end = piece.start, piece.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Piece(start, end, piece.word) if start < end else None


def _same_word(text: str, first: Piece, second: Piece) -> bool:
    joint = second.start
    if joint > first.end:
        return False
    before, left, right, after = (text[at : at + 1] if at >= 0 else "" for at in range(joint - 2, joint + 2))
    if left in _APOSTROPHES:
        return before.isalnum() and right.isalnum()
    if right in _APOSTROPHES:
        return left.isalnum() and after.isalnum()
    alike = _is_punctuation(left) == _is_punctuation(right) and not (_is_ideograph(left) or _is_ideograph(right))
    return first.word == second.word and alike


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


def _is_ideograph(character: str) -> bool:
    """Return whether a character is of a script without spaces: wide ones, but for Hangul."""
    return unicodedata.east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7a3"
