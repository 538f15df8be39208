"""The command reference, from click's own records of the commands."""

import inspect
from collections.abc import Iterator

import click

from generation.markdown import anchor, code, page, paragraphs, table, text
from runner.cli.commands import COMMANDS
from runner.cli.main import app

__all__ = ["commands"]

_INTRODUCTION = """\
Data goes to stdout, progress and messages to stderr. Every command but `browse` takes `--json`; after a failure it
prints `{"error": {"kind", "message", "field"}}`. `modelcat --debug COMMAND` shows tracebacks and what workers print."""
_EXIT_CODES = (
    ("0", "done"),
    ("1", "the work failed"),
    ("2", "the input is wrong"),
    ("130", "interrupted, or stopped by another process"),
)


def commands() -> str:
    """Return the page of all commands."""
    context = click.Context(app, info_name="modelcat")
    listed = [(f"[`{name}`](#{anchor(_title(name))})", text(info.help)) for name, info in COMMANDS.items()]
    blocks = [
        _INTRODUCTION,
        table(("Exit code", "Meaning"), _EXIT_CODES),
        table(("Command", "What it does"), listed),
    ]
    for name in COMMANDS:
        found = app.get_command(context, name)
        assert found is not None
        blocks.extend(_command(name, found))
    return page("Commands", *blocks)


def _title(name: str) -> str:
    return f"modelcat {name}"


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=_title(name))
    yield f"## {_title(name)}"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{_title(name)} {usage}\n```"
    yield from paragraphs(inspect.cleandoc(command.help or ""))
    records = (one.get_help_record(context) for one in command.get_params(context) if isinstance(one, click.Option))
    options = [(code(left), text(right)) for left, right in filter(None, records) if "--help" not in left]
    yield table(("Option", "Meaning"), options)
    yield f"```sh\n{(command.epilog or '').removeprefix('Example:').strip()}\n```"
