"""Markdown in which foreign text has no effect."""

import re
from collections.abc import Sequence

from runner.presentation.text import safe

__all__ = ["fenced", "heading", "plain", "table"]

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&^@]|^[-+=](?=[-+=\s]|$)|:(?=//)|(?<=www)\.)")
"""Characters with a meaning in Markdown, HTML or an extension (links, mentions, mathematics), where they have it."""
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
"""The marker of a numbered list, which has a meaning only at the start of a line."""


def plain(text: object, limit: int | None = None) -> str:
    """Return text on one line that Markdown and HTML do not read as markup, link, mention or table cell."""
    return _NUMBERED.sub(r"\1\\\2", _SIGNS.sub(_harmless, safe(text, limit).strip()))


def _harmless(match: re.Match[str]) -> str:
    """Escape a character; as an entity if it starts HTML, or if some readers link it although it is escaped."""
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", ":": "&#58;", ".": "&#46;"}
    return entities.get(match[1], "\\" + match[1])


def heading(level: int, text: str) -> str:
    """Return a heading; the caller makes its text plain first."""
    return f"{'#' * level} {text}"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the caller makes its cells plain first. All columns but the first have numbers."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fenced(text: str, language: str) -> str:
    """Return a block of code with a fence that is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
