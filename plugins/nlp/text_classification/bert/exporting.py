"""What text classification adds to an export: probabilities, and how to use them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from plugins.nlp.encoders.export import ExportTask
from plugins.nlp.encoders.export.agreement import Predict
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.quiet import silence
from plugins.nlp.text_classification.bert.predictor import BertPredictor, load
from plugins.nlp.texts import well_formed

__all__ = ["TASK"]

_README = """# A text classifier in ONNX

`{file}` takes `input_ids` and `attention_mask` (int64, both batch × sequence; any batch, a sequence of {most} tokens at
most) and gives `logits` (float32, batch × {classes} classes). ONNX opset {opset}; weights: {weights}.
`tokenizer.json` turns texts into ids, `config.json` names the classes (`id2label`). Texts of more than {most} tokens
are cut: {cut}. With `pip install onnxruntime tokenizers`, in this folder:

```python
import json, pathlib
import numpy, onnxruntime, tokenizers

labels = json.loads(pathlib.Path("config.json").read_text(encoding="utf-8"))["id2label"]
tokenizer = tokenizers.Tokenizer.from_file("tokenizer.json")
session = onnxruntime.InferenceSession("{file}")
texts = ["What an ending!", "I want my two hours back, and the money for the ticket too."]
rows = [row.ids for row in tokenizer.encode_batch(texts)]
rows = [ids if len(ids) <= {most} else ids[:{first}] + ids[-{last}:] for ids in rows]
longest = max(map(len, rows))
ids = numpy.array([row + [{pad}] * (longest - len(row)) for row in rows])
mask = numpy.array([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
logits = session.run(None, {{"input_ids": ids, "attention_mask": mask}})[0]
odds = numpy.exp(logits - logits.max(axis=1, keepdims=True))
probabilities = odds / odds.sum(axis=1, keepdims=True)
for text, row in zip(texts, probabilities):
    print(labels[str(row.argmax())], row.max(), text)
```
"""


def _predict(trained: SavedModel) -> Predict:
    predictor = BertPredictor(trained)
    return lambda texts: np.array([list(answer["probabilities"].values()) for answer in predictor.predict(texts)])


def _pipeline_predict(folder: Path) -> Predict:
    """Return the probabilities that ``transformers.pipeline`` gives with `folder`."""
    from transformers import pipeline

    with silence():
        make: Callable[..., Callable[..., list[list[dict[str, str | float]]]]] = pipeline  # overloads by task
        classify = make("text-classification", model=str(folder), device="cpu", dtype=torch.float32)
    names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    labels = [names[str(index)] for index in range(len(names))]

    def predict(texts: Sequence[str]) -> np.ndarray:
        with silence():
            found = classify([well_formed(text) for text in texts], top_k=None, truncation=True)
        scores = [{entry["label"]: entry["score"] for entry in entries} for entries in found]
        return np.array([[float(one[label]) for label in labels] for one in scores])

    return predict


def _softmax(outputs: Sequence[np.ndarray]) -> np.ndarray:
    logits = np.stack(outputs)
    weights = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    return shares


TASK = ExportTask(
    open=lambda model_dir: load(model_dir, "cpu", torch.get_num_threads()),
    predict=_predict,
    pipeline="text-classification",
    pipeline_predict=_pipeline_predict,
    decode=_softmax,
    readme=_README,
    unit="probabilities",
    limit=1e-3,  # a thousand times what fp32 arithmetic in another order changes
    # A MiniLM on real reviews has 0.012; a BERT loses less than one point of accuracy (Zafrir et al., 2019, arXiv
    # 1910.06188, table 1). Ten times that cannot be rounding.
    int8_limit=0.1,
)
