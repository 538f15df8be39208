"""`model_config` of the linear model."""

from pydantic import Field

from catalog.dataset import Strict
from plugins.nlp.tfidf.config import MinDf, NgramMax, UnusedSeed

__all__ = ["LinearConfig"]


class LinearConfig(Strict):
    """TF-IDF over words and word sequences, then ridge regression."""

    alpha: float = Field(
        1.0,
        ge=1e-6,
        le=1e6,
        description="Strength of the L2 penalty, no unit: smaller fits the training data more closely. "
        "Typical: 0.01 to 100.",
    )
    ngram_max: NgramMax = 2
    min_df: MinDf = 2
    seed: UnusedSeed = 0
