"""From the pieces of a tokenizer to words as a reader knows them."""

import unicodedata
from dataclasses import dataclass

from plugins.nlp.text_classification.bert.explaining.pieces import Piece, Reading

__all__ = ["Word", "find_words"]

_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"


@dataclass(frozen=True, slots=True)
class Word:
    """``text[start:end]``, never empty and without whitespace around it; `pieces` are the numbers of its pieces."""

    start: int
    end: int
    pieces: tuple[int, ...]


def find_words(text: str, reading: Reading) -> tuple[Word, ...]:
    """Merge pieces to words, in the order of the text.

    Pieces that touch are one word where the tokenizer took them from one word, with two exceptions: tokenizers that
    know whitespace alone would leave punctuation hanging on words and take a Chinese or Japanese sentence for one, so
    punctuation and ideographs stand alone; tokenizers that know punctuation would tear "couldn't" into three, so an
    apostrophe between letters joins. Whitespace that is a token is no word; a word that was cut is what was seen of it.
    """
    words: list[Word] = []
    last: Piece | None = None
    for number, whole in enumerate(reading.pieces):
        piece = _stripped(text, whole)
        if piece is None:
            continue
        # One character may be several pieces, of which those in the middle were cut out.
        if last is not None and (piece.start < last.end or (number != reading.head and _same_word(text, last, piece))):
            before = words[-1]
            words[-1] = Word(min(before.start, piece.start), max(before.end, piece.end), (*before.pieces, number))
        else:
            words.append(Word(piece.start, piece.end, (number,)))
        last = piece
    return tuple(words)


def _stripped(text: str, piece: Piece) -> Piece | None:
    """Leave whitespace at both ends out; None where nothing else is left."""
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
    """Tell characters of scripts without spaces: wide ones, but for Hangul."""
    return unicodedata.east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7a3"
