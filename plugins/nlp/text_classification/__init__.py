"""Text classification: data, metrics and comparisons, shared by the models in the folders next to this file."""
