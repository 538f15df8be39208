"""Checkpoints of a fine-tuning: what is in them, what they fit, when they are written."""

from plugins.nlp.text_classification.bert.checkpointing.checkpointer import Checkpointer

__all__ = ["Checkpointer"]
