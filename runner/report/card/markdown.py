"""Markdown in which foreign text is only text."""

import re
from collections.abc import Sequence

from runner.presentation.text import safe

__all__ = ["fenced", "heading", "plain", "table"]

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&^@]|^[-+=](?=[-+=\s]|$)|:(?=//)|(?<=www)\.)")
"""What Markdown, HTML or a reader's own additions (links, mentions, mathematics) act on, where they do."""
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
"""The marker of a numbered list, which only begins a line."""


def plain(text: object, limit: int | None = None) -> str:
    """Return text on one line that is no markup, link, mention or table cell to Markdown or HTML."""
    return _NUMBERED.sub(r"\1\\\2", _SIGNS.sub(_harmless, safe(text, limit).strip()))


def _harmless(match: re.Match[str]) -> str:
    """Escape a sign; as an entity those that start HTML, or that some readers link although they are escaped."""
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", ":": "&#58;", ".": "&#46;"}
    return entities.get(match[1], "\\" + match[1])


def heading(level: int, text: str) -> str:
    """Return a heading; its text is made plain before."""
    return f"{'#' * level} {text}"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; its cells are made plain before. All columns but the first are of numbers."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fenced(text: str, language: str) -> str:
    """Return a block of code behind a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
