"""Judges a study's model on a labelled file of one's own, in a worker process."""

import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from catalog.results import Evaluation
from runner.console.asking import asking
from runner.console.destination import check_file, staging
from runner.console.output import print_line, print_table
from runner.console.text import duration, metric_value
from runner.engine.messages import JudgeFile

__all__ = ["judge_file", "judgement_answer", "print_judgement"]


def judge_file(task: JudgeFile, output: Path | None, *, force: bool, debug: bool) -> Evaluation:
    """Judge, and leave the predictions at `output`, or nowhere.

    Args:
        task: Its folder is replaced by one that is removed afterwards.
        output: A Parquet file to make, whole or not at all.
        force: Whether it may replace another.
        debug: Leave visible what the worker prints.

    Raises:
        InputError: The plugin judges no files, or `output` exists or cannot be written.
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
        evaluation: Evaluation = ask(JudgeFile(task.key, task.model_dir, task.file, task.text, task.label, folder))
        return evaluation


def judgement_answer(study: str, file: Path, evaluation: Evaluation, output: Path | None) -> dict[str, Any]:
    """Return the JSON of ``evaluate``; `output` is where the predictions were left."""
    return {
        "study": study,
        "file": str(file),
        "rows": evaluation.rows,
        "left_out": evaluation.left_out,
        "metrics": dict(evaluation.metrics),
        "intervals": {name: list(interval) for name, interval in evaluation.intervals.items()},
        "labels": [scores.label for scores in evaluation.classes],
        "classes": [asdict(scores) for scores in evaluation.classes],
        "confusion": [list(row) for row in evaluation.confusion],
        "confidence": [asdict(part) for part in evaluation.confidence],
        "lengths": [asdict(bucket) for bucket in evaluation.lengths],
        "seconds": evaluation.seconds,
        "rows_per_second": _speed(evaluation),
        "predictions": None if output is None else str(output.absolute()),
    }


def print_judgement(study: str, file: Path, evaluation: Evaluation, output: Path | None) -> None:
    """Print what was found: metrics with their intervals, classes, confusion matrix, speed."""
    speed = _speed(evaluation)
    rate = f", {speed:,.0f} rows/s" if speed else ""
    print_line(f"{study} on {file}: {evaluation.rows:,} rows in {duration(evaluation.seconds)}{rate}")
    if evaluation.left_out:
        print_line(f"  {evaluation.left_out:,} rows of the file have no text and were left out")
    print_line()
    rows = []
    for name, value in evaluation.metrics.items():
        interval = evaluation.intervals.get(name)
        shown = f"{metric_value(name, interval[0])} to {metric_value(name, interval[1])}" if interval else "–"
        rows.append([name, metric_value(name, value), shown])
    print_table(["metric", "value", "95 % interval"], rows, right=frozenset({"value", "95 % interval"}))
    labels = [scores.label for scores in evaluation.classes] or [str(row) for row in range(len(evaluation.confusion))]
    if evaluation.classes:
        print_line()
        print_table(
            ["class", "rows", "predicted", "precision", "recall", "f1"],
            [
                [scores.label, f"{scores.rows:,}", f"{scores.predicted:,}"]
                + [metric_value("f1", value) for value in (scores.precision, scores.recall, scores.f1)]
                for scores in evaluation.classes
            ],
            right=frozenset({"rows", "predicted", "precision", "recall", "f1"}),
        )
    print_line("\nRows are classes of the file, columns what the model says:")
    columns = ["", *labels]
    cells = [[label, *(f"{count:,}" for count in row)] for label, row in zip(labels, evaluation.confusion, strict=True)]
    print_table(columns, cells, right=frozenset(labels))
    if output is not None:
        print_line(f"\npredictions   {output}")


def _speed(evaluation: Evaluation) -> float | None:
    return evaluation.rows / evaluation.seconds if evaluation.seconds > 0 else None
