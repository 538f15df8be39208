"""Judges a study's model on a labelled file of one's own, in a worker process."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog.results import Evaluation
from runner.console.destination import check_file, staging
from runner.console.evaluation import evaluation_answer, print_evaluation, rows_per_second
from runner.console.output import print_line
from runner.engine.messages import JudgeFile
from runner.engine.single_tasks import asking
from runner.presentation.data import columns_answer, columns_line
from runner.presentation.text import duration

__all__ = ["judge_file", "judgement_answer", "print_judgement"]


def judge_file(task: JudgeFile, output: Path | None, *, force: bool, debug: bool) -> Evaluation:
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
    if output is None:
        folder = Path(tempfile.mkdtemp(prefix="modelcat-"))
        try:
            return _judge(task, folder, debug=debug)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    check_file(output, force=force)
    with staging(output) as folder:
        evaluation = _judge(task, folder, debug=debug)
        evaluation.predictions.replace(output)
        return evaluation


def _judge(task: JudgeFile, folder: Path, *, debug: bool) -> Evaluation:
    with asking(debug=debug) as ask:
        evaluation: Evaluation = ask(replace(task, folder=folder))
        return evaluation


def judgement_answer(study: str, file: Path, evaluation: Evaluation, output: Path | None) -> dict[str, Any]:
    """Return the JSON of ``evaluate``; `output` is where the predictions were left."""
    return {
        "study": study,
        "file": str(file),
        **evaluation_answer(evaluation),
        "left_out": evaluation.left_out,
        "columns": columns_answer(evaluation.columns),
        "notes": list(evaluation.notes),
        "predictions": None if output is None else str(output.absolute()),
    }


def print_judgement(study: str, file: Path, evaluation: Evaluation, output: Path | None) -> None:
    """Print what was found."""
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
