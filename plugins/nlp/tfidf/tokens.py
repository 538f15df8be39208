"""What counts as a word: decided from the training texts, and remembered with the model.

Three kinds. ``words`` are runs of letters and digits. ``symbols`` are these with their combining marks, and single
emoji, and single characters of scripts that put no spaces between words (Chinese, Japanese, Thai, Khmer ...), whose
sequences are then character n-grams. ``characters`` are all characters but whitespace, for texts that have no words in
common: sequences of letters, punctuation alone.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from plugins.nlp.texts.words import count_words

__all__ = ["WORDS", "Kind", "TextTokens", "choose_tokens", "pattern_of", "token_notes"]

Kind = Literal["words", "symbols", "characters"]

_LEAST_SHARE = 0.01
"""Share of the training texts with a symbol from which symbols count. Below it a text or two would change the features
of a data set that words describe; none of IMDB's 25,000 training reviews holds one."""
_LEAST_TEXTS = 2
_MOSTLY = 0.5
"""Share of a sample's tokens that are single characters from which sequences are one longer: a Chinese word has two
characters, a Thai or Japanese one often three."""
_IN_COMMON = 0.1
"""Up to this share of a sample's texts that hold a word of another text, words are not used as features."""
_SAMPLE = 2000

_EMOJI = (
    ("\u231a", "\u231b"),
    ("\u23e9", "\u23ff"),
    ("\u2600", "\u27bf"),
    ("\u2b05", "\u2b55"),
    ("\U0001f000", "\U0001faff"),
)
"""Emoji and pictographs. Arrows, box drawings, geometric shapes, currencies and signs such as © and ° are none."""
_NO_SPACES = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Burmese
    ("\u1780", "\u17ff"),  # Khmer
    ("\u1950", "\u1aaf"),  # Tai Le, New Tai Lue, Buginese, Tai Tham
    ("\u1b00", "\u1b7f"),  # Balinese
    ("\u2e80", "\u2fdf"),  # radicals
    ("\u3005", "\u3007"),
    ("\u3021", "\u312f"),  # Hiragana, Katakana, Bopomofo
    ("\u31a0", "\u31ff"),
    ("\u3400", "\u4dbf"),  # Chinese characters
    ("\u4e00", "\ua4cf"),  # Chinese characters, Yi
    ("\ua980", "\uaadf"),  # Javanese, Burmese, Cham, Tai Viet
    ("\uf900", "\ufaff"),
    ("\uff66", "\uff9f"),  # half-width Katakana
    ("\U00016fe0", "\U00018cff"),  # Tangut, Khitan
    ("\U0001aff0", "\U0001b2ff"),  # Kana, Nüshu
    ("\U00020000", "\U000323af"),  # Chinese characters
)
"""Blocks of scripts that are written without spaces between words. Hangul, and Tibetan with its dots, have words."""
_STACKERS = "\u17d2\u1039"
"""Khmer and Burmese: the next consonant stands below this one."""


@dataclass(frozen=True, slots=True)
class TextTokens:
    """What counts as a word in a data set.

    Attributes:
        kind: Which tokens there are.
        longer: How many tokens a sequence may have more than `ngram_max`.
        note: What a reader should know; empty if words are words.
    """

    kind: Kind
    longer: int = 0
    note: str = ""

    @property
    def unit(self) -> str:
        """What `lengths` counts: ``"words"``, or ``"characters"`` if words are not separated."""
        return "characters" if self.longer else "words"

    def lengths(self, texts: Sequence[str]) -> np.ndarray:
        """Return how long texts are, int64, shape (texts,)."""
        if not self.longer:
            return count_words(texts)
        return np.fromiter((sum(map(len, text.split())) for text in texts), dtype=np.int64, count=len(texts))


WORDS = TextTokens("words")


@lru_cache(maxsize=2)
def choose_tokens(texts: tuple[str, ...]) -> TextTokens:
    """Decide what the words of training texts are; the last two answers are remembered."""
    symbol = re.compile(_symbols())
    holding = sum(not text.isascii() and symbol.search(text) is not None for text in texts)
    kind: Kind = "symbols" if holding >= max(_LEAST_TEXTS, _LEAST_SHARE * len(texts)) else "words"
    sample = _tokens_of(texts[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE], pattern_of(kind))
    if _share_in_common(sample) <= _IN_COMMON:
        return TextTokens(
            "characters",
            1,
            "Hardly a word stands in two training texts: the linear model counts character n-grams instead of words.",
        )
    if kind == "words":
        return WORDS
    spaceless = re.compile(_spaceless())
    marked = sum(spaceless.match(token) is not None for tokens in sample for token in tokens)
    if marked >= _MOSTLY * sum(map(len, sample)):
        return TextTokens(
            "symbols",
            1,
            "The training texts are mostly in a script without spaces between words: the linear model counts "
            "character n-grams.",
        )
    return TextTokens(
        "symbols",
        0,
        f"{holding:,} of {len(texts):,} training texts hold emoji, combining marks or a script without spaces between "
        "words: the linear model counts each emoji and each such character as a word.",
    )


@lru_cache(maxsize=3)
def token_notes(texts: Sequence[str]) -> tuple[str, ...]:
    """Return what counts as a word in texts, if that is not just words."""
    note = choose_tokens(tuple(texts)).note
    return (note,) if note else ()


def pattern_of(kind: Kind) -> str:
    """Return the regular expression that finds the tokens of lower-case text; it has no group."""
    if kind == "words":
        return r"\w+"
    marks, spaceless = _marks(), _spaceless()
    if kind == "characters":
        return rf"\S[{marks}]*"
    flag, emoji = "[\U0001f1e6-\U0001f1ff]", _class(_EMOJI)
    stacked = rf"{spaceless}(?:[{_STACKERS}]{spaceless}|[{marks}])*"
    letters = rf"[^\W{_without_spaces()}]"
    return rf"{letters}+(?:[{marks}]+{letters}*)*|{stacked}|{flag}{{2}}|[{emoji}]"


def _symbols() -> str:
    """Return what finds an emoji, a character of a script without spaces, or a combining mark."""
    return f"[{_class(_EMOJI)}]|{_spaceless()}|[{_marks()}]"


def _spaceless() -> str:
    return f"[{_without_spaces()}]"


@lru_cache(maxsize=1)
def _without_spaces() -> str:
    """Return the letters and digits of scripts without spaces, as the inside of a character class."""
    codes = (code for first, last in _NO_SPACES for code in range(ord(first), ord(last) + 1))
    return _class(_ranges(code for code in codes if unicodedata.category(chr(code))[0] in "LN"))


@lru_cache(maxsize=1)
def _marks() -> str:
    """Return all combining marks but variation selectors, as the inside of a character class."""
    codes = (code for code in range(0x300, 0x20000) if not 0xFE00 <= code <= 0xFE0F)
    return _class(_ranges(code for code in codes if unicodedata.category(chr(code))[0] == "M"))


def _ranges(codes: Iterable[int]) -> list[tuple[str, str]]:
    found: list[list[int]] = []
    for code in codes:
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return [(chr(first), chr(last)) for first, last in found]


def _class(ranges: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{first}-{last}" for first, last in ranges)


def _tokens_of(texts: Sequence[str], pattern: str) -> list[list[str]]:
    return [re.findall(pattern, text.lower()) for text in texts]


def _share_in_common(texts: Sequence[Sequence[str]]) -> float:
    """Return the share of texts that hold a token of another one."""
    counts = Counter(token for tokens in texts for token in set(tokens))
    return sum(any(counts[token] > 1 for token in set(tokens)) for tokens in texts) / max(1, len(texts))
