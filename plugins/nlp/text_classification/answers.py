"""How predictions of classes of texts are shown to people."""

from collections.abc import Iterator, Sequence

from catalog.contract import Prediction
from catalog.figures import Figure, HighlightedText
from catalog.statement import Statement
from plugins.classification.answers import cells, columns_of_predictions, headline, probabilities
from plugins.nlp.texts.answers import attention_figure, strongest, what_was_seen, words_figure

__all__ = ["cells", "columns_of_predictions", "headline", "prediction_figures", "reasons"]


def reasons(explanation: Prediction) -> Iterator[Statement]:
    """Yield the strongest words of each kind of explanation."""
    values = {"label": explanation["label"], "method": explanation.get("method", "")}
    if words := strongest(explanation, 1):
        yield Statement("for {label}: {words}  ({method}, log-odds)", {**values, "words": words})
    if words := strongest(explanation, -1):
        yield Statement("against {label}: {words}  ({method}, log-odds)", {**values, "words": words})
    yield from what_was_seen(explanation)


def prediction_figures(prediction: Prediction) -> Iterator[Figure]:
    """Yield the probabilities, and of an explanation the text with its words marked."""
    yield probabilities(prediction)
    if "tokens" not in prediction:
        return
    yield _words(prediction, list(prediction["probabilities"]))
    yield from attention_figure(prediction)


def _words(prediction: Prediction, labels: Sequence[str]) -> HighlightedText:
    """Mark each word by its effect on the answer.

    With two classes the mark does not depend on the predicted class: words for the second class are positive.
    """
    predicted, sign = prediction["label"], 1.0
    positive, negative = Statement("pulls to {label}", {"label": predicted}), Statement("pulls away from it")
    if len(labels) == 2 and predicted in labels:
        sign = 1.0 if predicted == labels[1] else -1.0
        negative, positive = (Statement("pulls to {label}", {"label": label}) for label in labels)
    return words_figure(prediction, Statement("Words for and against"), positive, negative, sign)
