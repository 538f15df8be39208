"""Arguments and options that several commands share."""

from collections.abc import Callable
from pathlib import Path

import click

Command = Callable[..., None]

spec = click.argument("spec", metavar="SPEC", type=click.Path(path_type=Path))
study = click.argument("study", metavar="STUDY")
json = click.option("--json", is_flag=True, help="Print JSON to stdout.")
csv = click.option(
    "--csv",
    is_flag=True,
    help="Print CSV to stdout: the fields of --json, unrounded, those of inner objects as best.value.",
)
overrides = click.option(
    "--set", "overrides", metavar="PATH=VALUE", multiple=True, help="Override a field: study.trials=5. Repeatable."
)
storage = click.option("--storage", metavar="URL", help="Database; else MODELCAT_STORAGE, else sqlite:///studies.db.")
output = click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write into a file, whole or not at all."
)
force = click.option("--force", is_flag=True, help="Replace what is there.")
precision = click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16", "int8"]),
    default="auto",
    show_default=True,
    help="Arithmetic of the answers. fp32: transformers' own scores. bf16: 0.001 off on average, rarely 0.01. "
    "int8: 0.005 off, up to 0.1, another answer in 100. auto: for files and streams bf16, where the device computes "
    "in it and the model was trained in it; else fp32.",
)
takeover = click.option(
    "--takeover", is_flag=True, help="Take the study from another host that seems to run it, but is gone."
)
workers = click.option(
    "--workers",
    metavar="N|auto",
    help="Trainings at the same time; auto: one for each GPU, on Ray without GPUs one for four cores. "
    "Default: 1 on this machine, auto on Ray.",
)


def file_format(command: Command) -> Command:
    """Add the options for the format of a delimited file."""
    for option in (
        click.option("--no-header", is_flag=True, help='The first line is a row; columns are called "0", "1", ...'),
        click.option("--encoding", metavar="NAME", help="Of text, such as cp1252; else found, of stdin UTF-8."),
        click.option("--quote", metavar="CHAR", help='Around cells of a CSV; "" if quotes have no meaning.'),
        click.option("--delimiter", metavar="CHAR", help="Between cells of a CSV; else found."),
    ):
        command = option(command)
    return command


def engine(command: Command) -> Command:
    """Add the options for where trials run."""
    name = click.option("--engine", metavar="NAME", help="Where trials run: local or ray; else MODELCAT_ENGINE, local.")
    address = click.option(
        "--address",
        metavar="HOST:PORT",
        help="Ray cluster: HOST:PORT, auto (this machine's) or local (start one); else MODELCAT_ADDRESS, auto.",
    )
    return name(address(command))
