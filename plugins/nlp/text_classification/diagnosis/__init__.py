"""What the records of a study show to be wrong, and what to change: rules over `catalog.diagnosis.Evidence`."""

from plugins.nlp.text_classification.diagnosis.rules import RULES, diagnose

__all__ = ["RULES", "diagnose"]
