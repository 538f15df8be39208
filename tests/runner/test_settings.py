"""What MODELCAT_* variables may say, and how one that says something else is reported."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.errors import InputError
from runner.cli.workspace import run_workspace
from runner.environment import is_debugging
from runner.settings import Settings, misspelt, read_settings
from runner.study.workspace import Workspace
from runner.tui.launch import check_storage
from runner.tui.preferences import preferences_file

MODELCAT = Path(sys.executable).with_name("modelcat")
WRONG = {
    ("CHECKPOINT_SECONDS", "soon"): "must be a valid number",
    ("CHECKPOINT_SECONDS", "-1"): "allowed: a number from 0",
    ("CHECKPOINT_SECONDS", "nan"): "must be",
    ("CHECKPOINT_SECONDS", "inf"): "must be",
    ("CHECKPOINT_SECONDS", "1e300"): "must be",
    ("CACHE", "{file}"): "is no folder",
    ("CACHE", "{file}/below/it"): "is no folder",
    ("CACHE", "{link}/below/it"): "is no folder",
    ("CACHE", "/" + "x" * 300): "File name too long",
}


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Return a function that sets a variable; {file} in it is a file, {link} a link that leads nowhere."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MODELCAT_{name.upper()}", raising=False)
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    def assign(name, value):
        monkeypatch.setenv(f"MODELCAT_{name}", value.format(file=tmp_path / "file", link=tmp_path / "link"))

    return assign


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_one_line_with_the_name_of_the_variable(environment, name, value):
    """A wrong value is an error in the user's settings, not a defect."""
    environment(name, value)
    with pytest.raises(InputError, match=f"^MODELCAT_{name}: .*{WRONG[name, value]}") as told:
        read_settings()
    assert "\n" not in told.value.message


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_variable_is_none(environment, name):
    """What a script leaves empty has its default; an empty folder would be the working directory."""
    before = read_settings()
    environment(name.upper(), "")
    assert read_settings() == before


def test_a_cache_that_cannot_be_written_is_told_before_work_begins(tmp_path):
    """A cache that cannot be written is reported before work begins; workers would fail one after the other."""
    workspace = Workspace("sqlite:///x.db", tmp_path, Path("/proc/cache"))
    with pytest.raises(InputError, match=r"/proc/cache cannot be written .*: MODELCAT_CACHE names another folder"):
        run_workspace(workspace, "1", "local", None)


def test_the_terminal_ui_names_variables_too(environment):
    """An invalid storage or folder of settings is reported with its variable."""
    environment("STORAGE", "nonsense")
    with pytest.raises(InputError, match="MODELCAT_STORAGE: 'nonsense' is not a storage URL"):
        check_storage(None)
    environment("CONFIG", "{file}/below")
    with pytest.raises(InputError, match=r"MODELCAT_CONFIG must name a folder: .*file is no folder"):
        preferences_file()


def test_a_misspelt_variable_is_noted(environment):
    """A name that nearly is one of modelcat's is noted; a plugin may read variables of its own."""
    for name in ("STORGE", "KEYWORDS_FILE", "CONFIG", "DEBUG"):
        environment(name, "x")
    assert list(misspelt()) == ["MODELCAT_STORGE has no effect; did you mean MODELCAT_STORAGE?"]


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("yes", True), ("0", False), ("False", False), ("", False)])
def test_debugging_can_be_switched_off(environment, value, meant):
    """A value of 0 switches debugging off."""
    environment("DEBUG", value)
    assert is_debugging() is meant


@pytest.mark.parametrize("name", ["CACHE", "CHECKPOINT_SECONDS", "STORAGE"])
def test_commands_end_with_2(environment, tmp_path, name):
    """Commands end with exit code 2 for each kind of wrong value."""
    wrong = f"MODELCAT_{name}={tmp_path / 'file'}"
    done = subprocess.run(
        ["env", wrong, MODELCAT, "studies"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"modelcat: MODELCAT_{name}: ")
