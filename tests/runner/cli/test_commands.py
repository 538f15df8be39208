"""Each command of the table is whole: it can be imported, says its line of help, and has an example."""

import shutil
import subprocess
import sys
import textwrap
from importlib import import_module
from pathlib import Path

import click
import pytest

from runner.cli.commands import COMMANDS
from runner.cli.main import app

ROOT = Path(__file__).parents[3]


def test_the_table_is_light():
    """The table of commands, and with it ``modelcat --help``, imports no command's module."""
    code = "import sys; from runner.cli.main import app; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {info.module for info in COMMANDS.values()} & set(modules)


def test_every_command_of_a_module_is_in_its_docstring():
    """No command is forgotten: what a module of the folder defines can be called."""
    defined = {
        (found.name, f"runner.cli.{path.stem}")
        for path in (ROOT / "runner" / "cli").glob("*.py")
        for found in vars(import_module(f"runner.cli.{path.stem}")).values()
        if isinstance(found, click.Command) and found is not app
    }
    assert defined == {(name, info.module) for name, info in COMMANDS.items()}


def test_a_command_is_one_file(tmp_path):
    """The example of docs/extending.md, put into the folder, is listed after all others and can be called."""
    shutil.copytree(ROOT / "runner", tmp_path / "runner", ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    example = textwrap.dedent(text.partition("```python\n")[2].partition("```")[0])
    (tmp_path / "runner" / "cli" / "rename.py").write_text(example, encoding="utf-8")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; from runner.cli.main import app; app(prog_name='modelcat')"

    def output(*arguments):
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert output("--help").splitlines()[-3].split(maxsplit=1) == ["rename", "Give a study another title."]
    assert "modelcat rename imdb-bert" in output("rename", "--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_the_table_says(name):
    """A command has the table's name, and its help begins with the table's line."""
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert command.name == name
    assert command.help is not None
    assert " ".join(command.help.split("\n\n")[0].split()) == COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_an_example(name):
    """The help of a command ends with an example of it."""
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert (command.epilog or "").startswith(f"Example:  modelcat {name}")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"browse"}))
def test_a_command_prints_json(name):
    """Every command but the terminal UI takes ``--json``."""
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert "--json" in {option for parameter in command.params for option in parameter.opts}


def test_an_unknown_command_is_an_error_of_usage():
    """What is not in the table is refused."""
    with pytest.raises(click.UsageError, match="No such command 'tran'"):
        app.main(["tran"], standalone_mode=False)
