"""What a plugin gets about a study to find what is wrong with it, and the form of its findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from catalog.contract.data import DataSummary
from catalog.contract.results import Comparison, Evaluation
from catalog.contract.training import EpochMetrics
from catalog.statement import Statement

__all__ = ["Diagnosis", "DiagnosisInput", "DiagnosisTrial", "Fix"]


@dataclass(frozen=True, slots=True)
class DiagnosisTrial:
    """One trial, as the store holds it.

    Attributes:
        number: Its number.
        state: ``"running"``, ``"complete"``, ``"pruned"`` or ``"failed"``.
        config: The whole `model_config` that it trained with, as JSON.
        value: The study's metric.
        failure: Kind of a failed trial (``"out_of_memory"``); None else.
        notes: What happened during the trial.
        history: Its measurements, in order.
        evaluation: Of its kept epoch on validation; None if it was not evaluated.
    """

    number: int
    state: str
    config: Mapping[str, Any]
    value: float | None
    failure: str | None = None
    notes: tuple[str, ...] = ()
    history: tuple[EpochMetrics, ...] = ()
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class DiagnosisInput:
    """The records of a study, or of a single training.

    Attributes:
        data: What preparation found.
        Config: The model's class of `model_config`: a remedy is named only if it is a field of it and takes the value.
        metric: The metric that the study optimizes.
        space: The tuned fields: field to ``{"low", "high", "log", ...}`` or ``{"choices"}``, as the spec writes it.
        trials: All trials.
        best: Number of the trial to examine: the winner's, else the best so far; None if none is complete.
        evaluations: By subject (``"winner"``, ``"given"``, ``"baseline"``) and split.
        versus_given: The best tuned configuration against the given one, as the verdict holds it.
        versus_baseline: The winner against the baseline.
        calibration: What the fitted temperature changed: ``{"temperature", "before", "after"}``, metrics on test.
    """

    data: DataSummary
    Config: type[BaseModel]
    metric: str
    space: Mapping[str, Mapping[str, Any]]
    trials: Sequence[DiagnosisTrial]
    best: int | None
    evaluations: Mapping[tuple[str, str], Evaluation] = field(default_factory=dict)
    versus_given: Comparison | None = None
    versus_baseline: Comparison | None = None
    calibration: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to change: a field of the spec with its new value, or, if `field` is None, what else to do."""

    advice: Statement
    field: str | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A finding about a study: something is wrong, or worth knowing.

    Attributes:
        rule: Stable name (``"over_fitting"``).
        severity: ``"problem"`` spoils the result, ``"warning"`` may, ``"note"`` is worth knowing.
        title: What it is.
        evidence: The numbers that show it.
        remedies: What to change, most promising first.
    """

    rule: str
    severity: Literal["problem", "warning", "note"]
    title: Statement
    evidence: Statement
    remedies: tuple[Fix, ...] = ()
