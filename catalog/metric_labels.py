"""What a metric of single classes is called: precision, recall, F1 and ROC AUC name the class that they are of.

Of two classes they are scores of one, the positive class; of more they are averages. A number without its class says
nothing, so every front end, log and export takes the label from here, in its own language and with its own limit of
length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.results import Evaluation
from catalog.statement import Statement, Value

__all__ = ["CLASS_METRICS", "ClassScope", "evaluation_scope", "labelled", "metric_label", "scope_of"]

CLASS_METRICS: Final = ("precision", "recall", "f1", "roc_auc")
"""Metrics that are of the positive class where there are two, and averages over classes where there are more."""


@dataclass(frozen=True, slots=True)
class ClassScope:
    """Which classes the metrics of `CLASS_METRICS` are of.

    Attributes:
        positive: Of two classes the one that they are of; None where they are averages.
        classes: Classes that an average is over; 0 if that is not known.
    """

    positive: str | None = None
    classes: int = 0


def scope_of(labels: Sequence[str], positive: str | None) -> ClassScope:
    """Return the scope of a data set with these classes; of two the second counts where none is named."""
    if len(labels) == 2:
        return ClassScope(positive if positive in labels else labels[1], 2)
    return ClassScope(None, len(labels))


def evaluation_scope(evaluation: Evaluation) -> ClassScope:
    """Return the scope of an evaluation; averages are over the classes that occur or were predicted."""
    if len(evaluation.confusion) == 2:
        second = evaluation.classes[1].label if len(evaluation.classes) == 2 else "1"
        return ClassScope(evaluation.positive or second, 2)
    columns = zip(*evaluation.confusion, strict=True)
    return ClassScope(
        None, sum(any(row) or any(column) for row, column in zip(evaluation.confusion, columns, strict=True))
    )


def metric_label(name: str, scope: ClassScope, *, within: bool = False, width: int = 40) -> Statement | None:
    """Return what a metric of single classes is called; None for any other, and where its classes are not known.

    Args:
        name: The metric's key.
        scope: The classes that it is of.
        within: Whether the label stands within a sentence: ``precision of fraud``, not ``Precision of fraud``.
        width: Characters of a class name at most; a longer one ends in an ellipsis. The name is text of anybody's:
            a front end makes it safe.
    """
    if name not in CLASS_METRICS:
        return None
    if scope.positive is not None:
        template = (_CLASS_WITHIN if within else _CLASS)[name]
        return Statement(template, {"label": _shortened(scope.positive, width)})
    if not scope.classes:
        return None
    template = (_MEAN_WITHIN if within else _MEAN)[name]
    return Statement(template, {"classes": scope.classes})


def labelled(statement: Statement, scope: ClassScope) -> Statement:
    """Return the statement with labels in place of the keys of class metrics, which its values ``metric`` hold."""
    values: dict[str, Value] = {}
    for name, value in statement.values.items():
        if isinstance(value, Statement):
            values[name] = labelled(value, scope)
        else:
            label = metric_label(value, scope, within=True) if name == "metric" and isinstance(value, str) else None
            values[name] = value if label is None else label
    return Statement(statement.template, values)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def _templates(*statements: Statement) -> Mapping[str, str]:
    return dict(zip(CLASS_METRICS, (statement.template for statement in statements), strict=True))


_LABEL, _CLASSES = {"label": ""}, {"classes": 0}
_CLASS = _templates(
    Statement("Precision of {label}", _LABEL),
    Statement("Recall of {label}", _LABEL),
    Statement("F1 of {label}", _LABEL),
    Statement("ROC AUC of {label}", _LABEL),
)
_CLASS_WITHIN = _templates(
    Statement("precision of {label}", _LABEL),
    Statement("recall of {label}", _LABEL),
    Statement("F1 of {label}", _LABEL),
    Statement("ROC AUC of {label}", _LABEL),
)
_MEAN = _templates(
    Statement("Precision, mean of {classes:count} classes", _CLASSES),
    Statement("Recall, mean of {classes:count} classes", _CLASSES),
    Statement("F1, mean of {classes:count} classes", _CLASSES),
    Statement("ROC AUC, mean of classes"),
)
_MEAN_WITHIN = _templates(
    Statement("macro precision of {classes:count} classes", _CLASSES),
    Statement("macro recall of {classes:count} classes", _CLASSES),
    Statement("macro F1 of {classes:count} classes", _CLASSES),
    Statement("macro ROC AUC"),
)
