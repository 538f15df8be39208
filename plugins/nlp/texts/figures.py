"""Figures that tasks on single texts share: lengths, truncation, and the words that a model relies on."""

import string
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from catalog.figures import Axis, Bar, Bars, Figure, Highlight, HighlightedText, Text
from catalog.statement import Statement, Value
from plugins.nlp.texts import without_surrogates
from plugins.nlp.texts.lengths import UNITS
from plugins.nlp.texts.records import ImportantWord, WordWeight

__all__ = [
    "LENGTHS",
    "WORDS",
    "TextsOfLength",
    "key_words",
    "length_axis",
    "length_range",
    "length_unit",
    "marked_text",
    "marks",
    "sample_caption",
    "truncation",
    "word_bars",
]

LENGTHS: Final = Statement("Length")
"""Group of the figures about lengths."""
WORDS: Final = Statement("Words")
"""Group of the figures about words."""
_AXES = {"tokens": Statement("Tokens"), "characters": Statement("Characters")}
_MOST_WORDS = 12
_LONGEST, _KEY_WORDS = 1200, 5
_KEY_SHARE = 0.25
"""A key word weighs at least this share of the heaviest."""


class TextsOfLength(Protocol):
    """Texts of some lengths."""

    @property
    def unit(self) -> str:
        """What lengths count."""

    @property
    def low(self) -> int:
        """The shortest."""

    @property
    def high(self) -> int:
        """The longest."""

    @property
    def truncated(self) -> float:
        """Share of texts of which the model saw only a part."""


def length_axis(groups: Sequence[TextsOfLength]) -> Axis:
    """Return an axis with a place for each group."""
    label = _AXES.get(groups[0].unit) or Statement("Words")
    return Axis(label, "text", categories=tuple(map(length_range, groups)))


def length_range(group: TextsOfLength) -> Statement:
    """Return the lengths of a group."""
    return Statement("{low:count}–{high:count}", {"low": group.low, "high": group.high})


def length_unit(group: TextsOfLength) -> Statement:
    """Return what lengths count, within a sentence."""
    return UNITS.get(group.unit) or Statement("{unit}", {"unit": group.unit})


def truncation(groups: Sequence[TextsOfLength]) -> Iterator[Figure]:
    """Yield the share of texts that were cut, by length, if any was."""
    if not any(one.truncated for one in groups):
        return
    bars = tuple(Bar(length_range(one), one.truncated) for one in groups)
    axis = Axis(Statement("Share of texts of which the model saw a part only"), "percent", low=0.0, high=1.0)
    caption = (Statement("Long texts are cut before the model reads them."),)
    yield Bars("truncation", Statement("Truncated texts by length"), axis, bars, caption=caption, group=LENGTHS)


def word_bars(words: Sequence[ImportantWord]) -> tuple[Bar, ...]:
    """Return bars of the first words of a list, the heaviest first; the list itself is ordered by rareness too."""
    strongest = sorted(words[:_MOST_WORDS], key=lambda word: -word.weight)
    return tuple(
        Bar(word.word, word.weight, note=Statement("{texts:count} texts", {"texts": word.texts})) for word in strongest
    )


def marks(words: Sequence[WordWeight]) -> tuple[Highlight, ...]:
    """Return the places of words, each as strong as its weight among them, -1 to 1."""
    most = max((abs(word.weight) for word in words), default=0.0) or 1.0
    return tuple(Highlight(one.start, one.end, one.weight / most) for one in words)


def marked_text(
    key: str,
    title: Text,
    text: str,
    words: Sequence[WordWeight],
    positive: Statement,
    negative: Statement,
    caption: Sequence[Text],
) -> HighlightedText:
    """Return an example with its words marked; a very long text is cut."""
    whole = without_surrogates(text)
    shown = whole if len(whole) <= _LONGEST else whole[:_LONGEST] + "…"
    within = tuple(one for one in marks(words) if one.end <= _LONGEST)
    return HighlightedText(key, title, shown, within, positive, negative, caption=tuple(caption), group=WORDS)


def sample_caption(method: str, rows: int, least: int, error: float | None) -> tuple[Text, ...]:
    """Return a statement on how the weights of words were found.

    Args:
        method: By what.
        rows: Validation texts that were explained.
        least: A word counts if at least so many of them hold it.
        error: Median completeness error; None if there is none.
    """
    values: dict[str, Value] = {"method": method, "rows": rows, "least": least}
    told = Statement(
        "By {method}, over {rows:count} validation texts; a word counts if {least:count} of them or more hold it.",
        values,
    )
    if error is None:
        return (told,)
    return told, Statement("The median completeness error of the weights is {error:percent}.", {"error": error})


def key_words(words: Sequence[WordWeight]) -> list[str]:
    """Return the few words that add most, without surrounding punctuation."""
    least = _KEY_SHARE * max((word.weight for word in words), default=0.0)
    ranked = sorted((word for word in words if word.weight > max(least, 0.0)), key=lambda word: -word.weight)
    bare = (word.word.strip(string.punctuation) for word in ranked)
    return list(dict.fromkeys(word for word in bare if word))[:_KEY_WORDS]
