"""What text regression adds to an export: numbers, and how to use them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from catalog.contract import Exported
from plugins.nlp.encoders.export import ExportTask, export
from plugins.nlp.encoders.export.agreement import Predict
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.quiet import silence
from plugins.nlp.encoders.tokens import encode
from plugins.nlp.text_regression.bert.folder import load, read_numbers
from plugins.nlp.text_regression.bert.predictor import values_of
from plugins.nlp.texts import well_formed

__all__ = ["export_model"]

_README = """# A text regressor in ONNX

`{file}` takes `input_ids` and `attention_mask` (int64, both batch × sequence; any batch, a sequence of {most} tokens at
most) and gives `logits` (float32, batch × 1): the number, in the unit of the training data. ONNX opset {opset};
weights: {weights}. `tokenizer.json` turns texts into ids. Texts of more than {most} tokens are cut: {cut}. With
`pip install onnxruntime tokenizers`, in this folder:

```python
import numpy, onnxruntime, tokenizers

tokenizer = tokenizers.Tokenizer.from_file("tokenizer.json")
session = onnxruntime.InferenceSession("{file}")
texts = ["What an ending!", "I want my two hours back, and the money for the ticket too."]
rows = [row.ids for row in tokenizer.encode_batch(texts)]
rows = [ids if len(ids) <= {most} else ids[:{first}] + ids[-{last}:] for ids in rows]
longest = max(map(len, rows))
ids = numpy.array([row + [{pad}] * (longest - len(row)) for row in rows])
mask = numpy.array([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
for text, row in zip(texts, session.run(None, {{"input_ids": ids, "attention_mask": mask}})[0]):
    print(row[0], text)
```
"""
_LIMIT, _INT8_LIMIT = 1e-3, 0.5
"""Standard deviations of the target: a thousand times what fp32 arithmetic in another order changes; and for 8-bit
weights, which move a MiniLM's outputs by about a tenth of that."""


def export_model(model_dir: Path, folder: Path, *, format: str, quantize: bool, texts: Sequence[str]) -> Exported:  # noqa: A002 -- see catalog.contract.capabilities.Exports
    """Write a trained model for use elsewhere; see `plugins.nlp.encoders.export`."""
    scale = read_numbers(model_dir).scale
    task = replace(_TASK, limit=_LIMIT * scale, int8_limit=_INT8_LIMIT * scale)
    return export(task, model_dir, folder, format=format, quantize=quantize, texts=texts)


def _predict(trained: SavedModel) -> Predict:
    return lambda texts: values_of(trained.model, encode(list(texts), trained.encoder))[:, None]


def _pipeline_predict(folder: Path) -> Predict:
    """Return the numbers that ``transformers.pipeline`` gives with `folder`."""
    from transformers import pipeline

    with silence():
        make: Callable[..., Callable[..., list[dict[str, str | float]]]] = pipeline  # overloads by task
        regress = make("text-classification", model=str(folder), device="cpu", dtype=torch.float32)

    def predict(texts: Sequence[str]) -> np.ndarray:
        with silence():
            found = regress([well_formed(text) for text in texts], truncation=True)
        return np.array([[float(one["score"])] for one in found])

    return predict


_TASK = ExportTask(
    open=lambda model_dir: load(model_dir, "cpu", torch.get_num_threads()),
    predict=_predict,
    pipeline="text-classification",
    pipeline_predict=_pipeline_predict,
    decode=lambda outputs: np.stack(outputs).astype(np.float64),
    readme=_README,
    unit="numbers",
    limit=_LIMIT,
    int8_limit=_INT8_LIMIT,
)
