"""How predictions of numbers of texts are shown to people."""

from collections.abc import Iterator

from catalog.contract import Prediction
from catalog.figures import Figure
from catalog.statement import Statement
from plugins.nlp.texts.answers import attention_figure, strongest, what_was_seen, words_figure
from plugins.regression.answers import value_figure

__all__ = ["prediction_figures", "reasons"]


def reasons(explanation: Prediction) -> Iterator[Statement]:
    """Yield the strongest words of each direction."""
    method = explanation.get("method", "")
    if words := strongest(explanation, 1):
        yield Statement("raise the number: {words}  ({method}, in its unit)", {"words": words, "method": method})
    if words := strongest(explanation, -1):
        yield Statement("lower the number: {words}  ({method}, in its unit)", {"words": words, "method": method})
    yield from what_was_seen(explanation)


def prediction_figures(prediction: Prediction) -> Iterator[Figure]:
    """Yield the number with its interval, and of an explanation the text with its words marked."""
    yield value_figure(prediction)
    if "tokens" not in prediction:
        return
    title = Statement("Words that raise and lower the number")
    yield words_figure(prediction, title, Statement("raises the number"), Statement("lowers the number"))
    yield from attention_figure(prediction)
