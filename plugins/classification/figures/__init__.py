"""Figures of predicted classes, and of the classes of a data set."""
