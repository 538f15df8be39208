"""Fields of `model_config` that the linear models of all tasks share."""

from typing import Annotated

from pydantic import Field

__all__ = ["MinDf", "NgramMax", "UnusedSeed"]

NgramMax = Annotated[
    int,
    Field(
        ge=1,
        le=3,
        description="Longest word sequence that is a feature, in words. Typical: 1 (single words) or 2 (pairs too). "
        "3 doubles memory for little gain. In scripts without spaces it counts characters, and one more.",
    ),
]
MinDf = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000,
        description="Training texts that a word or sequence must occur in to count as a feature. Typical: 1 to 5. "
        "If it is left out and no word occurs in 2 texts, it is 1.",
    ),
]
UnusedSeed = Annotated[
    int,
    Field(
        ge=0,
        lt=2**32,
        description="Has no effect on this model, whose optimum is unique; kept so that all models take one.",
    ),
]
