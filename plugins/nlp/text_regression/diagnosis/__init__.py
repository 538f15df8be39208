"""What the records of a study show to be wrong, and what to change."""

from plugins.nlp.text_regression.diagnosis.rules import RULES, diagnose

__all__ = ["RULES", "diagnose"]
