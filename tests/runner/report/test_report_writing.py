"""`modelcat report`: where it writes, what it refuses, and what it does not import."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from catalog.errors import InputError, UnknownStudyError, WorkError
from runner.cli.main import app
from runner.report import writing

NAME = "imdb-minilm"
HEAVY = ("torch", "transformers", "datasets", "sklearn", "optuna", "captum", "onnx", "textual", "pandas")


@pytest.fixture(scope="module")
def url(whole):
    """Return the storage URL of the whole study's database."""
    return str(whole.url)


@pytest.fixture
def report(url):
    """Return a function that runs the command."""

    def run(*arguments):
        return CliRunner().invoke(app, ["report", *map(str, arguments), "--storage", url])

    return run


def test_a_page_is_written_and_told_as_json(report, tmp_path):
    """The answer names the file, its size and the seconds; the page is whole, small and made fast."""
    path = tmp_path / "report.html"
    answer = json.loads(report(NAME, "-o", path, "--json").stdout)
    assert set(answer) == {"report", "bytes", "seconds"}
    assert answer["report"] == str(path)
    assert answer["bytes"] == path.stat().st_size < 6_000_000
    assert 0 < answer["seconds"] < 20
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert [child.name for child in tmp_path.iterdir()] == ["report.html"]


def test_without_json_the_path_is_printed(report, tmp_path):
    """The user sees where the page is."""
    path = tmp_path / "r.html"
    assert report(NAME, "-o", path, "--language", "de").stdout.strip() == str(path)
    assert '<html lang="de">' in path.read_text(encoding="utf-8")


def test_a_file_that_exists_is_replaced_only_by_force(report, tmp_path):
    """What is there stays until --force is given, which the message names."""
    path = tmp_path / "report.html"
    path.write_text("mine")
    refused = report(NAME, "-o", path)
    assert isinstance(refused.exception, InputError)
    assert "--force" in refused.exception.message
    assert path.read_text() == "mine"
    assert report(NAME, "-o", path, "--force").exception is None
    assert path.stat().st_size > 1_000_000


@pytest.mark.parametrize("path", ["missing/report.html", "."])
def test_a_place_that_cannot_be_written_is_refused(report, tmp_path, path):
    """A folder that is not there, or a folder in place of a file, is an input error that names it."""
    refused = report(NAME, "-o", tmp_path / path)
    assert isinstance(refused.exception, InputError)
    assert str(tmp_path) in refused.exception.message


def test_a_folder_without_permission_is_refused(report, tmp_path, monkeypatch):
    """A folder that must not be written is reported; for root, who may write anywhere, a stand-in raises the error."""
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    refused = report(NAME, "-o", tmp_path / "report.html")
    assert isinstance(refused.exception, InputError)
    assert "no permission to write into" in refused.exception.message


def test_a_disk_that_fails_leaves_what_was_there(report, tmp_path, monkeypatch):
    """An error while writing is reported, and leaves neither half a file nor a changed one."""
    path = tmp_path / "report.html"
    path.write_text("mine")

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused = report(NAME, "-o", path, "--force")
    assert "No space left on device" in refused.exception.message
    assert path.read_text() == "mine"
    assert [child.name for child in tmp_path.iterdir()] == ["report.html"]


def test_an_unknown_study_or_language_is_refused(report, tmp_path):
    """The nearest study and the known languages are shown."""
    unknown = report("imdb-minilmm", "-o", tmp_path / "r.html").exception
    assert isinstance(unknown, UnknownStudyError)
    assert NAME in unknown.message
    assert isinstance(report("../elsewhere", "-o", tmp_path / "r.html").exception, UnknownStudyError)
    assert "known are en, de" in report(NAME, "-o", tmp_path / "r.html", "--language", "fr").exception.message
    assert list(tmp_path.iterdir()) == []


def test_a_page_needs_a_file(report):
    """Without -o a page has nowhere to go, and says what to add."""
    assert "-o report.html" in report(NAME).exception.message


def test_a_card_becomes_the_readme_of_the_kept_model(report, whole):
    """Without -o the card goes into the model's folder; where there is none, it needs a file."""
    assert "no kept model" in report(NAME, "--format", "md").exception.message
    from runner.store.url import studies_folder

    model = studies_folder(str(whole.url)) / NAME / "model"
    model.mkdir(parents=True)
    answer = json.loads(report(NAME, "--format", "md", "--json").stdout)
    assert answer["report"] == str(model / "README.md")
    assert (model / "README.md").read_text(encoding="utf-8").startswith("---\nlanguage:\n- en\n")
    assert "--force" in report(NAME, "--format", "md").exception.message


def test_a_missing_library_is_told_with_the_way_to_get_it(whole, tmp_path, monkeypatch):
    """Where the extra is not installed, one message says how to install it."""
    monkeypatch.setattr(writing, "find_spec", lambda name: None if name == "plotly" else find_spec(name))
    with pytest.raises(WorkError, match=r"plotly: pip install 'modelcat\[report\]'"):
        writing.write_report(
            whole, NAME, tmp_path / "r.html", folder=tmp_path, format="html", language="en", force=False
        )


def test_nothing_that_trains_is_imported(url, tmp_path):
    """Page and card are made without torch, scikit-learn, Optuna and their like."""
    program = f"""
import sys
from runner.cli.main import app
light = [name for name in ("plotly", "jinja2", "babel", "yaml", "numpy") if name in sys.modules]
for form in ("html", "md"):
    path = {str(tmp_path)!r} + "/report." + form
    app(["report", {NAME!r}, "-o", path, "--format", form, "--storage", {url!r}], standalone_mode=False)
print("found", light + [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1:] == ["found []"], done.stderr
