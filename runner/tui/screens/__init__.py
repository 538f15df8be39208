"""The places: one screen a file."""
