"""Texts for models of every task: how they are joined and cleaned; columns, duplicates, language, words."""

import re

__all__ = ["SEPARATOR", "well_formed", "without_surrogates"]

SEPARATOR = " \N{SYMBOL FOR UNIT SEPARATOR} "
"""Between the texts of two columns. An encoder reads it as its own separator token, a bag of words as no word; it is
visible, so that a person can read and type it, and real texts do not contain it."""


def well_formed(text: str) -> str:
    """Return `text` with surrogate pairs joined and single surrogates, which cut JSON escapes leave, as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def without_surrogates(text: str) -> str:
    """Return `text` with each surrogate as U+FFFD, so that it can be drawn and positions in it do not change."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
