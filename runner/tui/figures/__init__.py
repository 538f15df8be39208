"""Draws figures (`catalog.figures`) in character cells: functions from a figure and a canvas to styled text."""
