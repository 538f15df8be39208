"""Writes Markdown that GitHub and MyST read alike: text, cells, tables and links to headings."""

import re
from collections.abc import Iterable, Sequence

__all__ = ["anchor", "cell", "code", "page", "paragraphs", "table", "text"]

_SPECIAL = re.compile(r"([\\*_`<>\[\]{}$])")
_NOTICE = "<!-- Made by docs/generate.py. Change the program and run it again; do not edit this page. -->"


def text(plain: str) -> str:
    """Return plain text as Markdown; words between backticks stay code."""
    parts = plain.split("`")
    if len(parts) % 2 == 0:  # a backtick without a partner
        return _SPECIAL.sub(r"\\\1", plain)
    return "".join(code(part) if index % 2 else _SPECIAL.sub(r"\\\1", part) for index, part in enumerate(parts))


def code(plain: object) -> str:
    """Return plain text as code within a line."""
    return f"`{plain}`"


def cell(markdown: str) -> str:
    """Return Markdown for a cell of a table."""
    return " ".join(markdown.split()).replace("|", r"\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def paragraphs(docstring: str) -> list[str]:
    """Return the paragraphs of a help text or docstring, each in one line of Markdown."""
    return [text(" ".join(part.split())) for part in docstring.split("\n\n") if part.strip()]


def anchor(heading: str) -> str:
    """Return the anchor that GitHub and MyST give a heading."""
    return re.sub(r"[^\w -]", "", heading.replace("`", "").lower()).replace(" ", "-")


def page(title: str, *blocks: str) -> str:
    """Return a whole page: its blocks with a blank line between two."""
    return "\n\n".join([_NOTICE, f"# {title}", *blocks]) + "\n"
