"""Linear models as a method of tables."""

from plugins.tabular.linear.estimator import open_linear
from plugins.tabular.linear.fitting import fit
from plugins.tabular.method import TabularMethod

__all__ = ["LINEAR"]

LINEAR = TabularMethod("linear", fit, open_linear)
