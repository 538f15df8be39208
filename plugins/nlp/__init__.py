"""Models of natural language."""
