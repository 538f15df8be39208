"""The command ``modelcat``: a group of commands that are imported when they are called."""

import sys
from collections.abc import Callable
from copy import copy
from importlib import import_module
from typing import Any

import click

from runner.cli.commands import COMMANDS

__all__ = ["app", "main"]


class _LazyGroup(click.Group):
    """A group with the commands of `COMMANDS`, listed in the table's order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        del ctx
        if (info := COMMANDS.get(cmd_name)) is None:
            return None
        defined = vars(import_module(info.module)).values()
        command = next(found for found in defined if isinstance(found, click.Command) and found.name == cmd_name)
        found: click.Command = copy(command)
        found.callback = _printing_data_alone(found.callback)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        del ctx
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [
            (name, click.Command(name, help=info.help).get_short_help_str(limit)) for name, info in COMMANDS.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _printing_data_alone(callback: Callable[..., Any] | None) -> Callable[..., Any]:
    """Return a command's callback with stdout reserved for what the command prints."""

    def call(*args: Any, **kwargs: Any) -> Any:
        from runner.cli.output import reserved_stdout

        with reserved_stdout():
            return callback(*args, **kwargs) if callback is not None else None

    return call


@click.group(
    cls=_LazyGroup,
    epilog="Start with:  modelcat run examples/quickstart.json",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option("--debug", is_flag=True, help="Show tracebacks and what workers print.")
@click.version_option(package_name="modelcat")
def app(debug: bool) -> None:
    """A catalog of trainable models: write a JSON spec, get a tuned, stored, inspectable model."""
    if debug:
        from runner.environment import debug as show_tracebacks

        show_tracebacks()


def main() -> None:
    """Run the command line; every expected error becomes one message and its exit code."""
    from runner.cli.guard import guarded
    from runner.engine import interruption

    interruption.listen()
    code = guarded(app, as_json="--json" in sys.argv)
    interruption.end()
    sys.exit(code)
