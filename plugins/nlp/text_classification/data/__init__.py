"""Labelled texts for every model of the task: read, checked, split and summarised, without torch or scikit-learn."""

from plugins.nlp.text_classification.data.checks import check_config
from plugins.nlp.text_classification.data.input import open_input
from plugins.nlp.text_classification.data.labelled import load_labelled
from plugins.nlp.text_classification.data.loading import load
from plugins.nlp.text_classification.data.positive import positive_id
from plugins.nlp.text_classification.data.records import Split, TextData
from plugins.nlp.text_classification.data.words import count_words
from plugins.nlp.texts import SEPARATOR

__all__ = [
    "SEPARATOR",
    "Split",
    "TextData",
    "check_config",
    "count_words",
    "load",
    "load_labelled",
    "open_input",
    "positive_id",
]
