"""`modelcat figures`: a list of keys, JSON, and files."""

import json
import shutil
from importlib.util import find_spec

import pytest
from click.testing import CliRunner
from made_study import NAME, build

from catalog.figures import KINDS
from runner.cli.main import app
from runner.store.store import Store
from runner.study.charts import CHARTS

PICTURES = pytest.mark.skipif(
    find_spec("kaleido") is None or not (shutil.which("chromium") or shutil.which("google-chrome")),
    reason="kaleido or a browser is not installed",
)


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Return a function that runs `modelcat figures` on a whole study and returns its result."""
    url = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'studies.db'}"
    with Store.open(url, create=True) as store:
        build(store)

    def run(*arguments):
        return CliRunner().invoke(app, ["figures", NAME, *arguments, "--storage", url], catch_exceptions=True)

    return run


def test_all_keys_and_titles_are_listed(figures):
    """The study's figures come first, then those of the model's plugin."""
    lines = figures().output.splitlines()
    keys = [line.split()[0] for line in lines[1:]]
    assert keys[: len(CHARTS)] == [key if key != "training" else "training-accuracy" for key in CHARTS]
    assert {"confusion", "reliability", "words-0", "example-5"} <= set(keys)


def test_json_is_a_list_of_figures(figures):
    """Each figure has kind, key and title; with a key there is that one, of the options that were chosen."""
    found = json.loads(figures("--json").output)
    assert {figure["kind"] for figure in found} <= set(KINDS)
    assert len({figure["key"] for figure in found}) == len(found) > 20
    (chosen,) = json.loads(figures("--chart", "slice", "--option", "parameter=epochs", "--json").output)
    assert chosen["x"]["label"] == "epochs"
    (confusion,) = json.loads(figures("--chart", "confusion", "--json").output)
    assert confusion["counts"] == [[465, 35], [48, 452]]


def test_a_trial_is_selected_and_has_figures_of_its_own(figures):
    """A trial has figures of its evaluation on validation; what is known only of the winner is said to be missing."""
    found = {figure["key"]: figure for figure in json.loads(figures("7", "--json").output)}
    assert "selected" in {series["role"] for series in found["history"]["series"]}
    assert sum(map(sum, found["confusion"]["counts"])) == 222
    assert found["words"]["kind"] == "empty"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--chart", "histry"), "no chart 'histry'; did you mean 'history'?"),
        (("99",), "99"),
        (("--option", "parameter=epochs"), "--option needs --chart"),
        (("--chart", "slice", "--option", "epochs"), "--option takes NAME=VALUE"),
        (("--chart", "slice", "--option", "parameter=x"), "allowed: learning_rate, batch_size, epochs"),
        (("-o", "all.html"), "a file holds one figure"),
        (("--chart", "history", "-o", "history.pdf"), "allowed: .html, .svg, .png"),
        (("--chart", "history", "-o", "history.html", "--language", "xx"), "no language 'xx'"),
    ],
)
def test_what_is_wrong_is_told(figures, arguments, message, tmp_path, monkeypatch):
    """An error says what is wrong and what there is; no file is made."""
    monkeypatch.chdir(tmp_path)
    result = figures(*arguments)
    assert message in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_one_figure_needs_nothing_else(figures, tmp_path):
    """A page has the drawing and its table of numbers, is in the requested language, and replaces no file unasked."""
    path = tmp_path / "history.html"
    assert figures("--chart", "history", "-o", str(path), "--language", "de").output.strip() == str(path)
    text = path.read_text(encoding="utf-8")
    assert 'id="plot-history"' in text
    assert "Zahlen dieser Abbildung" in text
    assert 'src="http' not in text
    assert "--force replaces it" in str(figures("--chart", "history", "-o", str(path)).exception)


def test_any_kind_can_be_a_page(figures, tmp_path):
    """A table, a text and an empty figure have no picture, and a page."""
    for key in ("classes", "example-0"):
        path = tmp_path / f"{key}.html"
        assert figures("--chart", key, "-o", str(path)).exit_code == 0
        assert path.stat().st_size > 100_000


@PICTURES
@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_a_picture_is_saved(figures, tmp_path, suffix, start):
    """A picture's file has the format of its suffix."""
    path = tmp_path / f"history.{suffix}"
    assert figures("--chart", "history", "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(start)


@PICTURES
def test_a_table_is_no_picture(figures, tmp_path):
    """A table has no picture; the message says what to do instead."""
    result = figures("--chart", "classes", "-o", str(tmp_path / "classes.png"))
    assert "is a table and no picture: save it as .html" in str(result.exception)


def test_a_picture_without_its_library_names_the_extra(figures, tmp_path, monkeypatch):
    """The error says what to install, and that a page needs none of it."""
    monkeypatch.setattr("runner.report.saving.find_spec", lambda name: None if name == "kaleido" else find_spec(name))
    result = figures("--chart", "history", "-o", str(tmp_path / "history.png"))
    assert "pip install 'modelcat[images]', or save it as .html" in str(result.exception)
