"""ONNX files: written from a torch model, in floating point or with 8-bit weights, and run."""

import itertools
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch

from catalog.errors import WorkError
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.quiet import silence
from plugins.nlp.encoders.sources.source import eager_attention
from plugins.nlp.encoders.text_encoder import TextEncoder

__all__ = ["FILE", "INPUTS", "OUTPUT", "Graph", "onnx_outputs", "quantize_graph", "require", "write_graph"]

_NEEDED = ("onnx", "onnxscript", "onnxruntime.quantization")

FILE = "model.onnx"
INPUTS = ("input_ids", "attention_mask")
OUTPUT = "logits"
_OPSET = 20
"""The first opset with a Gelu operator; ONNX Runtime supports it since 1.17."""
_SINGLE_FILE = 1_900_000_000
"""Bytes of weights up to which one file holds all. A protocol buffer holds 2 GiB, of which the graph takes a little."""

_BATCH = 8
_ERRORS = 3
"""ONNX Runtime's level of severity from which it writes messages: errors, not warnings."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The content of a file.

    Attributes:
        opset: Version of the ONNX operators, as the file says.
        int8_weights: Share of the weights that are 8-bit integers.
        int8_products: Matrix products computed with integers.
    """

    opset: int
    int8_weights: float
    int8_products: int


def require() -> None:
    """Import the libraries that write and run ONNX files.

    The exporter makes progress bars, whose lock is a semaphore of the system unless another lock is set first. The
    semaphore would outlive a worker that is ended, and Python would print a warning on the user's terminal.

    Raises:
        WorkError: A library is missing, or does not load.
    """
    with silence():
        for name in _NEEDED:
            try:
                import_module(name)
            except ImportError as error:
                raise WorkError(
                    f"ONNX files take {name.partition('.')[0]}, which cannot be imported ({error}). "
                    "Install it: pip install 'modelcat[onnx]'"
                ) from error
    import_module("tqdm").tqdm.set_lock(threading.RLock())


class _Outputs(torch.nn.Module):
    """The model with two inputs and one output, all of them tensors."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return the head's outputs of ids and mask, both int64 of shape (batch, sequence)."""
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def write_graph(path: Path, trained: SavedModel) -> Graph:
    """Write the model as fp32; batch and sequence length are free, the length up to the positions it has.

    Weights beyond what one file can hold go into ``NAME.data`` next to it.

    Raises:
        WorkError: torch cannot express the model in ONNX.
    """
    model = trained.model.module
    # Two rows, one of them padded: the traced graph must make no assumption about the mask.
    ids = torch.full((2, 3), int(trained.encoder.suffix[-1]))
    mask = torch.ones_like(ids)
    ids[1, 2:], mask[1, 2:] = trained.encoder.pad_id, 0
    free = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=trained.model.max_length)}
    with silence(), torch.inference_mode(mode=False), torch.no_grad(), eager_attention(model):
        try:
            torch.onnx.export(
                _Outputs(model).eval(),
                (ids, mask),
                path,
                input_names=INPUTS,
                output_names=[OUTPUT],
                opset_version=_OPSET,
                dynamo=True,
                dynamic_shapes=dict.fromkeys(INPUTS, free),
                external_data=_bytes(model) > _SINGLE_FILE,
                artifacts_dir=path.parent,
            )
        except torch.onnx.OnnxExporterError as error:
            reason = str(error).strip().partition("\n")[0][:300]
            raise WorkError(f"torch {torch.__version__} cannot write this model as ONNX: {reason}") from error
    return _inspect(path)


def quantize_graph(source: Path, target: Path) -> Graph:
    """Write the model of `source` with 8-bit weights; activations are turned into integers as they come (dynamic).

    Each column of a matrix has its own scale: with one scale a matrix the probabilities of a MiniLM changed four times
    as much. Weights use 7 of the 8 bits, so that CPUs without 8-bit dot products (VNNI) do not overflow: sums of two
    products are held in 16 bits there.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    before = sum(file.stat().st_size for file in source.parent.glob(f"{source.name}*"))
    with silence():
        quantize_dynamic(
            source,
            target,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            use_external_data_format=before / 4 > _SINGLE_FILE,
        )
    return _inspect(target)


def _inspect(path: Path) -> Graph:
    import onnx

    model = onnx.load(path, load_external_data=False)
    opset = next(entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"})
    sizes = [(tensor.data_type, math.prod(tensor.dims)) for tensor in model.graph.initializer]
    small = sum(size for kind, size in sizes if kind in {onnx.TensorProto.INT8, onnx.TensorProto.UINT8})
    products = sum(node.op_type == "MatMulInteger" for node in model.graph.node)
    return Graph(opset, small / max(1, sum(size for _, size in sizes)), products)


def _bytes(model: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())


def onnx_outputs(path: Path, encoder: TextEncoder, threads: int) -> Callable[[Sequence[str]], list[np.ndarray]]:
    """Return a function from texts to the outputs of each, by ONNX Runtime on the CPU; eight texts at a time, padded.

    Args:
        path: The file.
        encoder: Of the model that it was made from.
        threads: CPU threads, as many as the trained model has.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def outputs(texts: Sequence[str]) -> list[np.ndarray]:
        rows = encoder.encode(texts)
        parts = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
        found = [session.run(None, _padded(part, encoder.pad_id))[0] for part in parts]
        return [
            own if own.ndim == 1 else own[: row.size] for own, row in zip(itertools.chain(*found), rows, strict=True)
        ]

    return outputs


def _padded(rows: Sequence[np.ndarray], pad_id: int) -> dict[str, np.ndarray]:
    lengths = np.array([row.size for row in rows])
    mask = (np.arange(lengths.max())[None, :] < lengths[:, None]).astype(np.int64)
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    ids[mask == 1] = np.concatenate(rows)
    return dict(zip(INPUTS, (ids, mask), strict=True))
