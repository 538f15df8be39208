"""Drawings made of character cells: functions from data and a canvas to styled text."""
