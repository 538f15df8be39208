"""Tagged sentences for every model of the task: read, checked, split and summarised, without torch."""

from plugins.nlp.token_classification.data.input import open_input
from plugins.nlp.token_classification.data.labelled import load_labelled
from plugins.nlp.token_classification.data.loading import TokenData, load

__all__ = ["TokenData", "load", "load_labelled", "open_input"]
