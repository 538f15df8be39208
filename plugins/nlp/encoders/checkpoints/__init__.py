"""Checkpoints of a training: on disk they are complete or absent, checked before use, written in the background.

`content` and `folder` serve any trainer and need no torch. Reading a checkpoint runs no code: numbers are JSON,
tensors are safetensors.
"""

from plugins.nlp.encoders.checkpoints.content import TrainingCheckpoint
from plugins.nlp.encoders.checkpoints.folder import KEPT, BackgroundWriter, CheckpointFolder, WrittenCheckpoint, find

__all__ = ["KEPT", "BackgroundWriter", "CheckpointFolder", "TrainingCheckpoint", "WrittenCheckpoint", "find"]
