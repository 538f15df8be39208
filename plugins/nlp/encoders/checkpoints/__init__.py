"""Checkpoints of a training: whole or not at all on disk, checked before they are used, written in the background.

`content` and `folder` do for any trainer, without torch. Nothing here can run code: numbers are JSON, tensors are
safetensors.
"""

from plugins.nlp.encoders.checkpoints.content import TrainingCheckpoint
from plugins.nlp.encoders.checkpoints.folder import KEPT, BackgroundWriter, CheckpointFolder, WrittenCheckpoint, find

__all__ = ["KEPT", "BackgroundWriter", "CheckpointFolder", "TrainingCheckpoint", "WrittenCheckpoint", "find"]
