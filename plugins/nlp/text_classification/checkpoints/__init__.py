"""Checkpoints of a training on disk: whole or not at all, checked before they are believed, written beside the work.

For any trainer of the task: what is in a checkpoint is the trainer's business. Nothing here can run code: numbers are
JSON, tensors are safetensors.
"""

from plugins.nlp.text_classification.checkpoints.background import Background, Written
from plugins.nlp.text_classification.checkpoints.content import Checkpoint
from plugins.nlp.text_classification.checkpoints.finding import find
from plugins.nlp.text_classification.checkpoints.folder import KEPT, CheckpointFolder

__all__ = ["KEPT", "Background", "Checkpoint", "CheckpointFolder", "Written", "find"]
