"""An exported ONNX file, answering."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from plugins.nlp.text_classification.bert.encoding import TextEncoder
from plugins.nlp.text_classification.bert.exporting.agreement import Answer
from plugins.nlp.text_classification.bert.exporting.graph import INPUTS

__all__ = ["onnx_answer"]

_BATCH = 8
_ERRORS = 3
"""ONNX Runtime's level of severity from which it speaks: errors, not warnings."""


def onnx_answer(path: Path, encoder: TextEncoder, threads: int) -> Answer:
    """Return how ONNX Runtime answers on the CPU, texts cut as `encoder` does; eight at a time, filled up.

    Args:
        path: The file.
        encoder: Of the model that it was made from.
        threads: CPU threads, as many as the own model has.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def answer(texts: Sequence[str]) -> np.ndarray:
        rows = encoder.encode(texts)
        parts = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
        return np.concatenate([_softmax(session.run(None, _filled_up(part, encoder.pad_id))[0]) for part in parts])

    return answer


def _filled_up(rows: Sequence[np.ndarray], pad_id: int) -> dict[str, np.ndarray]:
    lengths = np.array([row.size for row in rows])
    mask = (np.arange(lengths.max())[None, :] < lengths[:, None]).astype(np.int64)
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    ids[mask == 1] = np.concatenate(rows)
    return dict(zip(INPUTS, (ids, mask), strict=True))


def _softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    return shares
