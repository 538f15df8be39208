"""Why a BERT model answers as it does: integrated gradients and attention rollout, told by the words of the text."""

from plugins.nlp.text_classification.bert.explaining.baseline import choose_baseline
from plugins.nlp.text_classification.bert.explaining.explanation import explain

__all__ = ["choose_baseline", "explain"]
