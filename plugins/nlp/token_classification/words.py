"""Words of a raw text, split as tagged corpora mostly are.

A word ends at whitespace. Punctuation and symbols stand alone, each character for itself, except characters that join
words: a hyphen, full stop, apostrophe, underscore, ``@``, ``&`` or ``/`` between two letters or digits ("Jean-Luc",
"example.com", "don't"), commas and colons between two digits ("1,000", "10:30"), and the full stops of initials
("U.S."). The ending ``'s`` is a word of its own. Chinese characters and kana stand alone.
"""

import re
from dataclasses import dataclass

__all__ = ["TokenWord", "split_words"]

_MARKS = (
    r"\s!-/:-@\[-^`{-~\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2010-\u203b\u203d-\u205e\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\U0001f000-\U0001faff"
)
_ALONE = r"\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^{_MARKS}{_ALONE}]"
_WORD = re.compile(
    rf"(?:[^\W\d_]\.){{2,}}"
    rf"|\d+(?:[.,:]\d+)+(?!{_LETTER})"
    rf"|['\u2019][sS](?!{_LETTER})(?<={_LETTER}..)"
    rf"|{_LETTER}+(?:(?:[-._@&/]|['\u2019](?![sS](?!{_LETTER}))){_LETTER}+)*"
    r"|\S"
)


@dataclass(frozen=True, slots=True)
class TokenWord:
    """``text[start:end]``, never empty and without whitespace."""

    start: int
    end: int


def split_words(text: str) -> list[TokenWord]:
    """Return the words of a text, in order."""
    return [TokenWord(match.start(), match.end()) for match in _WORD.finditer(text)]
