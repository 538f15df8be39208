"""`modelcat report`: a page of all results of a study, or a model card.

Commands:
    report: Make a page of all results, or a model card.
"""

from pathlib import Path
from typing import Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.workspace import open_store, workspace_of

__all__ = ["report"]


@click.command(epilog="Example:  modelcat report imdb-bert -o report.html")
@options.study
@options.output
@click.option("--format", "form", type=click.Choice(["html", "md"]), default="html", show_default=True, help="Kind.")
@click.option("--language", metavar="CODE", default="en", show_default=True, help="Of the report: en or de.")
@options.force
@options.storage
@options.json
def report(
    study: str, output: Path | None, form: Any, language: str, force: bool, storage: str | None, json: bool
) -> None:
    """Make a page of all results, or a model card.

    html: one file that works offline, for people. md: a card with the hub's header, by default the README.md of the
    study's kept model.
    """
    from runner.report.rules import findings_of
    from runner.report.writing import write_report

    store, workspace = open_store(storage), workspace_of(storage)
    study = store.study(study).study
    made = write_report(
        store,
        study,
        output,
        folder=workspace.folder,
        format=form,
        language=language,
        force=force,
        diagnoses=findings_of(store, study, workspace.folder_of(study)),
    )
    answer = {"report": str(made.report), "bytes": made.bytes, "seconds": round(made.seconds, 3)}
    print_json(answer) if json else print_line(str(made.report))
