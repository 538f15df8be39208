"""What the tasks with one answer for each text share; functions import heavy modules when they need them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.contract.capabilities import InputField, InputFile, InputTable

__all__ = ["input_fields", "open_file", "write_examples"]


def input_fields(data: Mapping[str, Any]) -> Sequence[InputField]:  # noqa: ARG001 -- the same for all data
    """Return one field: the text."""
    return (InputField("text", "prose", example="The plot was thin, but the acting carried it."),)


def open_file(file: InputFile) -> InputTable:
    """Open a file of texts to predict; see `texts.input.open_input`."""
    from plugins.nlp.texts.input import open_input

    return open_input(file)


def write_examples(data: Any, split: str, path: Path) -> None:
    """Write the texts and truths of a split, and the names of classes; see `texts.examples.write`."""
    from plugins.nlp.texts import examples

    examples.write(path, data.splits[split], tuple(data.summary.details.get("labels", ())))
