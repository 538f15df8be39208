"""`modelcat evaluate`: a study's model is measured on a file with truths.

Commands:
    evaluate: Evaluate a study's model on a file with truths.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli import options
from runner.cli.output import print_json, print_line
from runner.cli.workspace import open_store, workspace_of
from runner.presentation.data import columns_line
from runner.presentation.text import duration

if TYPE_CHECKING:
    from catalog.contract import Evaluation
    from runner.store.records import StudyRecord

__all__ = ["evaluate"]


@click.command(epilog="Example:  modelcat evaluate imdb-bert reviews.csv -o predictions.parquet")
@options.study
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--text", metavar="COLUMN", multiple=True, help="Column of the texts; else that of the study.")
@click.option("--label", metavar="COLUMN", help="Column of the labels; else that of the study.")
@click.option("--column", metavar="ROLE=NAME", multiple=True, help="Column of any role of the data. Repeatable.")
@click.option(
    "--labels-as",
    type=click.Choice(["names", "ids"]),
    default="names",
    show_default=True,
    help="Whether labels are names of the model's classes or their ids, 0, 1, ...",
)
@options.file_format
@options.precision
@options.output
@options.force
@options.storage
@options.json
def evaluate(
    study: str,
    file: Path,
    *,
    text: tuple[str, ...],
    label: str | None,
    column: tuple[str, ...],
    labels_as: str,
    delimiter: str | None,
    quote: str | None,
    encoding: str | None,
    no_header: bool,
    precision: str,
    output: Path | None,
    force: bool,
    storage: str | None,
    json: bool,
) -> None:
    """Evaluate a study's model on a file with truths.

    A file of any format that a data set may have; -o keeps the per-example predictions as Parquet. Labels are matched
    by name; one that the model does not know is an error.
    """
    from runner.cli.model_files import given_format, named_columns
    from runner.engine.messages import EvaluateFile
    from runner.study.file_evaluation import evaluate_file, evaluation_of_file
    from runner.study.folders import kept_model
    from runner.study.model_files import evaluation_file

    workspace, record = workspace_of(storage), open_store(storage).study(study)
    written = given_format(delimiter, quote, encoding, no_header=no_header)
    columns = named_columns(column)
    columns |= {role: names for role, names in (("text", text), ("label", (label,) if label else ())) if names}
    with_truths = evaluation_file(record, file, columns, written, labels_as)
    task = EvaluateFile(record.key, kept_model(record, workspace), with_truths, workspace.folder, precision)
    found = evaluate_file(task, output, force=force, debug=workspace.debug)
    if json:
        print_json(evaluation_of_file(record, file, found, output))
    else:
        _print_result(record, file, found, output)


def _print_result(record: "StudyRecord", file: Path, evaluation: "Evaluation", output: Path | None) -> None:
    """Print the result of the evaluation."""
    from runner.cli.metric_tables import print_evaluation
    from runner.store.json_output import rows_per_second

    speed = rows_per_second(evaluation)
    rate = f", {speed:,.0f} rows/s" if speed else ""
    print_line(f"{record.study} on {file}: {evaluation.rows:,} rows in {duration(evaluation.seconds)}{rate}")
    if (line := columns_line(evaluation.columns)) is not None:
        print_line(f"  columns: {line}")
    for note in evaluation.notes:
        print_line(f"  note: {note}")
    if evaluation.left_out:
        print_line(f"  {evaluation.left_out:,} rows of the file cannot be predicted and were left out")
    print_evaluation(record, evaluation)
    if output is not None:
        print_line(f"\npredictions   {output}")
