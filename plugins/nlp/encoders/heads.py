"""What stands on top of an encoder: one of transformers' own heads, so that other tools load what is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["EncoderHead"]


@dataclass(frozen=True, slots=True)
class EncoderHead:
    """The last layers of a model, from hidden states to outputs.

    Attributes:
        per_token: Whether every token has outputs; else a row of tokens has them, computed from its first token.
        problem_type: What transformers calls the task of a head for whole rows: ``single_label_classification`` or
            ``regression``; None for a head per token.
        labels: Names of the outputs in the order of their ids; None keeps the names that a checkpoint has.
    """

    per_token: bool = False
    problem_type: str | None = None
    labels: tuple[str, ...] | None = None

    def settings(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a model's config.json says about its outputs.

        Args:
            stored: The config.json of a checkpoint; two outputs without names if it names none.

        Raises:
            ValueError: `labels` is None, and the checkpoint does not name its outputs by their ids.
        """
        if self.labels is not None:
            labels = dict(enumerate(self.labels))
        else:
            names = stored.get("id2label")
            if names is None:
                return {}
            if not isinstance(names, dict) or not all(
                isinstance(name, str) and number.isdecimal() for number, name in names.items()
            ):
                raise ValueError("config.json does not name its classes by their numbers (id2label)")
            labels = {int(number): name for number, name in names.items()}
        return {
            "id2label": labels,
            "label2id": {name: number for number, name in labels.items()},
            # Otherwise a checkpoint with several labels a text makes a pipeline apply a sigmoid to each score.
            "problem_type": self.problem_type,
        }
