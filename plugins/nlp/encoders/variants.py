"""The encoders that the catalog names, with their sizes."""

from catalog.contract import Variant

__all__ = ["VARIANTS"]

VARIANTS = (
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
"""Parameters with a head of two outputs, counted from the architecture, scratch ones with all 8,192 pieces.
Speeds of the published ones are those of the case study; arithmetic is counted from the weights of the layers."""
