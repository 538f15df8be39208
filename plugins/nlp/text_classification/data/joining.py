"""How the texts of several columns become one."""

__all__ = ["SEPARATOR"]

SEPARATOR = " \N{SYMBOL FOR UNIT SEPARATOR} "
"""Between the texts of two columns. An encoder reads it as its own separator token, a bag of words as no word; it is
visible, so that a person can read and type it, and real texts do not hold it."""
