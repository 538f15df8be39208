"""What the catalog shows about the BERT family before a training."""

from collections.abc import Mapping
from typing import Any

from catalog.contract import Card, Variant

__all__ = ["CARD", "usage"]

_DESCRIPTION = """\
A transformer encoder reads a sentence in both directions; one new layer turns what it makes of the first piece of \
each word into the word's tag, and all of it is trained together for a few epochs (Devlin et al., 2019, arXiv \
1810.04805, section 5.3). It finds names that it has never seen by what stands around them, and needs some hundred \
tagged sentences or more. Sentences and documents that are longer than `max_seq_length` tokens are read in windows \
that overlap, and nothing is cut off. Names are written with capitals, so prefer a cased checkpoint if there is one. \
A checkpoint needs safetensors weights; pickles are never opened. The scratch models start at random and learn their \
vocabulary from the training split: they are for trying things out, and end below any pretrained model."""

_VARIANTS = (
    Variant("distilbert-base-cased", 65_197_833, 261, "2 times BERT-base", "English; production, small machines"),
    Variant("bert-base-cased", 107_726_601, 431, "baseline", "English; general use"),
    Variant("bert-large-cased", 332_538_889, 1330, "a third of BERT-base", "English; highest accuracy, 24 layers"),
    Variant("roberta-base", 124_061_961, 496, "as BERT-base", "English; better pre-training (Liu et al., 2019)"),
    Variant("bert-base-multilingual-cased", 177_269_769, 709, "as BERT-base", "104 languages"),
    Variant("xlm-roberta-base", 277_459_977, 1110, "as BERT-base", "100 languages (Conneau et al., 2020)"),
    Variant("scratch/bert-tiny", 1_512_329, 6, "200 times less arithmetic", "2 layers of 128, random weights"),
    Variant("scratch/bert-mini", 5_390_601, 22, "27 times less arithmetic", "4 layers of 256, random weights"),
    Variant("scratch/bert-small", 17_072_649, 68, "7 times less arithmetic", "4 layers of 512, random weights"),
)
"""Parameters with nine tags (BIO of four types), counted from the architecture, scratch ones with all 8,192 pieces;
speeds are those of the text classifiers."""

_USAGE = """\
from transformers import pipeline

find = pipeline("token-classification", model="path/to/this/folder", aggregation_strategy="first")
print(find(["Ada Lovelace was born in London ."]))"""


def usage(config: Mapping[str, Any]) -> str:  # noqa: ARG001 -- the same for all
    """Return Python that finds entities with a pipeline of transformers."""
    return _USAGE


def _spec(config: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    address = {"model": "bert", "category": "nlp", "subcategory": "token-classification"}
    return {**address, "model_config": config, "dataset": dataset}


CARD = Card(
    summary="Fine-tunes BERT and its kin (DistilBERT, RoBERTa, multilingual, small ones from scratch) to tag words.",
    description=_DESCRIPTION,
    variants=_VARIANTS,
    examples={
        "conll": _spec(
            {"model_name": "bert-base-cased", "epochs": 3, "batch_size": 16, "learning_rate": 3e-5},
            {"source": "files", "train": "train.conll"},
        ),
        "demo": _spec(
            {"model_name": "scratch/bert-tiny", "epochs": 10, "batch_size": 16, "max_seq_length": 128},
            {"source": "demo", "size": 2000},
        ),
    },
)
