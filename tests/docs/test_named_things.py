"""What the documentation names exists: files by their paths, and the program's modules and their contents."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES += sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)
FILE = re.compile(
    r"(?<![\w./-])((?:tests|benchmarks|examples|docs|catalog|plugins|runner)/[\w./-]+\.(?:py|json|md|csv|sh|svg|conll))"
)
NAME = re.compile(r"`((?:catalog|plugins|runner)(?:\.\w+)+)`")
#: Named as something to write, not as something that is there.
TO_WRITE = {"docs/_build/index.html"}


def modules(name):
    """Return the file or folder that the longest beginning of a dotted name leads to, and the rest of the name."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py"), parts[length:]
        if (path / "__init__.py").is_file():
            return path / "__init__.py", parts[length:]
    return None, parts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page):
    """Every path leads to a file, and every dotted name to a module, or to a name that its module has."""
    text = page.read_text(encoding="utf-8")
    assert not [path for path in FILE.findall(text) if path not in TO_WRITE and not (ROOT / path).is_file()]
    missing = []
    for name in NAME.findall(text):
        module, rest = modules(name)
        if module is None or (rest and not re.search(rf"\b{rest[0]}\b", module.read_text(encoding="utf-8"))):
            missing.append(name)
    assert not missing
