"""Each command of the table is whole: it can be imported, says its line of help, and has an example."""

import subprocess
import sys
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
    assert not {info.target.partition(":")[0] for info in COMMANDS.values()} & set(modules)


def test_every_module_with_a_command_is_in_the_table():
    """No command is forgotten: what a module of the folder defines can be called."""
    defined = {
        f"runner.cli.{path.stem}:{name}"
        for path in (ROOT / "runner" / "cli").glob("*.py")
        for name, found in vars(import_module(f"runner.cli.{path.stem}")).items()
        if isinstance(found, click.Command) and found is not app
    }
    assert defined == {info.target for info in COMMANDS.values()}


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
