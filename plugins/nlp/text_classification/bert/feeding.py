"""From rows of tokens to what the model is given. B: rows, T: tokens of the longest of them."""

from dataclasses import dataclass

import numpy as np
import torch

from plugins.nlp.text_classification.bert.tokens import Tokens

__all__ = ["Inputs", "collate"]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """One micro-batch on its device.

    Attributes:
        ids_BT: Token ids, int64.
        mask_BT: 1 where a token is real, int64; None where all are, which lets attention use its fastest kernel.
    """

    ids_BT: torch.Tensor  # noqa: N815 -- shapes in names
    mask_BT: torch.Tensor | None  # noqa: N815 -- shapes in names


def collate(tokens: Tokens, rows: np.ndarray, pad_id: int, device: torch.device) -> Inputs:
    """Gather rows, filled up to the longest of them."""
    lengths = tokens.lengths[rows]
    real = np.arange(lengths.max())[None, :] < lengths[:, None]
    ids = np.full(real.shape, pad_id, dtype=np.int64)
    ids[real] = np.concatenate([tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]] for row in rows])
    mask = None if real.all() else torch.from_numpy(real.astype(np.int64)).to(device, non_blocking=True)
    return Inputs(torch.from_numpy(ids).to(device, non_blocking=True), mask)
