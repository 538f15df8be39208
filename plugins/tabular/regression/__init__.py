"""Regression: a number for each row of a table."""
