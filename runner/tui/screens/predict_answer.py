"""Draws what a model says about a text, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from catalog.contract import Prediction
from catalog.figures import Role
from plugins.nlp.text_classification.records import Explanation, WordWeight
from runner.presentation.text import safe
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import cut, flat
from runner.tui.figures.render import body
from runner.tui.figures.roles import colour_of
from runner.tui.screens.explained import class_role, explained_text, probability_bars

__all__ = ["Answer", "draw_answer", "key_words"]

_CLASSES = 12
"""Classes that get a bar; the others are counted."""
_WORDS = 8
"""Key words that are listed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Attributes:
        study: Whose model was asked.
        prediction: Label and probabilities.
        seconds: From asking to the answer.
        moment: When it was answered.
        explanation: Why, where that was asked.
    """

    study: str
    prediction: Prediction
    seconds: float
    moment: datetime
    explanation: Explanation | None = None


def draw_answer(answer: Answer, canvas: Canvas) -> Content:
    """Return the label, a bar for each class, and where it was explained the words that decided."""
    palette, language, t = canvas.palette, canvas.language, canvas.t
    prediction, explanation = answer.prediction, answer.explanation
    took = flat(t("answered in {time:seconds}", time=max(0.01, round(answer.seconds, 2))), canvas.glyphs)
    room = max(8, canvas.width - len(took) - 12)
    head = Content.assemble(
        (cut(safe(prediction.label, 200), room, canvas.glyphs), f"bold {palette.accent}"),
        (flat(f"  {language.percent(prediction.confidence)}  ", canvas.glyphs), f"bold {palette.text}"),
        (took, palette.muted),
    )
    lines = [head, *_probabilities(prediction, canvas)]
    if explanation is not None:
        if explanation.truncated:
            warning = f"{canvas.glyphs.severities['warning']} {t('The model saw a part of the text only.')}"
            lines += Content.styled(warning, palette.warn).wrap(max(1, canvas.width))
        lines += [Content(""), *_reasons(explanation, canvas)]
    return Content("\n").join(lines)


def key_words(words: Sequence[WordWeight], count: int = _WORDS) -> list[WordWeight]:
    """Return the words with the largest weights, strongest first; each word once, with its strongest place."""
    strongest: dict[str, WordWeight] = {}
    for word in sorted(words, key=lambda word: -abs(word.weight)):
        if any(character.isalnum() for character in word.word):
            strongest.setdefault(word.word.casefold(), word)
    return list(strongest.values())[:count]


def _probabilities(prediction: Prediction, canvas: Canvas) -> list[Content]:
    ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])
    palette = canvas.palette
    drawn = body(probability_bars(prediction.probabilities, prediction.label, _CLASSES), canvas)
    if len(ranked) > _CLASSES:
        rest = canvas.t("{count:count} more", count=len(ranked) - _CLASSES)
        share = canvas.language.percent(sum(share for _, share in ranked[_CLASSES:]))
        drawn.append(Content.styled(flat(f"{rest}: {share}", canvas.glyphs), palette.muted))
    return drawn


def _reasons(explanation: Explanation, canvas: Canvas) -> list[Content]:
    palette, t, prediction = canvas.palette, canvas.t, explanation.prediction
    labels = list(prediction.probabilities)
    drawn = body(explained_text(prediction.text, explanation.words, prediction.label, labels), canvas)
    role = class_role(prediction.label, prediction.label, labels)
    roles: tuple[Role, Role] = (role, "negative" if role != "negative" else "positive")
    colours = tuple(colour_of(role, canvas) for role in roles)
    parts: list[tuple[str, str]] = [(f"{t('Key words')}: ", palette.muted)]
    for index, word in enumerate(key_words(explanation.words)):
        toward = word.weight >= 0
        sign = canvas.glyphs.toward if toward else canvas.glyphs.against
        weight = canvas.language.decimal(abs(word.weight), 2)
        parts.append((", " if index else "", palette.muted))
        parts.append((safe(word.word, 30), colours[0 if toward else 1]))
        parts.append((f" {sign}{weight}", palette.muted))
    lines = list(drawn)
    if len(parts) > 1:
        words = Content.assemble(*((flat(text, canvas.glyphs), style) for text, style in parts))
        lines += [Content(""), *words.wrap(max(1, canvas.width))]
    how = t("Log-odds by {method}", method=flat(safe(explanation.method, 60), canvas.glyphs))
    lines += Content.styled(how, palette.muted).wrap(max(1, canvas.width))
    return lines
