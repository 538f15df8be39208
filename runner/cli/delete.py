"""`modelcat delete`: a study and its files are removed.

Commands:
    delete: Delete a study and its files.
"""

import sys

import click

from catalog.errors import InputError
from runner.cli import options
from runner.cli.output import print_json
from runner.cli.workspace import open_store, workspace_of
from runner.presentation.text import safe

__all__ = ["delete"]


@click.command(epilog="Example:  modelcat delete imdb-bert --yes")
@options.study
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@options.storage
@options.json
def delete(study: str, yes: bool, storage: str | None, json: bool) -> None:
    """Delete a study and its files."""
    store, workspace = open_store(storage), workspace_of(storage)
    record = store.study(study, damaged=True)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(f"deleting {record.study!r} needs --yes where nobody can be asked")
        total = record.trials.complete + record.trials.pruned + record.trials.failed
        click.confirm(f"Delete {safe(record.study)} with {total} trials and its model?", abort=True, err=True)
    store.delete_study(record.study, workspace.folder)
    print_json({"deleted": record.study}) if json else sys.stderr.write(f"Deleted {safe(record.study)}.\n")
