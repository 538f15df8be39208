"""The generated pages of the documentation are those that the program gives, and a page that is not is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def docs(tmp_path):
    """Return a copy of the scripts and pages of the documentation."""
    return Path(shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("_build")))


def generate(docs, *options):
    """Run the script on a copy, and return its exit code and what it printed."""
    command = [sys.executable, "generate.py", *options]
    done = subprocess.run(command, cwd=docs, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def test_stale_and_abandoned_pages_are_found_and_made_again(docs):
    """``--check`` names a page that differs and one that nothing makes; without it the first is written again."""
    page = docs / "reference" / "metrics.md"
    made = page.read_text(encoding="utf-8")
    page.write_text(made.replace("higher", "lower", 1), encoding="utf-8")
    (docs / "reference" / "moods.md").write_text("# Moods\n")
    code, printed = generate(docs, "--check")
    assert code == 1
    assert "metrics.md: stale" in printed
    assert "moods.md: nothing makes this page" in printed
    assert printed.count("\n") == 2
    (docs / "reference" / "moods.md").unlink()
    assert generate(docs) == (0, "docs/reference/metrics.md: written\n")
    assert page.read_text(encoding="utf-8") == made


def test_a_variable_that_the_page_of_settings_lacks_is_an_error(docs):
    """The code may not read a variable that the documentation does not have."""
    (package := docs.parent / "runner").mkdir()
    (package / "new.py").write_text('os.environ["MODELCAT_MOOD"]')
    command = [sys.executable, "generate.py", "--check"]
    done = subprocess.run(command, cwd=docs, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "does not describe MODELCAT_MOOD" in done.stderr
