"""The results of evaluating, comparing and explaining trained models: frozen records that convert to plain JSON.

The predictions of a model on a split are in one Parquet file: one row for each example in the order of the split, a
column ``row`` (int64) with the number of the example, and other columns from the task. If there is a column ``label``
with the true value and a column ``predicted`` with the answer, both whole numbers or strings, the terminal UI shows
right answers (equal) and wrong ones; ``probabilities``, a list for each row with a place for each answer that is a
number, gives the confidence. All other columns are shown as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.contract.data import Columns, Fact
from catalog.figures import Figure
from catalog.statement import Statement

__all__ = ["Comparison", "Evaluation", "Exported", "Forecast", "Prediction"]

Prediction = Mapping[str, Any]
"""The answer to one input, as a JSON object in reading order: the input, then the answer. Every prediction of a model
has the same names; an explanation adds some. ``"notes"``, if present, is a list of what a careful reader should know
about this answer: `modelcat predict` reports how many answers have notes. Users see a prediction as
`catalog.contract.capabilities.ShowsPredictions` shows it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A trained model measured on one split. Attributes after `seconds` may be left out.

    Attributes:
        split: ``"validation"`` or ``"test"``; ``"file"`` for a file that belongs to no study.
        rows: How many examples were predicted; for a split, all examples of it.
        metrics: Every metric of the task that is defined on the split.
        predictions: File with the per-example predictions, in the order of the split.
        seconds: Spent predicting.
        intervals: 95 % intervals, (low, high), by the names of `metrics`.
        model_bytes: Size of the model's folder.
        peak_memory_bytes: Most memory in use: on a GPU of this training or evaluation, else of the process so far.
        left_out: Rows of a file that cannot be predicted, and were left out.
        columns: Which columns of a file were used.
        notes: What a careful reader should know about how a file was read.
        details: What else the task found, as JSON. Its names differ from those above.
    """

    split: str
    rows: int
    metrics: Mapping[str, float]
    predictions: Path
    seconds: float
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    model_bytes: int | None = None
    peak_memory_bytes: int | None = None
    left_out: int = 0
    columns: Columns | None = None
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether one configuration is better than another, measured on the same examples.

    Attributes:
        metric: The metric that is compared.
        difference: Mean of the first minus mean of the second, with the sign that makes positive mean better; it lies
            within its interval.
        low: Lower end of the 95 % interval of `difference`.
        high: Upper end of the 95 % interval of `difference`.
        rows: Examples on which both were measured.
        seeds: Trainings on each side.
        only_first: Examples that only the first got right; None if there is more than one training on a side, or if the
            task does not distinguish right from wrong.
        only_second: Examples that only the second got right.
        p_value: Of a test on these two numbers; None if they are None.
    """

    metric: str
    difference: float
    low: float
    high: float
    rows: int
    seeds: tuple[int, int]
    only_first: int | None = None
    only_second: int | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A model that was written for use elsewhere, and how it was checked.

    Attributes:
        folder: The folder of the model.
        format: ``"hf"`` or ``"onnx"``.
        quantized: Whether its weights are 8-bit integers.
        bytes: Size of the folder.
        checked_rows: Inputs that both the exported model and modelcat's own answered.
        largest_difference: Largest difference between their outputs.
        same_labels: Share of the inputs that got the same answer from both.
        seconds_per_text: Of the exported model for one input, on this machine's CPU.
        own_seconds_per_text: Of modelcat's own predictor, on the same inputs.
        details: What else a user must know: opset, inputs, files.
        notes: What a careful reader should know.
    """

    folder: Path
    format: str
    quantized: bool
    bytes: int
    checked_rows: int
    largest_difference: float
    same_labels: float
    seconds_per_text: float
    own_seconds_per_text: float
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """The estimated cost of a training, measured on a part of it.

    Attributes:
        summary_notes: What preparation found out about the data.
        probe_seconds: How long the measured part took.
        seconds_per_epoch: Of the training loop, from the probe.
        evaluation_seconds: Time of one evaluation of the validation split.
        peak_memory_bytes: Most memory in use during the probe, as in `Evaluation`.
        model_bytes: Size of the kept model.
        facts: What the training split showed.
        figures: Figures of the same.
        advice: What to change before a long training.
        details: The same and more, as JSON. Its names differ from those above.
    """

    summary_notes: tuple[str, ...]
    probe_seconds: float
    seconds_per_epoch: float
    evaluation_seconds: float
    peak_memory_bytes: int | None
    model_bytes: int
    facts: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()
    advice: tuple[Statement, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
