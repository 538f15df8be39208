"""The report as a model card in Markdown, with the header that the Hugging Face hub reads."""

from runner.report.card.card import model_card

__all__ = ["model_card"]
