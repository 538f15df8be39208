"""The table of commands: the module of each, and its line in ``modelcat --help``. It imports none of them.

A module of this folder that has commands lists them in its docstring, in lines below ``Commands:``. Only the docstrings
are read, which takes about two milliseconds.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["COMMANDS", "CommandInfo"]

_FIRST = (
    "list",
    "show",
    "schema",
    "validate",
    "plan",
    "run",
    "train",
    "submit",
    "worker",
    "stop",
    "resume",
    "studies",
    "trials",
    "trial",
    "browse",
    "predict",
    "evaluate",
    "export",
    "diagnose",
    "report",
    "figures",
    "compare",
    "delete",
    "doctor",
)
"""Commands in the order in which a user meets them; all others follow, by name."""
_MARK, _QUOTES = "\nCommands:\n", '"""'


class CommandInfo(NamedTuple):
    """A command that is not imported yet: its module, and the first line of its help."""

    module: str
    help: str


def _commands() -> Iterator[tuple[str, CommandInfo]]:
    """Yield name and info of each command that a docstring of this folder announces.

    Raises:
        ValueError: Two modules announce one name.
    """
    found: dict[str, CommandInfo] = {}
    for file in Path(__file__).parent.glob("*.py"):
        docstring = file.read_text(encoding="utf-8").removeprefix(_QUOTES).partition(_QUOTES)[0]
        for line in docstring.partition(_MARK)[2].splitlines():
            name, _, text = line.strip().partition(": ")
            info = CommandInfo(f"runner.cli.{file.stem}", text)
            if found.setdefault(name, info) is not info:
                raise ValueError(f"{file.name}: another module has the command {name!r}: {found[name].module}")
    yield from ((name, found.pop(name)) for name in _FIRST)
    yield from sorted(found.items())


COMMANDS: Final[Mapping[str, CommandInfo]] = dict(_commands())
"""By name, in the order of ``modelcat --help``."""
