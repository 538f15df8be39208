"""Every text of the program has a German translation with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

ROOT = Path(__file__).parents[3]
CALLS = {"t", "_", "msgid", "translate", "Statement"}
PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}")
STATEMENTS = (
    "plugins/classification/diagnosis/",
    "plugins/diagnosis/",
    "plugins/nlp/text_classification/diagnosis/",
    "plugins/nlp/text_regression/diagnosis/",
    "plugins/nlp/texts/diagnosis/",
    "plugins/nlp/token_classification/diagnosis.py",
    "plugins/regression/diagnosis.py",
    "plugins/tabular/diagnosis.py",
    "runner/study/verdict.py",
)
"""Where all sentences are templates of statements, also those that are not written inside `Statement(...)`."""
ENGLISH_ONLY = (
    "runner/cli/",
    "plugins/nlp/text_classification/forecasting/advice.py",
    "plugins/nlp/encoders/forecasting.py",
    "plugins/nlp/texts/advice.py",
    "plugins/nlp/token_classification/bert/forecasting.py",
)
"""Where texts are told in English only, until the terminal speaks other languages."""


def texts_of(tree: ast.AST) -> Iterator[str]:
    """Yield the literals that a module translates, or makes statements of."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS:
            yield from literals(node.args[0])


def templates_of(tree: ast.AST) -> Iterator[str]:
    """Yield every whole sentence of a module that is made of statements, wherever it stands."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    said |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.endswith(".")
            and id(node) not in said
        ):
            yield node.value


def literals(node: ast.expr) -> Iterator[str]:
    """Yield a literal, or both of a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def all_texts() -> set[str]:
    """Return all texts of the program's own packages."""
    found = set()
    for package in ("catalog", "plugins", "runner"):
        for path in (ROOT / package).rglob("*.py"):
            name, tree = path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
            if not name.startswith(ENGLISH_ONLY):
                found |= set(texts_of(tree))
            if name.startswith(STATEMENTS):
                found |= set(templates_of(tree))
    for template in (ROOT / "runner").rglob("*.j2"):
        tree = Environment(autoescape=True).parse(template.read_text(encoding="utf-8"))
        found |= {text for _, _, text in extract_from_ast(tree, ("t",)) if isinstance(text, str)}
    return {text for text in found if any(sign.isalpha() for sign in PLACEHOLDER.sub("", text))}


@pytest.fixture(scope="module")
def german():
    """Return the German translations by text."""
    with files("runner.presentation").joinpath("de.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="de") if message.id}


def test_every_text_has_a_german_translation(german):
    """A text that the program tells without a German translation is listed here."""
    missing = sorted(text for text in all_texts() if not german.get(text))
    assert not missing, "texts without a translation in runner/presentation/de.po:\n" + "\n".join(map(repr, missing))


def test_translations_have_the_placeholders_of_their_texts(german):
    """A translation names the same values, of the same kinds, as its text."""
    wrong = [
        (text, told)
        for text, told in german.items()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(told))
    ]
    assert not wrong


def test_no_translation_is_left_over(german):
    """A translation of a text that the program no longer tells is removed."""
    assert set(german) - all_texts() == set()
