"""What token classification adds to an export: the tag of each token, and how to use it."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from plugins.nlp.encoders.export import ExportTask
from plugins.nlp.encoders.export.agreement import Predict
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.quiet import silence
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.tokens import encode
from plugins.nlp.texts import well_formed
from plugins.nlp.token_classification.bert.tagger import load

__all__ = ["TASK"]

_README = """# Token classification in ONNX

`{file}` takes `input_ids` and `attention_mask` (int64, both batch × sequence; any batch, a sequence of {most} tokens at
most) and gives `logits` (float32, batch × sequence × {classes} tags). ONNX opset {opset}; weights: {weights}.
`tokenizer.json` turns texts into ids, `config.json` names the tags (`id2label`). The tag of a word is that of its first
token. Of texts of more than {most} tokens, cut them into windows that overlap, as modelcat does; here {cut}. With
`pip install onnxruntime tokenizers`, in this folder:

```python
import json, pathlib
import numpy, onnxruntime, tokenizers

labels = json.loads(pathlib.Path("config.json").read_text(encoding="utf-8"))["id2label"]
tokenizer = tokenizers.Tokenizer.from_file("tokenizer.json")
session = onnxruntime.InferenceSession("{file}")
text = "Ada Lovelace was born in London ."
row = tokenizer.encode(text)
ids = numpy.array([row.ids if len(row.ids) <= {most} else row.ids[:{first}] + row.ids[-{last}:]])
logits = session.run(None, {{"input_ids": ids, "attention_mask": numpy.ones_like(ids)}})[0][0]
for (start, end), scores in zip(row.offsets, logits):
    if end > start:
        print(text[start:end], labels[str(scores.argmax())])
```
"""


def _predict(trained: SavedModel) -> Predict:
    encoder, before, after = trained.encoder, trained.encoder.prefix.size, trained.encoder.suffix.size

    def predict(texts: Sequence[str]) -> np.ndarray:
        tokens = encode(texts, encoder)
        outputs = outputs_of(trained.model, tokens).numpy()
        rows: Iterator[np.ndarray] = (
            outputs[start:end] for start, end in zip(tokens.offsets, tokens.offsets[1:], strict=False)
        )
        return _best(np.concatenate([row[before : len(row) - after] for row in rows]))

    return predict


def _pipeline_predict(folder: Path) -> Predict:
    """Return the tags that ``transformers.pipeline`` gives to tokens with `folder`."""
    from transformers import pipeline

    with silence():
        make: Callable[..., Callable[..., list[list[dict[str, Any]]]]] = pipeline  # overloads by task
        tag = make("token-classification", model=str(folder), device="cpu", dtype=torch.float32, ignore_labels=[])
    names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    ids = {name: int(index) for index, name in names.items()}

    def predict(texts: Sequence[str]) -> np.ndarray:
        with silence():
            found = [token for tokens in tag([well_formed(text) for text in texts]) for token in tokens]
        shares = np.zeros((len(found), len(ids)))
        for row, token in enumerate(found):
            shares[row, ids[token["entity"]]] = token["score"]
        return shares

    return predict


def _decode(outputs: Sequence[np.ndarray]) -> np.ndarray:
    """Remove the special token at each end, which all known families have."""
    return _best(np.concatenate([each[1:-1] for each in outputs]))


def _best(outputs: np.ndarray) -> np.ndarray:
    """Return the probability of the best tag of each token, and 0 for all others: a pipeline returns no more."""
    weights: np.ndarray = np.exp(outputs.astype(np.float64) - outputs.max(axis=1, keepdims=True, initial=-np.inf))
    shares: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    best = np.zeros_like(shares)
    at = np.arange(len(shares))
    best[at, shares.argmax(axis=1)] = shares.max(axis=1, initial=0.0)
    return best


TASK = ExportTask(
    open=lambda model_dir: load(model_dir, "cpu", torch.get_num_threads()).trained,
    predict=_predict,
    pipeline="token-classification",
    pipeline_predict=_pipeline_predict,
    decode=_decode,
    readme=_README,
    unit="probabilities",
    limit=1e-3,  # a thousand times what fp32 arithmetic in another order changes
    int8_limit=0.1,  # as in text classification
    call='aggregation_strategy="first"',
)
