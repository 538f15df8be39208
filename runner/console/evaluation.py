"""How a model was judged, as JSON and as tables: on a file, or as the store keeps it of a trial."""

from dataclasses import asdict
from typing import Any

from catalog.metric_labels import english_label, evaluation_scope
from catalog.results import Evaluation
from runner.console.output import print_line, print_table
from runner.presentation.text import metric_value

__all__ = ["evaluation_answer", "print_evaluation", "rows_per_second"]


def evaluation_answer(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON, without its file of predictions."""
    return {
        "rows": evaluation.rows,
        "metrics": dict(evaluation.metrics),
        "positive": evaluation_scope(evaluation).positive,
        "intervals": {name: list(interval) for name, interval in evaluation.intervals.items()},
        "labels": [scores.label for scores in evaluation.classes],
        "classes": [asdict(scores) for scores in evaluation.classes],
        "confusion": [list(row) for row in evaluation.confusion],
        "confidence": [asdict(part) for part in evaluation.confidence],
        "lengths": [asdict(bucket) for bucket in evaluation.lengths],
        "seconds": evaluation.seconds,
        "rows_per_second": rows_per_second(evaluation),
    }


def rows_per_second(evaluation: Evaluation) -> float | None:
    """Return how fast the rows were predicted; None where nobody measured it."""
    return evaluation.rows / evaluation.seconds if evaluation.seconds > 0 else None


def print_evaluation(evaluation: Evaluation) -> None:
    """Print metrics with their intervals, scores of each class, and the confusion matrix."""
    print_line()
    rows, scope = [], evaluation_scope(evaluation)
    for name, value in evaluation.metrics.items():
        interval = evaluation.intervals.get(name)
        shown = f"{metric_value(name, interval[0])} to {metric_value(name, interval[1])}" if interval else "–"
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
