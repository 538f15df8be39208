"""Writes a trained model for use without modelcat, and checks that what was written predicts the same."""

from plugins.nlp.encoders.export.formats import FORMATS, ExportTask, export

__all__ = ["FORMATS", "ExportTask", "export"]
