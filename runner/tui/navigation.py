"""Messages by which a screen asks the app to show another screen."""

from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

__all__ = ["OpenSpec", "OpenStudy"]


@dataclass
class OpenStudy(Message):
    """Show a study.

    Attributes:
        study: Name of the study.
    """

    study: str


@dataclass
class OpenSpec(Message):
    """Show the editor with a spec in it.

    Attributes:
        text: The spec.
        base: The folder that paths of the spec are relative to; None for the current one.
    """

    text: str
    base: Path | None = None
