"""The contract of a task and a model, and the frozen records that pass between them and the code that runs them.

A task (`Task`) says what data look like and how results are measured, compared and shown. A model (`Model`, light to
import) leads to a `Trainer` (heavy libraries) and a `Predictor`. Nothing here is a base class: any object with these
attributes and methods is a task or a model. `catalog.testing` checks that it fulfils the contract.
"""

from catalog.contract.data import Columns, DataSummary, Fact, RowCounts
from catalog.contract.model import Card, Model, Variant
from catalog.contract.results import Comparison, Evaluation, Exported, Forecast, Prediction
from catalog.contract.task import Task, TaskData
from catalog.contract.training import (
    CHECKPOINT_SECONDS,
    CHECKPOINTS,
    Decision,
    EpochMetrics,
    Outcome,
    Predictor,
    Trainer,
    TrialContext,
    TrialResult,
)
from catalog.metric import Direction

__all__ = [
    "CHECKPOINTS",
    "CHECKPOINT_SECONDS",
    "Card",
    "Columns",
    "Comparison",
    "DataSummary",
    "Decision",
    "Direction",
    "EpochMetrics",
    "Evaluation",
    "Exported",
    "Fact",
    "Forecast",
    "Model",
    "Outcome",
    "Prediction",
    "Predictor",
    "RowCounts",
    "Task",
    "TaskData",
    "Trainer",
    "TrialContext",
    "TrialResult",
    "Variant",
]
