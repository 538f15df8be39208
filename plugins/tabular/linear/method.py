"""Linear models as a method of tables."""

from plugins.tabular.linear.estimator import open_linear
from plugins.tabular.linear.fitting import fit
from plugins.tabular.method import Method

__all__ = ["LINEAR"]

LINEAR = Method("linear", fit, open_linear)
