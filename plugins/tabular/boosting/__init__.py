"""Gradient boosting of decision trees: LightGBM."""
