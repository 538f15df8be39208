"""Phrases that several errors share."""

from plugins.tables.wording import listed, nearest, rows_named, shortened

__all__ = ["listed", "nearest", "rows_named", "shortened"]
