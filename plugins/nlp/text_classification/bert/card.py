"""What the catalog tells about the BERT family before anyone trains it."""

from typing import Any

from catalog.contract import Card, Variant

__all__ = ["SUMMARY", "card"]

SUMMARY = "Fine-tunes BERT and its kin (DistilBERT, RoBERTa, multilingual, small ones from scratch) to classify texts."

_DESCRIPTION = """\
A transformer encoder reads a whole text in both directions; what it makes of the first token is turned into class \
probabilities by one new layer, and all of it is trained together for a few epochs (Devlin et al., 2019, arXiv \
1810.04805). It fits where order and context matter (negation, contrast, irony) and a few hundred labelled texts or \
more are at hand. It sees at most 512 tokens, about 400 English words; of longer texts `truncation` says what is kept. \
Where single words give the class away, the linear baseline is as good and a thousand times cheaper: every study \
trains it once for comparison. A checkpoint needs safetensors weights; pickles are never opened. The scratch models \
start at random and learn their vocabulary from the training split: they are for trying things out, and end below \
any pretrained model."""

_VARIANTS = (
    Variant("distilbert-base-uncased", 66_955_010, 268, "2 times BERT-base", "English; production, small machines"),
    Variant("bert-base-uncased", 109_483_778, 438, "baseline", "English; general use"),
    Variant("bert-large-uncased", 335_143_938, 1341, "a third of BERT-base", "English; highest accuracy, 24 layers"),
    Variant("roberta-base", 124_647_170, 499, "as BERT-base", "English; better pre-training (Liu et al., 2019)"),
    Variant("bert-base-multilingual-cased", 177_854_978, 711, "as BERT-base", "104 languages"),
    Variant("distilbert-base-multilingual-cased", 135_326_210, 541, "2 times BERT-base", "104 languages"),
    Variant("xlm-roberta-base", 278_045_186, 1112, "as BERT-base", "100 languages (Conneau et al., 2020)"),
    Variant("scratch/bert-tiny", 1_527_938, 6, "200 times less arithmetic", "2 layers of 128, random weights"),
    Variant("scratch/bert-mini", 5_454_594, 22, "27 times less arithmetic", "4 layers of 256, random weights"),
    Variant("scratch/bert-small", 17_331_714, 69, "7 times less arithmetic", "4 layers of 512, random weights"),
    Variant("scratch/bert-medium", 29_941_250, 120, "3 times less arithmetic", "8 layers of 512, random weights"),
)
"""Parameters of the classifier with two classes, counted from the architecture, scratch ones with all 8,192 pieces.
Speeds of the published ones are those of the case study; arithmetic is counted from the weights of the layers."""

_CASE_STUDY = {
    "model_name": "bert-base-uncased",
    "num_labels": 2,
    "max_seq_length": 512,
    "batch_size": 32,
    "epochs": 3,
    "learning_rate": 0.00002,
    "warmup_steps": 500,
}


def card() -> Card:
    """Return the card, with the case study's configuration as its first example."""
    return Card(
        summary=SUMMARY,
        description=_DESCRIPTION,
        variants=_VARIANTS,
        examples={
            "imdb": _spec(_CASE_STUDY),
            "demo": _spec({"model_name": "scratch/bert-tiny", "max_seq_length": 128}, source="demo"),
        },
    )


def _spec(config: dict[str, Any], source: str | None = None) -> dict[str, Any]:
    spec: dict[str, Any] = {"model": "bert", "category": "nlp", "subcategory": "text-classification"}
    spec["model_config"] = config
    return spec if source is None else {**spec, "dataset": {"source": source}}
