"""Boosting as a method of tables."""

from plugins.tabular.boosting.estimator import open_trees
from plugins.tabular.boosting.fitting import fit
from plugins.tabular.method import TabularMethod

__all__ = ["BOOSTING"]

BOOSTING = TabularMethod("boosting", fit, open_trees)
