"""The tables of studies, trials and measurements as data, as every front end exports them.

They are made of the JSON that commands print (`runner.store.json_output`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runner.presentation.datatable import DataTable, flat, table_of

__all__ = ["epochs_table", "studies_table", "trials_table"]

_STUDY = (
    "study",
    "title",
    "key",
    "state",
    "metric",
    "direction",
    "best.number",
    "best.value",
    "best.metric",
    "baseline.value",
    "trials.complete",
    "trials.pruned",
    "trials.failed",
    "trials.running",
    "planned",
    "seconds",
    "created",
    "updated",
    "failure.kind",
    "failure.message",
    "early_end.reason",
    "early_end.done",
    "early_end.planned",
    "early_end.limit_seconds",
)
_TRIAL = ("number", "state", "origin", "value")
_TRIAL_END = ("seconds", "started", "finished", "failure.kind", "failure.reason")
_EPOCH = ("epoch", "progress", "train_loss")
_EPOCH_END = ("learning_rate", "seconds")


def studies_table(studies: Iterable[Mapping[str, Any]]) -> DataTable:
    """Return studies with the fields of ``studies --json``, in the order in which they come."""
    return table_of([flat(study, _STUDY) for study in studies], _STUDY)


def trials_table(trials: Iterable[Mapping[str, Any]], parameters: Sequence[str] = ()) -> DataTable:
    """Return trials with the fields of ``trials --json``, in the order in which they come.

    Args:
        trials: They need not all have the same parameters and metrics.
        parameters: Names of parameters that have a column even where no trial has them.
    """
    known = (*_TRIAL, *_TRIAL_END)
    rows = [flat(trial, known) for trial in trials]
    middle = [name for row in rows for name in row if name.startswith(("params.", "metrics."))]
    first = (f"params.{name}" for name in parameters)
    return table_of(rows, (*_TRIAL, *first, *sorted(dict.fromkeys(middle), key=_parameters_first), *_TRIAL_END))


def epochs_table(epochs: Iterable[Mapping[str, Any]], kept: float | None = None) -> DataTable:
    """Return the measurements of a training; `kept` is the epoch whose weights were kept."""
    rows = [flat({**epoch, "kept": epoch["epoch"] == kept}) for epoch in epochs]
    middle = dict.fromkeys(name for row in rows for name in row if name.startswith(("metrics.", "train_metrics.")))
    return table_of(rows, (*_EPOCH, *middle, *_EPOCH_END))


def _parameters_first(name: str) -> bool:
    return not name.startswith("params.")
