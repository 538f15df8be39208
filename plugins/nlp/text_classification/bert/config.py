"""The `model_config` of the BERT plugin."""

from typing import Annotated, Literal

from pydantic import Field

from plugins.nlp.encoders import config

__all__ = ["FIXED", "KEY", "PREPARATION", "BertConfig"]

KEY = "nlp/text-classification/bert"
PREPARATION = config.PREPARATION | {"num_labels"}
FIXED = config.FIXED | {"num_labels"}


class BertConfig(config.EncoderConfig):
    """What to fine-tune, and how. The defaults are those of Devlin et al., 2019 (arXiv 1810.04805), appendix A.3."""

    num_labels: int | None = Field(
        None,
        ge=2,
        le=10_000,
        description="Number of classes; checked against the data. Left out: taken from the data.",
        examples=[2],
    )
    class_weights: (
        Literal["balanced"]
        | Annotated[tuple[Annotated[float, Field(gt=0, le=1e6)], ...], Field(strict=False, min_length=2)]
        | None
    ) = Field(
        None,
        description=(
            'What an example of each class counts in the loss: "balanced" (rows / (classes x rows of the class)), '
            "or a list of positive numbers in the order of the classes. Left out: all count the same."
        ),
        examples=["balanced", [1.0, 2.5]],
    )
