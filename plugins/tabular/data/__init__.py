"""Tables for every model of the tasks: read, checked, split and summarised, without scikit-learn or LightGBM."""

from plugins.tabular.data.input import open_input
from plugins.tabular.data.labelled import load_labelled
from plugins.tabular.data.loading import load

__all__ = ["load", "load_labelled", "open_input"]
