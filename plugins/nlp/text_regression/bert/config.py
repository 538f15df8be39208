"""The `model_config` of BERT for regression: that of every encoder."""

from plugins.nlp.encoders.config import EncoderConfig

__all__ = ["KEY", "BertConfig"]

KEY = "nlp/text-regression/bert"


class BertConfig(EncoderConfig):
    """What to fine-tune, and how. The defaults are those of Devlin et al., 2019 (arXiv 1810.04805), appendix A.3."""
