"""`modelcat evaluate`: a study's model is measured on a labelled file."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from runner.cli import options
from runner.cli.output import print_json, print_line, print_table
from runner.cli.place import open_store, place_of
from runner.presentation.data import columns_answer, columns_line
from runner.presentation.english import english_label
from runner.presentation.labels import NOTHING
from runner.presentation.text import duration, metric_value

if TYPE_CHECKING:
    from catalog.contract import Evaluation
    from runner.engine.messages import EvaluateFile

__all__ = ["evaluate", "print_evaluation"]


@click.command(epilog="Example:  modelcat evaluate imdb-bert reviews.csv -o predictions.parquet")
@options.study
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--text", metavar="COLUMN", multiple=True, help="Column of the texts; else that of the study.")
@click.option("--label", metavar="COLUMN", help="Column of the labels; else that of the study.")
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
    labels_as: Any,
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
    """Judge a study's model on a labelled file.

    A file of any format that a data set may have; -o keeps the per-example predictions as Parquet. Labels are matched
    by name; one that the model does not know is an error.
    """
    from runner.cli.model_files import given_format, labelled_file
    from runner.engine.messages import EvaluateFile
    from runner.study.folders import kept_model

    place, record = place_of(storage), open_store(storage).study(study)
    written = given_format(delimiter, quote, encoding, no_header=no_header)
    labelled = labelled_file(record, file, text, label, written, labels_as)
    task = EvaluateFile(record.key, kept_model(record, place), labelled, place.folder, precision)
    found = _judge_file(task, output, force=force, debug=place.debug)
    if json:
        print_json(_answer(record.study, file, found, output))
    else:
        _print_judgement(record.study, file, found, output)


def _judge_file(task: "EvaluateFile", output: Path | None, *, force: bool, debug: bool) -> "Evaluation":
    """Judge, and leave the predictions at `output`, or nowhere.

    Args:
        task: Its folder is replaced by one that is removed afterwards.
        output: A Parquet file to make, whole or not at all.
        force: Whether it may replace another.
        debug: Leave visible what the worker prints.

    Raises:
        InputError: The plugin judges no files, or not in that precision, or `output` exists or cannot be written.
        DataError: The file cannot be read, has no labels, or some that the model does not know.
    """
    from runner.destination import check_file, staging
    from runner.engine.single_tasks import asking

    if output is not None:
        check_file(output, force=force)
    with staging(output) if output is not None else TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with asking(debug=debug) as ask:
            evaluation: Evaluation = ask(replace(task, folder=Path(folder)))
        if output is not None:
            evaluation.predictions.replace(output)
        return evaluation


def _answer(study: str, file: Path, evaluation: "Evaluation", output: Path | None) -> dict[str, Any]:
    """Return the JSON of ``evaluate``; `output` is where the predictions were left."""
    from runner.store.json_shapes import evaluation_answer

    return {
        "study": study,
        "file": str(file),
        **evaluation_answer(evaluation),
        "left_out": evaluation.left_out,
        "columns": columns_answer(evaluation.columns),
        "notes": list(evaluation.notes),
        "predictions": None if output is None else str(output.absolute()),
    }


def _print_judgement(study: str, file: Path, evaluation: "Evaluation", output: Path | None) -> None:
    """Print what was found."""
    from runner.store.json_shapes import rows_per_second

    speed = rows_per_second(evaluation)
    rate = f", {speed:,.0f} rows/s" if speed else ""
    print_line(f"{study} on {file}: {evaluation.rows:,} rows in {duration(evaluation.seconds)}{rate}")
    if (line := columns_line(evaluation.columns)) is not None:
        print_line(f"  columns: {line}")
    for note in evaluation.notes:
        print_line(f"  note: {note}")
    if evaluation.left_out:
        print_line(f"  {evaluation.left_out:,} rows of the file have no text and were left out")
    print_evaluation(evaluation)
    if output is not None:
        print_line(f"\npredictions   {output}")


def print_evaluation(evaluation: "Evaluation") -> None:
    """Print metrics with their intervals, scores of each class, and the confusion matrix."""
    print_line()
    rows, scope = [], evaluation_scope(evaluation)
    for name, value in evaluation.metrics.items():
        interval = evaluation.intervals.get(name)
        shown = f"{metric_value(name, interval[0])} to {metric_value(name, interval[1])}" if interval else NOTHING
        rows.append([english_label(name, scope), metric_value(name, value), shown])
    print_table(["metric", "value", "95 % interval"], rows, right=frozenset({"value", "95 % interval"}))
    labels = [scores.label for scores in evaluation.classes] or [str(row) for row in range(len(evaluation.confusion))]
    if evaluation.classes:
        print_line()
        print_table(
            ["class", "rows", "predicted", "precision", "recall", "f1"],
            [
                [scores.label, f"{scores.rows:,}", f"{scores.predicted:,}"]
                + [
                    metric_value("f1", value if known else None)
                    for value, known in (
                        (scores.precision, scores.predicted),
                        (scores.recall, scores.rows),
                        (scores.f1, scores.rows),
                    )
                ]
                for scores in evaluation.classes
            ],
            right=frozenset({"rows", "predicted", "precision", "recall", "f1"}),
        )
    print_line("\nRows are true classes, columns what the model says:")
    columns = ["", *labels]
    cells = [[label, *(f"{count:,}" for count in row)] for label, row in zip(labels, evaluation.confusion, strict=True)]
    print_table(columns, cells, right=frozenset(labels))
