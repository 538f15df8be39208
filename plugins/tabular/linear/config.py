"""`model_config` of the linear models."""

from typing import Literal

from pydantic import Field

from catalog.dataset import Strict

__all__ = ["ClassLinearConfig", "LinearConfig", "NumberLinearConfig"]


class LinearConfig(Strict):
    """What both linear models share."""

    seed: int = Field(
        0,
        ge=0,
        lt=2**32,
        description="Has no effect on this model, whose optimum is unique; kept so that all models take one.",
    )


class ClassLinearConfig(LinearConfig):
    """Logistic regression with an L2 penalty."""

    C: float = Field(
        1.0,
        ge=1e-4,
        le=1e5,
        description="Inverse strength of the L2 penalty: larger fits the training rows more closely. "
        "Typical: 0.01 to 100.",
    )
    class_weights: Literal["balanced"] | None = Field(
        None,
        description='How much a row of each class counts: "balanced" is inverse to its share. Equal if left out.',
        examples=["balanced"],
    )


class NumberLinearConfig(LinearConfig):
    """Ridge regression."""

    alpha: float = Field(
        1.0,
        ge=1e-6,
        le=1e6,
        description="Strength of the L2 penalty: smaller fits the training rows more closely. Typical: 0.01 to 1,000.",
    )
