"""`modelcat figures`: the figures of a study and of its task, as a list, as JSON, or saved in a file.

Commands:
    figures: List, print or save the figures of a study.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.errors import InputError
from runner.cli import options as shared
from runner.cli.output import print_json, print_line, print_table
from runner.cli.workspace import open_store

if TYPE_CHECKING:
    from catalog.figures import Figure, Text
    from runner.store.store import Store
    from runner.study.charts import StudySnapshot

__all__ = ["figures"]


@click.command(epilog="Example:  modelcat figures imdb-bert --chart history -o history.svg")
@shared.study
@click.argument("number", metavar="[N]", required=False, type=click.IntRange(0))
@click.option("--chart", metavar="KEY", help="One of them; all keys are listed without it.")
@click.option(
    "--option", "options", metavar="NAME=VALUE", multiple=True, help="Choice of a chart: parameter=epochs. Repeatable."
)
@shared.output
@click.option("--language", metavar="CODE", default="en", show_default=True, help="Of the file: en or de.")
@shared.force
@shared.storage
@shared.json
def figures(
    study: str,
    number: int | None,
    chart: str | None,
    options: tuple[str, ...],
    output: Path | None,
    language: str,
    force: bool,
    storage: str | None,
    json: bool,
) -> None:
    """List, print or save the figures of a study.

    With N those of trial N, which the charts of the study mark. --json prints each with its kind, axes and numbers;
    sentences are templates and values. -o saves one as .html, .svg or .png; pictures take the extra "images", and
    Chrome or Chromium.
    """
    store = open_store(storage)
    snapshot, found = _figures_of(store, store.study(study).study, number, chart, options)
    if output is not None:
        _save(found, snapshot, output, language, force=force)
    else:
        _print(found, json=json)


def _figures_of(
    store: "Store", study: str, number: int | None, key: str | None, options: Sequence[str]
) -> tuple["StudySnapshot", "Sequence[Figure]"]:
    """Return the figures of a study, or the one of `key`; `options` are choices of the chart as ``NAME=VALUE``.

    Raises:
        UnknownStudyError: There is no study of that name; the message names the nearest.
        InputError: There is no such trial, chart, option or value; the message names those that exist.
    """
    from runner.study.charts import CHARTS, read_snapshot
    from runner.study.study_figures import all_figures, figure_of

    snapshot = read_snapshot(store, study)
    if number is not None:
        store.trial(study, number)  # raises an error that names the existing trials
    if options and key not in CHARTS:
        raise InputError("--option needs --chart with the chart that it is of", field="option")
    chosen = dict(map(_option, options))
    return snapshot, all_figures(snapshot, number) if key is None else [figure_of(snapshot, key, number, chosen)]


def _print(figures: "Sequence[Figure]", *, json: bool) -> None:
    """Print figures as JSON, or key and title of each."""
    from catalog.figures import to_json

    if json:
        print_json([to_json(figure) for figure in figures])
        return
    print_table(["chart", "title", ""], [[figure.key, _text(figure.title), _reason(figure)] for figure in figures])


def _save(figures: "Sequence[Figure]", snapshot: "StudySnapshot", path: Path, language: str, *, force: bool) -> None:
    """Save a figure and print its path.

    Raises:
        InputError: There are several, or the file cannot be written.
        WorkError: A required library or browser is not installed.
    """
    from runner.report.saving import save_figure

    if len(figures) != 1:
        raise InputError("a file holds one figure: name it with --chart", field="chart")
    save_figure(figures[0], snapshot, path, language, force=force)
    print_line(str(path))


def _option(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise InputError(f"--option takes NAME=VALUE, not {text!r}", field="option")
    return name, value


def _reason(figure: "Figure") -> str:
    from catalog.figures import Empty

    return f"empty: {_text(figure.reason)}" if isinstance(figure, Empty) else ""


def _text(text: "Text") -> str:
    from catalog.statement import Statement
    from runner.presentation.english import english
    from runner.presentation.text import safe

    return safe(english(text) if isinstance(text, Statement) else text, 200)
