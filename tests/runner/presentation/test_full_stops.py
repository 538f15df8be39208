"""Texts that are put together from others never get two full stops."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import clause

ROOT = Path(__file__).parents[3]
FOREIGN = re.compile(
    r"\b(\w*error|\w*reason|\w*message|\w*problem|\w*advice|\w*cause|told|said|failure)\b", re.IGNORECASE
)
"""Names of what holds a whole text, which may end with a full stop of its own."""
STOP = re.compile(r"\.(?=\s|$)")


def is_open(value: ast.expr) -> bool:
    """Return whether a value may bring a full stop: a foreign text that `clause` has not removed it from."""
    source = ast.unparse(value)
    return bool(FOREIGN.search(source)) and not source.startswith(("clause(", "safe(clause(", "len("))


def formatted(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and source of what an f-string puts before a full stop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for part, after in zip(node.values, node.values[1:], strict=False):
                follows = isinstance(after, ast.Constant) and STOP.match(str(after.value))
                if follows and isinstance(part, ast.FormattedValue) and part.conversion == -1 and is_open(part.value):
                    yield part.lineno, ast.unparse(part)


def translated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and source of what a translated text puts before a full stop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            template = str(node.args[0].value)
            for given in node.keywords:
                stops = given.arg and re.search(rf"\{{{given.arg}\}}" + STOP.pattern, template)
                if stops and is_open(given.value):
                    yield node.lineno, f"{given.arg}={ast.unparse(given.value)}"


@pytest.mark.parametrize("package", ["catalog", "plugins", "runner"])
def test_no_text_gets_two_full_stops(package):
    """Wherever a text of others is followed by a full stop, its own is taken away first."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {source}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        for line, source in (*formatted(tree), *translated(tree))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "without"),
    [("It broke.", "It broke"), ("It broke", "It broke"), ("and so on ...", "and so on ..."), ("", "")],
)
def test_a_clause_has_no_full_stop(text, without):
    """One full stop at the end goes, an ellipsis stays."""
    assert clause(text) == without
    assert clause(ValueError(text)) == without
