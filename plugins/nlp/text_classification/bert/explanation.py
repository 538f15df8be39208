"""Why a BERT model predicts a class; see `plugins.nlp.encoders.explanation`.

What is explained is the log-odds of the predicted class, log p - log(1 - p): it does not flatten out when the model
is sure, as the probability does.
"""

import torch

from plugins.nlp.encoders import explanation
from plugins.nlp.encoders.gradients import METHOD, Score
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.text_encoder import TextEncoder
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.completeness import LEAST_LOG_ODDS
from plugins.nlp.texts.records import Explanation

__all__ = ["choose_baseline", "explain", "log_odds"]


def explain(trained: SavedModel, prediction: TextPrediction, baseline: int) -> Explanation[TextPrediction]:
    """Explain a prediction by the words of its text.

    Args:
        trained: The model; not changed.
        prediction: What it says of the text.
        baseline: Id of the token that stands for no word, see `choose_baseline`.

    Raises:
        OutOfMemoryError: It does not fit into memory.
        WorkError: captum is not installed.
    """
    label = trained.labels.index(prediction.label)
    found = explanation.explain_words(trained, prediction.text, log_odds(label), baseline, LEAST_LOG_ODDS)
    return Explanation(prediction, found.words, METHOD, found.error, found.truncated)


def choose_baseline(model: PackedModel, encoder: TextEncoder) -> int:
    """Return the id of the token that stands for no word: the one whose probabilities have the larger entropy."""
    return explanation.choose_baseline(model, encoder, _entropy)


def _entropy(logits: torch.Tensor) -> torch.Tensor:
    entropies: torch.Tensor = torch.special.entr(logits.double().softmax(dim=-1)).sum(dim=-1)
    return entropies


def log_odds(label: int) -> Score:
    """Return log p - log(1 - p) of a class as a score: its output less the log of the others' sum."""

    def score(logits: torch.Tensor) -> torch.Tensor:
        scores = logits.double()
        others = torch.cat([scores[:, :label], scores[:, label + 1 :]], dim=1)
        return scores[:, label] - others.logsumexp(dim=1)

    return score
