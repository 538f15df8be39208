"""Texts one after the other, without padding between them.

T: tokens of all texts together, B: texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch

from plugins.nlp.encoders.tokens import EncodedTokens

__all__ = ["Pack", "Run", "by_run", "moved", "pack"]

Run = tuple[int, int]
"""How many neighbouring texts, and the tokens of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A micro-batch on its device.

    Attributes:
        ids_T: Token ids, int64.
        positions_T: Rows of the model's position table, int64.
        starts: Where each text begins, and where the last one ends, int32, shape (B + 1,).
        runs: Neighbours of one length; empty if a GPU's kernel takes all texts at once.
        most: The most tokens that a text can have; the same for all packs, so that compiled code fits them all.
    """

    ids_T: torch.Tensor
    positions_T: torch.Tensor
    starts: torch.Tensor
    runs: tuple[Run, ...]
    most: int


def pack(
    tokens: EncodedTokens, rows: np.ndarray, device: torch.device, *, most: int, padded_positions: int | None = None
) -> Pack:
    """Gather rows; the copy to a GPU does not wait for it.

    Args:
        tokens: Of a split.
        rows: Row numbers, shape (B,), at least one; attention is fastest where equal lengths are neighbours.
        device: Where to put them.
        most: The most tokens that a text can have.
        padded_positions: The padding id of a model whose positions start after it and skip it, as RoBERTa's do.
    """
    lengths = tokens.lengths[rows]
    starts = np.zeros(rows.size + 1, dtype=np.int32)
    np.cumsum(lengths, out=starts[1:])
    places, within = tokens.places(rows)
    ids = tokens.ids[places].astype(np.int64)
    positions = within if padded_positions is None else _after_padding(ids, within, padded_positions)
    runs = tuple((len(list(group)), length) for length, group in groupby(lengths.tolist()))
    ids_T, positions_T, starts_B = (moved(array, device) for array in (ids, positions, starts))
    return Pack(ids_T, positions_T, starts_B, runs, most)


def by_run(
    runs: Sequence[Run], of_queries: Sequence[torch.Tensor], of_tokens: Sequence[torch.Tensor]
) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield, for each run, its part of all tensors, as views of shape (B, heads, Q or L, D)."""
    one_each = len(of_queries[0]) != len(of_tokens[0]) or all(length == 1 for _, length in runs)
    first_query = first_token = 0
    for texts, length in runs:
        last_query, last_token = first_query + texts * (1 if one_each else length), first_token + texts * length
        yield (
            *(_by_text(tensor[first_query:last_query], texts) for tensor in of_queries),
            *(_by_text(tensor[first_token:last_token], texts) for tensor in of_tokens),
        )
        first_query, first_token = last_query, last_token


def _by_text(tensor: torch.Tensor, texts: int) -> torch.Tensor:
    return tensor.view(texts, len(tensor) // texts, *tensor.shape[1:]).transpose(1, 2)


def _after_padding(ids: np.ndarray, within: np.ndarray, pad_id: int) -> np.ndarray:
    """Return positions that count from the padding id on, as transformers counts them: texts may hold that id too."""
    real = ids != pad_id
    if real.all():
        return within + pad_id + 1
    seen = np.cumsum(real)
    before = (seen - real)[np.flatnonzero(within == 0)]
    counted = seen - np.repeat(before, np.diff(np.append(np.flatnonzero(within == 0), ids.size)))
    return np.asarray(counted * real + pad_id, dtype=np.int64)


def moved(array: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return an array on a device, without waiting for the copy."""
    tensor = torch.from_numpy(array)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor
