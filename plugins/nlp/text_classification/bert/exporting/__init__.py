"""Writes a trained model for use without modelcat, and checks that what was written answers as the model does."""

from plugins.nlp.text_classification.bert.exporting.formats import FORMATS, export

__all__ = ["FORMATS", "export"]
