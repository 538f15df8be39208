"""From a torch model to an ONNX file, in floating point or with 8-bit weights."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from catalog.errors import WorkError
from plugins.nlp.text_classification.bert.exporting.libraries import silence
from plugins.nlp.text_classification.bert.source import ModelSource
from plugins.nlp.text_classification.bert.trained import Trained

__all__ = ["FILE", "INPUTS", "OUTPUT", "Graph", "quantize_graph", "write_graph"]

FILE = "model.onnx"
INPUTS = ("input_ids", "attention_mask")
OUTPUT = "logits"
_OPSET = 20
"""The first with a Gelu of its own; ONNX Runtime knows it since 1.17."""
_SINGLE_FILE = 1_900_000_000
"""Bytes of weights up to which all goes into one file. A protocol buffer holds 2 GiB and the graph takes a little."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What a file holds.

    Attributes:
        opset: Version of the ONNX operators, as the file says.
        int8_weights: Share of the weights that are 8-bit integers.
        int8_products: Matrix products computed with integers.
    """

    opset: int
    int8_weights: float
    int8_products: int


class _Scores(torch.nn.Module):
    """The model with two inputs and one output, all of them tensors."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return scores, shape (batch, classes), of ids and mask, both int64 of shape (batch, sequence)."""
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def write_graph(path: Path, trained: Trained) -> Graph:
    """Write the model as fp32; batch and sequence length are free, the length up to the positions it has.

    Weights beyond what one file can hold go into ``NAME.data`` beside it.

    Raises:
        WorkError: torch cannot express the model in ONNX.
    """
    model = trained.classifier.model
    # Two rows, one of them padded: nothing about the mask may be taken for granted while the graph is traced.
    ids = torch.full((2, 3), int(trained.encoder.suffix[-1]))
    mask = torch.ones_like(ids)
    ids[1, 2:], mask[1, 2:] = trained.encoder.pad_id, 0
    free = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=_positions(model))}
    with silence(), torch.inference_mode(mode=False), torch.no_grad(), _plain_attention(model):
        try:
            torch.onnx.export(
                _Scores(model).eval(),
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
    return _look(path)


def quantize_graph(source: Path, target: Path) -> Graph:
    """Write the model of `source` with 8-bit weights; activations are turned into integers as they come (dynamic).

    Each column of a matrix has its own scale: with one scale a matrix the probabilities of a MiniLM moved four times
    as far. Weights use 7 of the 8 bits, so that CPUs without 8-bit dot products (VNNI) do not overflow: sums of two
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
    return _look(target)


def _look(path: Path) -> Graph:
    import onnx

    model = onnx.load(path, load_external_data=False)
    opset = next(entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"})
    sizes = [(tensor.data_type, math.prod(tensor.dims)) for tensor in model.graph.initializer]
    small = sum(size for kind, size in sizes if kind in {onnx.TensorProto.INT8, onnx.TensorProto.UINT8})
    products = sum(node.op_type == "MatMulInteger" for node in model.graph.node)
    return Graph(opset, small / max(1, sum(size for _, size in sizes)), products)


@contextmanager
def _plain_attention(model: Any) -> Iterator[None]:
    """Let attention be matrix products and a softmax: fewer nodes than SDPA's graph, and 16 % faster (MiniLM, CPU)."""
    before = model.config._attn_implementation  # noqa: SLF001 -- transformers has no public way to ask
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def _positions(model: Any) -> int:
    return ModelSource(model.config, {}, None).max_positions


def _bytes(model: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
