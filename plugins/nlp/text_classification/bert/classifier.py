"""The one place where rows of tokens meet the model."""

from typing import Any

import numpy as np
import torch

from plugins.nlp.text_classification.bert.families import FAMILIES
from plugins.nlp.text_classification.bert.packed import PackedClassifier, pack
from plugins.nlp.text_classification.bert.precision import Precision
from plugins.nlp.text_classification.bert.tokens import Tokens

__all__ = ["Classifier"]


class Classifier:
    """A model where it computes.

    Args:
        model: A transformers sequence classifier in fp32, on `device`, where it stays.
        device: Where the model is.
        precision: The number format of its arithmetic.

    Attributes:
        model: The same; its parameters are what an optimizer changes and what is saved.
        device: The same.
        precision: The same.
    """

    def __init__(self, model: Any, device: torch.device, precision: Precision) -> None:
        self.model = model
        self.device = device
        self.precision = precision
        self._packed = PackedClassifier(model, precision.dtype)
        if precision.name == "int8":
            self._packed.quantize()
        config = model.config
        self._padding = config.pad_token_id if FAMILIES[config.model_type].padded_positions else None
        self._most = int(config.max_position_embeddings) - (0 if self._padding is None else self._padding + 1)

    def at(self, precision: Precision) -> "Classifier":
        """Return the same model in another number format; from then on that one alone may be trained on."""
        return self if precision == self.precision else Classifier(self.model, self.device, precision)

    def logits(self, tokens: Tokens, rows: np.ndarray) -> torch.Tensor:
        """Return the scores of some rows, fp32 on the device, shape (rows, classes)."""
        packed = pack(tokens, rows, self.device, most=self._most, padded_positions=self._padding)
        return self._packed.logits(packed)

    def collect(self) -> None:
        """After the backward pass of a micro-batch: add its gradients to those of the model's parameters, in fp32."""
        self._packed.collect()

    def refresh(self) -> None:
        """After the parameters have changed: compute with them from here on, and begin new gradients."""
        self._packed.weights.refresh()
        self.forget()

    def forget(self) -> None:
        """Forget all gradients."""
        self._packed.forget()
        self.model.zero_grad(set_to_none=True)
