"""Texts with numbers for every model of the task: read, checked, split and summarised."""

from plugins.nlp.text_regression.data.labelled import load_labelled
from plugins.nlp.text_regression.data.loading import load

__all__ = ["load", "load_labelled"]
