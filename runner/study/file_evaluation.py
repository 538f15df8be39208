"""Evaluates a study's model on a file with true values, in a worker process."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from catalog.contract import Evaluation
from runner.destination import check_file, staging
from runner.engine import single_tasks
from runner.engine.messages import EvaluateFile
from runner.store.json_output import evaluation_answer
from runner.store.records import StudyRecord
from runner.study.model_files import check_taken
from runner.study.task_calls import completed_evaluation

__all__ = ["evaluate_file", "evaluation_of_file"]


def evaluate_file(
    task: EvaluateFile, output: Path | None, *, force: bool, debug: bool, forced_by: str = "--force"
) -> Evaluation:
    """Evaluate, and write the predictions to `output`, if it is given.

    Args:
        task: Its folder is replaced by one that is removed afterwards.
        output: A Parquet file to make, completely or not at all.
        force: Whether an existing file may be replaced.
        debug: Leave visible what the worker prints.
        forced_by: The caller's option that replaces an existing file, for the message.

    Raises:
        InputError: The model is not evaluated on files, not in that precision, or not on a column that was named, or
            `output` exists or cannot be written.
        DataError: The file cannot be read, has no true values, or has some that the model does not know.
    """
    if output is not None:
        check_file(output, force=force, forced_by=forced_by)
    with staging(output) if output is not None else TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with single_tasks.asking(debug=debug) as ask:
            evaluation: Evaluation = ask(replace(task, folder=Path(folder)))
        check_taken(task.file, evaluation.columns)
        if output is not None:
            evaluation.predictions.replace(output)
        return completed_evaluation(task.key, evaluation, task.file.data)


def evaluation_of_file(record: StudyRecord, file: Path, evaluation: Evaluation, output: Path | None) -> dict[str, Any]:
    """Return the JSON of ``evaluate``; `output` is the file with the predictions."""
    return {
        "study": record.study,
        "file": str(file),
        **evaluation_answer(evaluation, record.metrics_of_class),
        "left_out": evaluation.left_out,
        "columns": None if evaluation.columns is None else dict(evaluation.columns),
        "notes": list(evaluation.notes),
        "predictions": None if output is None else str(output.absolute()),
    }
