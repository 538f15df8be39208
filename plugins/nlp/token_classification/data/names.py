"""Names of columns that hold words and tags, the most telling first."""

__all__ = ["TAG_NAMES", "TEXT_NAME", "TOKEN_NAMES"]

TOKEN_NAMES = ("tokens", "words", "token", "word", "form", "sentence", "text")
TAG_NAMES = ("tags", "ner_tags", "ner", "labels", "tag", "ner_tag", "label", "entities", "pos_tags", "upos", "pos",
             "chunk_tags")  # fmt: skip
TEXT_NAME = "text"
"""Of a column that holds a whole text."""
