"""`model_config` of the linear model."""

from typing import Annotated, Literal

from pydantic import Field

from catalog.dataset import Strict
from plugins.nlp.tfidf.config import MinDf, NgramMax, UnusedSeed

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
    ngram_max: NgramMax = 2
    min_df: MinDf = 2
    class_weights: Literal["balanced"] | _Weights | None = Field(
        None,
        description='How much an example of each class counts: "balanced" (inverse to its share), or one number '
        "above 0 per class in the order of ids. Equal where left out.",
        examples=["balanced", [1.0, 2.5]],
    )
    seed: UnusedSeed = 0
