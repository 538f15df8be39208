"""Labelled data for the models of every task: sources, columns, classes, groups and times, and splits."""
