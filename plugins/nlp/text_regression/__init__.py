"""Text regression: a number for each text."""
