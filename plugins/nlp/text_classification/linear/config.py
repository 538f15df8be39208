"""`model_config` of the linear model."""

from typing import Annotated, Literal

from pydantic import Field

from catalog.dataset import Strict

__all__ = ["LinearConfig"]

_Weight = Annotated[float, Field(gt=0, le=1e6)]
_Weights = Annotated[tuple[_Weight, ...], Field(strict=False, min_length=2)]  # not strict: JSON has lists only


class LinearConfig(Strict):
    """TF-IDF over words and word sequences, then logistic regression with an L2 penalty."""

    num_labels: int | None = Field(
        None,
        ge=2,
        le=1000,
        description="Number of classes, checked against the data; taken from the data where it is left out.",
        examples=[2],
    )
    C: float = Field(
        10.0,
        ge=1e-4,
        le=1e5,
        description="Inverse strength of the L2 penalty, no unit: larger fits the training data more closely. "
        "Typical: 0.1 to 100.",
    )
    ngram_max: int = Field(
        2,
        ge=1,
        le=3,
        description="Longest word sequence that is a feature, in words. Typical: 1 (single words) or 2 (pairs too). "
        "3 doubles memory for little gain. In scripts without spaces it counts characters, and one more.",
    )
    min_df: int = Field(
        2,
        ge=1,
        le=1_000_000,
        description="Training texts that a word or sequence must occur in to count as a feature. Typical: 1 to 5. "
        "If it is left out and no word occurs in 2 texts, it is 1.",
    )
    class_weights: Literal["balanced"] | _Weights | None = Field(
        None,
        description='How much an example of each class counts: "balanced" (inverse to its share), or one number '
        "above 0 per class in the order of ids. Equal where left out.",
        examples=["balanced", [1.0, 2.5]],
    )
    seed: int = Field(
        0,
        ge=0,
        lt=2**32,
        description="Has no effect on this model, whose optimum is unique; kept so that all models take one.",
    )
