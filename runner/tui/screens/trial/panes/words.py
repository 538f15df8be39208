"""Words: what the kept model goes by, and texts with the words that decided."""

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widget import Widget

from catalog.results import ClassWords, ExampleExplanation
from runner.console.datatable import DataTable
from runner.console.text import safe
from runner.tui.desk import Desk
from runner.tui.figures.bars import Bar, bars
from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.figures.tokens import class_colour, legend_of, tokens
from runner.tui.screens.trial.explorer import other_label
from runner.tui.screens.trial.panes.page import page
from runner.tui.figures.canvas import paragraph
from runner.tui.screens.trial.view import View
from runner.tui.figures.canvas import Canvas
from runner.tui.widgets.drawing import Drawing
from runner.tui.words import msgid

__all__ = ["WordsPane"]

_MOST_CLASSES, _MOST_WORDS, _WORD = 8, 12, 24
_LONGEST = 1200
_SITUATIONS = {
    "praise": msgid("Praise"),
    "blame": msgid("Blame"),
    "mixed": msgid("Mixed"),
    "surest right": msgid("Surest where right"),
    "surest wrong": msgid("Surest where wrong"),
    "least sure": msgid("Least sure"),
}


class WordsPane:
    """The most important words of each class, and explained examples.

    Args:
        desk: Words and colours.
        keys: Returns the key of an action, for what the lines say.
    """

    def __init__(self, desk: Desk, keys: Callable[[str], str]) -> None:
        self._desk = desk
        self._keys = keys
        self._words, self._examples = Drawing(desk), Drawing(desk)
        self.widget: Widget = page([self._words], [self._examples])

    def show(self, view: View) -> None:
        """Draw what is known, or say why nothing is."""
        desk = self._desk
        found = view.facts.interpretation
        self._examples.display = found is not None and bool(found.examples)
        self._words.show(lambda canvas: _words(view, canvas, desk, self._keys("trial.explain")))
        if found is not None:
            labels = view.facts.labels
            self._examples.show(lambda canvas: _examples(found.examples, labels, canvas, desk))

    def table(self, view: View) -> DataTable:
        """Return the words."""
        found = view.facts.interpretation
        rows = [
            (words.label, word.word, word.weight, word.texts)
            for words in (found.classes if found else ())
            for word in words.words
        ]
        return DataTable(("label", "word", "weight", "texts"), tuple(rows))


def _words(view: View, canvas: Canvas, desk: Desk, key: str) -> Content:
    """Return a group of bars for each class."""
    found, t, palette = view.facts.interpretation, desk.t, canvas.palette
    if found is None or not any(words.words for words in found.classes):
        return Content("\n").join(paragraph(_absent(view, desk, key), canvas))
    caption = t(
        "By {method}, over {rows:count} validation texts; a word counts if {least:count} of them or more hold it.",
        method=safe(found.method, 60),
        rows=found.rows,
        least=found.min_texts,
    )
    if found.completeness_error is not None:
        caption += " " + t("Completeness error {error:percent} (median).", error=found.completeness_error)
    parts = paragraph(caption, canvas, palette.muted)
    labels = view.facts.labels or tuple(words.label for words in found.classes)
    shown = [words for words in found.classes if words.words][:_MOST_CLASSES]
    heaviest = max(word.weight for words in shown for word in words.words)
    longest = max(width_of(safe(word.word, _WORD)) for words in shown for word in words.words[:_MOST_WORDS])
    for words in shown:
        title, colour = t("Words for {label}", label=safe(words.label, 40)), class_colour(words.label, labels, canvas)
        parts += [Content(""), Content.styled(title, f"bold {colour}")]
        parts.append(bars(_bars(words, colour, longest, canvas, desk), canvas, largest=max(heaviest, 1e-9)))
    if len(shown) < len(found.classes):
        cut = t("Of {classes:count} classes the first {shown:count}.", classes=len(found.classes), shown=len(shown))
        parts.append(Content.styled(cut, palette.muted))
    return Content("\n").join(parts)


def _bars(words: ClassWords, colour: str, longest: int, canvas: Canvas, desk: Desk) -> list[Bar]:
    first = sorted(words.words[:_MOST_WORDS], key=lambda word: -word.weight)
    return [
        Bar(
            fit(safe(word.word, _WORD), longest, canvas.glyphs).plain,
            word.weight,
            desk.t("{weight} in {texts:count} texts", weight=desk.language.decimal(word.weight, 2), texts=word.texts),
            colour,
        )
        for word in first
    ]


def _absent(view: View, desk: Desk, key: str) -> str:
    """Say why there are no words, and which key asks for them."""
    facts, t = view.facts, desk.t
    if facts.is_winner:
        if "interpretation" in facts.unreadable:
            return t("What the store holds of it was written by another version, and cannot be read here.")
        if reason := facts.failures.get("interpretation"):
            return t("This could not be found out: {reason}", reason=safe(reason, 500))
        return t("Nobody explained the model: the study is not closed, or its model cannot be explained.")
    ask = t("At Examples, {key} asks the kept model which words decided about a text.", key=key)
    if facts.winner is None:
        return f"{t('Words are looked at when the study is closed, for its winner.')} {ask}"
    winner = t("Words are looked at for the winner only, which is trial {number}.", number=str(facts.winner))
    return f"{winner} {ask}"


def _examples(examples: tuple[ExampleExplanation, ...], labels: Sequence[str], canvas: Canvas, desk: Desk) -> Content:
    legend = legend_of(labels, canvas)
    parts: list[Content] = [*([legend] if legend else [])]
    for example in examples:
        parts += [*([Content("")] if parts else []), *_example(example, labels, canvas, desk)]
    return Content("\n").join(parts)


def _example(example: ExampleExplanation, labels: Sequence[str], canvas: Canvas, desk: Desk) -> list[Content]:
    answer, t, palette = example.explanation.prediction, desk.t, canvas.palette
    title = Content.styled(t(_SITUATIONS.get(example.situation, safe(example.situation, 40))), f"bold {palette.text}")
    told = flat(f"{safe(answer.label, 40)} {desk.language.percent(answer.confidence)}", desk.glyphs)
    if example.truth is None:
        verdict = Content(told)
    else:
        right = example.truth == answer.label
        mark = desk.glyphs.states["complete" if right else "failed"]
        shown = told if right else t("{told}, in truth {truth}", told=told, truth=safe(example.truth, 40))
        verdict = Content.styled(f"{mark} {shown}", palette.good if right else palette.bad)
    words = [word for word in example.explanation.words if word.end <= _LONGEST]
    text = answer.text[:_LONGEST] + (desk.glyphs.ellipsis if len(answer.text) > _LONGEST else "")
    lines = [Content.assemble(title, "   ", verdict).truncate(canvas.width, ellipsis=True)]
    other = other_label(answer.label, labels)
    lines.append(tokens(text, words, canvas, label=answer.label, other=other, labels=labels, legend=len(labels) != 2))
    if example.explanation.truncated:
        lines += paragraph(t("The model saw a part of the text only."), canvas, palette.muted)
    return lines
