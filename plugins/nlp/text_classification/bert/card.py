"""What the catalog shows about the BERT family before a training."""

from typing import Any

from catalog.contract import Card
from plugins.nlp.encoders.variants import VARIANTS

__all__ = ["CARD"]

_SUMMARY = "Fine-tunes BERT and its kin (DistilBERT, RoBERTa, multilingual, small ones from scratch) to classify texts."
_DESCRIPTION = """\
A transformer encoder reads a whole text in both directions; what it makes of the first token is turned into class \
probabilities by one new layer, and all of it is trained together for a few epochs (Devlin et al., 2019, arXiv \
1810.04805). It fits where order and context matter (negation, contrast, irony) and a few hundred labelled texts or \
more are at hand. It sees at most 512 tokens, about 400 English words; of longer texts `truncation` says what is kept. \
Where single words give the class away, the linear baseline is as good and a thousand times cheaper: every study \
trains it once for comparison. A checkpoint needs safetensors weights; pickles are never opened. The scratch models \
start at random and learn their vocabulary from the training split: they are for trying things out, and end below \
any pretrained model."""

_CASE_STUDY = {
    "model_name": "bert-base-uncased",
    "num_labels": 2,
    "max_seq_length": 512,
    "batch_size": 32,
    "epochs": 3,
    "learning_rate": 0.00002,
    "warmup_steps": 500,
}


def _spec(config: dict[str, Any], source: str | None = None) -> dict[str, Any]:
    spec: dict[str, Any] = {"model": "bert", "category": "nlp", "subcategory": "text-classification"}
    spec["model_config"] = config
    return spec if source is None else {**spec, "dataset": {"source": source}}


CARD = Card(
    summary=_SUMMARY,
    description=_DESCRIPTION,
    variants=VARIANTS,
    examples={
        "imdb": _spec(_CASE_STUDY),
        "demo": _spec({"model_name": "scratch/bert-tiny", "max_seq_length": 128}, source="demo"),
    },
)
"""The first example is the configuration of the case study."""
