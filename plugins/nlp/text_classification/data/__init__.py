"""Labelled texts for every model of the task: read, checked, split and summarised, without torch or scikit-learn."""

from plugins.nlp.text_classification.data.checks import check_config
from plugins.nlp.text_classification.data.labelled import load_labelled
from plugins.nlp.text_classification.data.loading import load
from plugins.nlp.text_classification.data.records import TextData

__all__ = ["TextData", "check_config", "load", "load_labelled"]
