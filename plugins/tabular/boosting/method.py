"""Boosting as a method of tables."""

from plugins.tabular.boosting.estimator import open_trees
from plugins.tabular.boosting.fitting import fit
from plugins.tabular.method import Method

__all__ = ["BOOSTING"]

BOOSTING = Method("boosting", fit, open_trees)
