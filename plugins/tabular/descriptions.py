"""What the catalog says about the models of tables, and which of their fields are tuned."""

from catalog.space import FloatRange, IntRange, Scalar, SearchSpace

__all__ = ["BOOSTING", "BOOSTING_SETTINGS", "BOOSTING_SPACE", "LINEAR"]

BOOSTING = (
    "Decision trees that are grown one after the other, each to correct what those before it got wrong (LightGBM). It "
    "takes numbers, categories, dates and missing cells as they are, finds thresholds and how features act together, "
    "and is what to beat on tables of a few hundred to many millions of rows. It trains in seconds on a CPU. It does "
    "not extrapolate beyond the training rows, and on very few rows a linear model may serve better."
)
LINEAR = (
    "Numbers are standardised, missing ones take the mean and have a column that says so, each category has a column; "
    "{method} weighs them. It trains in a moment, its weights can be read, and it extrapolates. It sees neither "
    "thresholds nor features that act together. Start here, and expect boosting to earn its cost by beating it. The "
    "fit is convex: all seeds give the same model."
)
BOOSTING_SPACE: SearchSpace = {
    "learning_rate": FloatRange(0.01, 0.3, log=True),
    "num_leaves": IntRange(4, 128, log=True),
    "min_child_samples": IntRange(5, 100, log=True),
    "subsample": FloatRange(0.5, 1.0),
    "colsample": FloatRange(0.4, 1.0),
    "reg_lambda": FloatRange(0.01, 100.0, log=True),
}
BOOSTING_SETTINGS: tuple[dict[str, Scalar], ...] = (
    {"learning_rate": 0.1, "num_leaves": 31, "min_child_samples": 20, "subsample": 1.0, "colsample": 1.0,
     "reg_lambda": 0.01},
    {"learning_rate": 0.03, "num_leaves": 15, "min_child_samples": 10, "subsample": 0.8, "colsample": 0.6,
     "reg_lambda": 1.0},
    {"learning_rate": 0.05, "num_leaves": 64, "min_child_samples": 30, "subsample": 0.8, "colsample": 0.8,
     "reg_lambda": 10.0},
)  # fmt: skip
"""The defaults of LightGBM; small trees of few features, for few rows; large trees, for many."""
