"""How to use an ONNX folder, told to people (README.md) and to programs (modelcat.json)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugins.nlp.text_classification.bert.encoding import TextEncoder
from plugins.nlp.text_classification.bert.exporting.graph import FILE, INPUTS, OUTPUT, Graph

__all__ = ["RECORD", "describe", "write_instructions"]

RECORD = "modelcat.json"

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
_CUTS = {
    "head": "the beginning is kept",
    "tail": "the end is kept",
    "head+tail": "the beginning and the end are kept",
}


def describe(encoder: TextEncoder, graph: Graph, classes: int, files: tuple[str, ...]) -> dict[str, Any]:
    """Return what a program must know to call the model: files, opset, inputs, output, and how texts are cut."""
    head, tail = encoder.kept
    return {
        "files": list(files),
        "opset": graph.opset,
        "inputs": {name: ["batch", "sequence"] for name in INPUTS},
        "outputs": {OUTPUT: ["batch", classes]},
        "max_length": encoder.max_length,
        "truncation": encoder.truncation,
        "kept_of_long_texts": {"first": encoder.prefix.size + head, "last": tail + encoder.suffix.size},
        "pad_token_id": encoder.pad_id,
        "int8_weights": round(graph.int8_weights, 4),
    }


def write_instructions(folder: Path, details: Mapping[str, Any]) -> None:
    """Write README.md, and add `details` to the folder's modelcat.json as ``onnx``."""
    share = details["int8_weights"]
    text = _README.format(
        file=FILE,
        most=details["max_length"],
        classes=details["outputs"][OUTPUT][1],
        opset=details["opset"],
        weights=f"8-bit integers ({share:.1%} of them) and float32" if share else "float32",
        cut=_CUTS[details["truncation"]],
        first=details["kept_of_long_texts"]["first"],
        last=details["kept_of_long_texts"]["last"],
        pad=details["pad_token_id"],
    )
    if len(details["files"]) > 1:
        text += (
            f"\nKeep {' and '.join(f'`{name}`' for name in details['files'])} together: the weights fill two files.\n"
        )
    (folder / "README.md").write_text(text, encoding="utf-8")
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    content = json.dumps({**record, "onnx": dict(details)}, indent=2) + "\n"
    (folder / RECORD).write_text(content, encoding="utf-8")
