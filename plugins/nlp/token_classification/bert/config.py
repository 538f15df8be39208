"""The `model_config` of the BERT plugin."""

from pydantic import Field

from plugins.nlp.encoders import config

__all__ = ["FIXED", "KEY", "PREPARATION", "BertConfig"]

KEY = "nlp/token-classification/bert"
PREPARATION = (config.PREPARATION - {"truncation"}) | {"stride"}
FIXED = config.FIXED | {"stride"}


class BertConfig(config.FineTuningConfig):
    """What to fine-tune, and how. The defaults are those of Devlin et al., 2019 (arXiv 1810.04805), appendix A.3."""

    stride: int = Field(
        64,
        ge=0,
        le=256,
        description=(
            "Tokens that two windows of a sentence share, if it is longer than `max_seq_length`; half a window at "
            "most. Nothing is cut off: each word gets its tag in the window where it has the most context. Typical: "
            "32 to 128."
        ),
        examples=[64],
    )
