"""Pages and model cards from the records of a study. This package trains nothing and imports no training code."""
