"""The outputs of many rows: computed in order of length, with as many at a time as fit into memory."""

import numpy as np
import torch

from plugins.nlp.encoders.batches import by_length, cut
from plugins.nlp.encoders.memory import Budget, is_exhausted
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.tokens import EncodedTokens

__all__ = ["outputs_of"]

_MOST_ROWS = 1024


def outputs_of(model: PackedModel, tokens: EncodedTokens) -> torch.Tensor:
    """Return the outputs of all rows in their order, fp32, on the CPU, shape (rows or tokens, outputs).

    Meanwhile dropout is off and no random number is drawn. The function waits for the device once, at the end. Where
    memory runs out, fewer rows are computed at a time, down to one.
    """
    rows = by_length(tokens.lengths, np.arange(len(tokens)))
    budget, training = Budget(model, tokens, training=False), model.module.training
    model.module.eval()
    try:
        while (outputs := _try_outputs(model, tokens, rows, budget.tokens)) is None:
            budget.halve(int(tokens.lengths.sum()))
        budget.worked()
    finally:
        model.module.train(training)
    ordered = torch.empty_like(outputs)
    ordered[torch.from_numpy(tokens.places(rows)[0] if model.per_token else rows)] = outputs
    return ordered


def _try_outputs(model: PackedModel, tokens: EncodedTokens, rows: np.ndarray, budget: int) -> torch.Tensor | None:
    """Return the outputs of `rows` on the CPU; None if memory ran out and a smaller size is possible."""
    parts = cut(rows, tokens.lengths, budget, _MOST_ROWS)
    try:
        with torch.inference_mode():
            # The longest first: if they do not fit, this fails at once.
            found = [model.outputs(tokens, part) for part in reversed(parts)]
            return torch.cat(found[::-1]).cpu()
    except (RuntimeError, MemoryError) as error:
        if len(parts) == rows.size or not is_exhausted(error):
            raise
        return None
