"""`model_config` of boosting."""

from typing import Literal

from pydantic import Field

from catalog.dataset import Strict

__all__ = ["BoostingConfig", "ClassBoostingConfig", "NumberBoostingConfig", "largest_leaf"]


def largest_leaf(rows: int) -> int:
    """Return the largest useful minimum of training rows in a leaf; with a larger one, trees hardly split the rows."""
    return max(1, rows // 4)


class BoostingConfig(Strict):
    """Gradient boosting of decision trees: each tree corrects the errors of the trees before it."""

    rounds: int = Field(
        300,
        ge=1,
        le=100_000,
        description="Rounds of boosting at most; each adds one tree, or one a class. Typical: 100 to 2,000.",
    )
    learning_rate: float = Field(
        0.05,
        gt=0,
        le=1,
        description="Share of each tree's correction that is used. Lower rates need more rounds. Typical: 0.01 to 0.3.",
    )
    num_leaves: int = Field(
        31,
        ge=2,
        le=4096,
        description="Leaves of a tree at most: how many features may act together. Typical: 7 to 127.",
    )
    min_child_samples: int = Field(
        20,
        ge=1,
        le=1_000_000,
        description="Training rows of a leaf at least; a quarter of all if it is more. Typical: 5 to 100.",
    )
    subsample: float = Field(
        1.0, gt=0, le=1, description="Share of the training rows that each tree sees. Typical: 0.5 to 1."
    )
    colsample: float = Field(
        1.0, gt=0, le=1, description="Share of the features that each tree sees. Typical: 0.3 to 1."
    )
    reg_lambda: float = Field(
        1.0, ge=0, le=1e6, description="Strength of the L2 penalty on the values of leaves. Typical: 0 to 100."
    )
    early_stopping: int = Field(
        50,
        ge=0,
        le=100_000,
        description="End when neither the loss nor the metric on validation has improved for so many rounds, and keep "
        "the best round; 0 trains all rounds and keeps the last. Typical: 20 to 100.",
    )
    seed: int = Field(
        0, ge=0, lt=2**32, description="Decides which rows and features each tree sees, where it does not see all."
    )


class ClassBoostingConfig(BoostingConfig):
    """Boosting for classes."""

    class_weights: Literal["balanced"] | None = Field(
        None,
        description='How much a row of each class counts: "balanced" is inverse to its share. Equal if left out.',
        examples=["balanced"],
    )


class NumberBoostingConfig(BoostingConfig):
    """Boosting for numbers."""

    loss: Literal["squared", "absolute"] = Field(
        "squared",
        description='What is minimised: "squared" errors aim at the mean, "absolute" ones at the median, and mind '
        "outliers less.",
    )
