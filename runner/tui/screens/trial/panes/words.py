"""Words: what the kept model goes by, and texts with the words that decided."""

from collections.abc import Callable, Sequence
from functools import partial

from textual.content import Content
from textual.widget import Widget

from catalog.figures import Empty, Figure
from runner.presentation.datatable import DataTable
from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.render import body, caption, title
from runner.tui.screens.trial.panes.page import page
from runner.tui.screens.trial.view import View
from runner.tui.widgets.drawing import Drawing

__all__ = ["WordsPane"]


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
        words, examples = view.figures_of_winner("words"), view.figures_of_winner("example")
        if not view.facts.is_winner:
            told = _absent(view, self._desk, self._keys("trial.explain"))
            words = (Empty("words", "", told),)
        self._examples.display = any(not isinstance(one, Empty) for one in examples)
        self._words.show(partial(_all, words))
        self._examples.show(partial(_all, examples))

    def table(self, view: View) -> DataTable:
        """Return the words."""
        found = view.facts.interpretation
        rows = [
            (words.label, word.word, word.weight, word.texts)
            for words in (found.classes if found else ())
            for word in words.words
        ]
        return DataTable(("label", "word", "weight", "texts"), tuple(rows))


def _all(figures: Sequence[Figure], canvas: Canvas) -> Content:
    """Return figures one below the other; a caption that several share stands under the last of them."""
    parts: list[Content] = []
    for at, figure in enumerate(figures):
        shared = at + 1 < len(figures) and figures[at + 1].caption == figure.caption
        said = [] if shared else caption(figure, canvas)
        parts += [*([Content("")] if parts else []), *title(figure, canvas), *body(figure, canvas), *said]
    return Content("\n").join(parts)


def _absent(view: View, desk: Desk, key: str) -> str:
    """Say why there are no words, and which key asks for them."""
    facts, t = view.facts, desk.t
    ask = t("At Examples, {key} asks the kept model which words decided about a text.", key=key)
    if facts.winner is None:
        return f"{t('Words are looked at when the study is closed, for its winner.')} {ask}"
    winner = t("Words are looked at for the winner only, which is trial {number}.", number=str(facts.winner))
    return f"{winner} {ask}"
