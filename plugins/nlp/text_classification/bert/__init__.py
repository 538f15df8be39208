"""BERT and its kin, fine-tuned for text classification. Importing this package imports no torch."""

from plugins.nlp.text_classification.bert.descriptor import model

__all__ = ["model"]
