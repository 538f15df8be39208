"""The language of a data set, guessed from a sample: by its script, or by the most common words of ten languages.

Each text of the sample says what it seems to be, and the majority of those that say anything decides. It is only a
guess for a data sheet: short texts, mixed data and languages beyond these give none or, among close relatives (Danish,
Czech), the nearest. Each list holds words that are among the commonest of its language and rare in the other nine.
"""

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["guess_language"]

_TEXTS = 300
_CHARACTERS = 500
_LEAST_SHARE = 0.04
"""Share of a text's words that must be among a list; about a quarter are, in its language."""

_WORDS = {
    "en": "the and of to is that it was for with this but have are not you they his from",
    "de": "der die das und ist nicht ich ein eine mit auch sich auf für den dem zu von wie aber",
    "fr": "le les et des est une pas que dans qui pour ce il au je avec sur du mais vous",
    "es": "el los y que en las una por con para es lo pero como muy más está fue mi su",
    "it": "il di che è non un per sono una con gli della del ma anche molto questo nel più ho",
    "pt": "o os não que um uma para com muito em do da mas foi mais são ao você isso eu",
    "nl": "de het een en van ik niet dat is op zijn met voor maar er ook aan naar wel heel",
    "sv": "och att det är som en inte jag på för med av ett den var har till om men så",
    "pl": "i w nie na się to z jest do że jak ale po tak co od dla tego już był",
    "tr": "ve bir bu çok için ama da de gibi daha ne var olarak değil kadar ile sonra ben en iyi",
}
_LISTS = {language: frozenset(words.split()) for language, words in _WORDS.items()}

_SCRIPTS = {
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0620-\u064a]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
    "th": re.compile(r"[\u0e01-\u0e4e]"),
}
_OTHERS = {"ru": re.compile(r"[іїєґўјљњћђќѓѕџ]"), "ar": re.compile(r"[پچژگکیٹڈےں]")}
"""Letters that other languages in the same script use, and this one does not."""
_WORD = re.compile(r"[^\W\d_]+")


def guess_language(texts: Sequence[str]) -> str | None:
    """Return the code (ISO 639-1) of the language that most of an even sample of `texts` seem to be in, or None."""
    step = max(1, len(texts) // _TEXTS)
    votes = Counter(_guess(text[:_CHARACTERS].lower()) for text in texts[::step][:_TEXTS])
    del votes[None]
    if not votes:
        return None
    language, count = votes.most_common(1)[0]
    return language if 2 * count > votes.total() else None


def _guess(text: str) -> str | None:
    letters = sum(map(len, _WORD.findall(text)))
    for language, script in _SCRIPTS.items():
        if 2 * len(script.findall(text)) > letters > 0:
            return _in_script(text, language)
    if 5 * len(_SCRIPTS["ja"].findall(text)) > letters > 0:  # mixed with Chinese characters, neither the majority
        return "ja"
    words = _WORD.findall(text)
    counts = {language: sum(word in known for word in words) for language, known in _LISTS.items()}
    best = max(counts.values())
    found = [language for language, count in counts.items() if count == best]
    return found[0] if len(found) == 1 and best > _LEAST_SHARE * len(words) else None


def _in_script(text: str, language: str) -> str | None:
    if language == "zh" and _SCRIPTS["ja"].search(text):
        return "ja"
    others = _OTHERS.get(language)
    return None if others is not None and others.search(text) else language
