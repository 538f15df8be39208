"""Every text of the program has a German translation with the same placeholders, where its code is.

A translation is in the file `de.po` of a folder above the text's module: plugins bring theirs. `catalog` and `runner`
share the one of `runner/presentation`, and what they say need not be translated again in a plugin.
"""

import ast
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from catalog.translations import translation_files
from runner.presentation import language
from runner.presentation.language import Language

ROOT = Path(__file__).parents[3]
CALLS = {"t", "_", "msgid", "translate", "Statement"}
PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}")
OWN = ROOT / "runner" / "presentation" / "de.po"
ENGLISH_ONLY = "runner/cli/"
"""Where texts are said in English only, until the terminal speaks other languages."""


def is_of_statements(path: Path) -> bool:
    """Return whether all sentences of a module are templates, also those that are not written in `Statement(...)`.

    It is so for rules of a diagnosis, which tables hold, and for the verdict.
    """
    inside = path.relative_to(ROOT)
    return (inside.parts[0] == "plugins" and "diagnosis" in inside.with_suffix("").parts) or path.stem == "verdict"


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


def translatable(texts: set[str]) -> set[str]:
    """Return the texts that have letters outside their placeholders."""
    return {text for text in texts if any(sign.isalpha() for sign in PLACEHOLDER.sub("", text))}


@pytest.fixture(scope="module")
def texts() -> dict[Path, set[str]]:
    """Return all texts of the program's own packages, by file."""
    found = {}
    for package in ("catalog", "plugins", "runner"):
        for path in (ROOT / package).rglob("*.py"):
            if not path.relative_to(ROOT).as_posix().startswith(ENGLISH_ONLY):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                said = set(texts_of(tree)) | (set(templates_of(tree)) if is_of_statements(path) else set())
                found[path] = translatable(said)
    for template in (ROOT / "runner").rglob("*.j2"):
        tree = Environment(autoescape=True).parse(template.read_text(encoding="utf-8"))
        said = {text for _, _, text in extract_from_ast(tree, ("t",)) if isinstance(text, str)}
        found[template] = translatable(said)
    return found


@pytest.fixture(scope="module")
def german() -> dict[Path, dict[str, str]]:
    """Return the German translations by text, of each file that is there."""
    found = {}
    for path in (OWN, *translation_files("de")):
        if path.is_relative_to(ROOT):
            with path.open("rb") as file:
                found[path] = {message.id: message.string for message in read_po(file, locale="de") if message.id}
    return found


def serves(translations: Path, path: Path) -> bool:
    """Return whether a file of translations is there for a module."""
    return (
        translations == OWN
        if path.is_relative_to(ROOT / "runner") or path.is_relative_to(ROOT / "catalog")
        else (path.is_relative_to(translations.parent))
    )


def test_every_text_has_a_german_translation(texts, german):
    """A text that the program says without a German translation is listed here, with its file."""
    missing = [
        f"{path.relative_to(ROOT)}: {text!r}"
        for path, said in texts.items()
        for text in sorted(said)
        if not german[OWN].get(text)
        and not any(known.get(text) for file, known in german.items() if serves(file, path))
    ]
    assert not missing, "texts without a translation in de.po:\n" + "\n".join(missing)


def test_translations_have_the_placeholders_of_their_texts(german):
    """A translation names the same values, of the same kinds, as its text."""
    wrong = [
        (text, translation)
        for known in german.values()
        for text, translation in known.items()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(translation))
    ]
    assert not wrong


def test_no_translation_is_left_over(texts, german):
    """A translation that no module of its folder says any more is removed."""
    for file, known in german.items():
        said = set().union(*(said for path, said in texts.items() if serves(file, path)))
        assert set(known) - said == set(), file


def test_a_text_has_one_translation(german):
    """If two files translate the same text, they agree: the reader of a figure sees one of them."""
    first: dict[str, str] = {}
    for known in german.values():
        for text, translation in known.items():
            assert first.setdefault(text, translation) == translation


GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Height of the {tree}"
msgstr "Höhe der {tree}"

msgid "Width of the {tree}"
msgstr "Breite der {bush}"

msgid "Test"
msgstr "Prüfung"
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package with a task; its modules cannot be imported. Return the folder of its task."""
    folder = tmp_path / "modelcat_trees" / "forest"
    folder.mkdir(parents=True)
    for module in (folder.parent / "__init__.py", folder / "__init__.py", folder / "task.py"):
        module.write_text("raise RuntimeError")
    about = tmp_path / "modelcat_trees-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: modelcat-trees\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[modelcat.tasks]\nplants/trees = modelcat_trees.forest.task:task\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    language._messages.cache_clear()
    yield folder
    language._messages.cache_clear()


def test_a_package_brings_its_translations(package):
    """They are found without an import; a wrong one, and one of a text of the program, changes nothing."""
    (package / "de.po").write_text(GERMAN, encoding="utf-8")
    german = Language("de")
    assert german.translate("Height of the {tree}", tree="Linde") == "Höhe der Linde"
    assert german.translate("Width of the {tree}", tree="Linde") == "Width of the Linde"
    assert german.translate("Test") == "Test"
    assert "modelcat_trees" not in sys.modules


@pytest.mark.parametrize("content", [b"msgid x", b'msgid "\xff"\nmsgstr "y"\n'])
def test_a_broken_file_of_a_package_costs_its_translations_alone(package, content, caplog):
    """A file that cannot be read is named in a warning, and everything else is in German."""
    (package / "de.po").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert Language("de").translate("1 problem") == "1 Fehler"
    assert str(package / "de.po") in caplog.text
