"""What is found by judging, comparing and explaining trained models: frozen records, all of them plain JSON in kind.

Predictions of a model on a split lie in a Parquet file, one row an example in the order of the split, with the columns
``row`` (int64, from 0; of a file that belongs to no study, its own rows), ``label`` and ``predicted`` (class ids,
int64) and ``probabilities`` (float32, one a class). The examples themselves lie once a split in another: ``row``,
``label`` (id) and ``text``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.columns import ColumnRoles
from catalog.statement import Statement

__all__ = [
    "ClassScores",
    "ClassWords",
    "Comparison",
    "ConfidenceBin",
    "Evaluation",
    "ExampleExplanation",
    "Explanation",
    "Exported",
    "Flip",
    "Forecast",
    "ImportantWord",
    "Interpretation",
    "LengthBucket",
    "LengthForecast",
    "Prediction",
    "Suspect",
    "WordWeight",
]


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One class: `rows` that are of it, `predicted` rows that were taken for it; scores between 0 and 1."""

    label: str
    rows: int
    predicted: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """Predictions whose confidence is above `low` and at most `high`, both between 0 and 1.

    Attributes:
        right: Of them, how many were right.
        wrong: How many were wrong.
        confidence: Their mean confidence; None where there are none.
    """

    low: float
    high: float
    right: int
    wrong: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class LengthBucket:
    """Texts of a length between `low` and `high`, both included.

    Attributes:
        unit: What lengths count: ``"tokens"`` before truncation, ``"words"`` or ``"characters"``.
        low: Shortest text of the bucket.
        high: Longest text of the bucket.
        rows: Texts in it.
        accuracy: Share that was right.
        accuracy_low: Lower end of its 95 % interval (Wilson).
        accuracy_high: Upper end.
        confidence: Mean confidence.
        truncated: Share of its texts of which the model saw a part only.
    """

    unit: str
    low: int
    high: int
    rows: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    confidence: float
    truncated: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A trained model measured on one split. What stands after `seconds` a plugin may leave out.

    Attributes:
        split: ``"validation"`` or ``"test"``; ``"file"`` for a file that belongs to no study.
        rows: How many examples were judged.
        metrics: Every name of `Plugin.metrics` that is defined on the split, and what else the task reports.
        confusion: ``confusion[i][j]``: rows of class i that were predicted as class j.
        predictions: File with the per-example predictions, in the order of the split.
        seconds: Spent predicting.
        intervals: 95 % bootstrap intervals over examples, (low, high), by the names of `metrics`.
        classes: Scores of each class, in the order of their ids.
        confidence: Equal bins over confidence from 0 to 1, right and wrong apart: histogram and reliability curve.
        lengths: Buckets of about equal numbers of texts, shortest first.
        tokens: Real tokens that were read, None where the model has none.
        model_bytes: Size of the model's folder.
        peak_memory_bytes: Most memory in use: on a GPU of this training or evaluation, else of the process so far.
        left_out: Rows of a file that have no text, and were not judged.
        columns: Which columns of a file were taken.
        notes: What a careful reader should know of how a file was read.
        positive: Of two classes the one that precision, recall, f1 and roc_auc are of; None where they are averages.
    """

    split: str
    rows: int
    metrics: Mapping[str, float]
    confusion: tuple[tuple[int, ...], ...]
    predictions: Path
    seconds: float
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    classes: tuple[ClassScores, ...] = ()
    confidence: tuple[ConfidenceBin, ...] = ()
    lengths: tuple[LengthBucket, ...] = ()
    tokens: int | None = None
    model_bytes: int | None = None
    peak_memory_bytes: int | None = None
    left_out: int = 0
    columns: ColumnRoles | None = None
    notes: tuple[str, ...] = ()
    positive: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether one configuration is better than another, judged on the same examples.

    Attributes:
        metric: What is compared.
        difference: Mean of the first minus mean of the second, turned so that positive means better.
        low: Lower end of the 95 % interval of `difference`.
        high: Upper end of the 95 % interval of `difference`.
        rows: Examples that both were judged on.
        seeds: Trainings on each side.
        only_first: Examples that the first alone got right; None where there is more than one training on a side.
        only_second: Examples that the second alone got right.
        p_value: Of McNemar's exact test on these two numbers; None where there is more than one training on a side.
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
class Prediction:
    """The answer for one text; `confidence` is the probability of `label`, all between 0 and 1."""

    text: str
    label: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word of a text and what it did to the answer.

    Attributes:
        word: As it stands in the text.
        start: Its first character in the text.
        end: The character after its last.
        weight: What it added to the log-odds of the predicted label; negative where it spoke against it.
        attention: Share of attention that reached it, adding up to at most 1 over the text; None where the model has
            none. How much was looked at a word, not which way it spoke.
    """

    word: str
    start: int
    end: int
    weight: float
    attention: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text got its label.

    Attributes:
        prediction: The answer.
        words: In the order of the text; words that the model did not see are left out.
        method: How `weight` was found, as a reader would look it up: ``"integrated gradients"``.
        completeness_error: Share of the explained difference that the weights miss or exceed; 0 where the method is
            exact. None where the difference is too small to speak of a share.
        truncated: Whether the model saw a part of the text only.
    """

    prediction: Prediction
    words: tuple[WordWeight, ...]
    method: str
    completeness_error: float | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class ImportantWord:
    """A word (lower case) and its mean `weight` towards a class, over the `texts` of the sample that it occurs in."""

    word: str
    weight: float
    texts: int


@dataclass(frozen=True, slots=True)
class ClassWords:
    """The words that speak most for a class, strongest first."""

    label: str
    words: tuple[ImportantWord, ...]


@dataclass(frozen=True, slots=True)
class ExampleExplanation:
    """An example worth looking at.

    Attributes:
        situation: A key of the plugin's: ``"praise"``, ``"blame"``, ``"mixed"`` (texts made up to be typical),
            ``"surest right"``, ``"surest wrong"``, ``"least sure"`` (texts of the data).
        truth: The text's own label; None where it was made up.
        explanation: What the model says and why.
    """

    situation: str
    truth: str | None
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a model goes by.

    Attributes:
        method: As in `Explanation`.
        rows: Texts of the sample that were explained.
        min_texts: A word counts if at least so many of them hold it.
        classes: In the order of their ids.
        examples: Worth looking at.
        completeness_error: Median over the sample; None where the method has none.
        seconds: Spent on all of it.
    """

    method: str
    rows: int
    min_texts: int
    classes: tuple[ClassWords, ...]
    examples: tuple[ExampleExplanation, ...]
    completeness_error: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Flip:
    """An example that exactly one of two models got right, or that they label differently.

    Attributes:
        row: Its place in the split.
        text: Its text, cut to a length fit for reading.
        truth: Its label.
        first: What the first model says.
        second: What the second says.
        first_confidence: How sure the first is, 0 to 1.
        second_confidence: How sure the second is.
    """

    row: int
    text: str
    truth: str
    first: str
    second: str
    first_confidence: float
    second_confidence: float


@dataclass(frozen=True, slots=True)
class Exported:
    """A model that was written for use elsewhere, and how it was checked.

    Attributes:
        folder: Where it lies.
        format: ``"hf"`` or ``"onnx"``.
        quantized: Whether its weights are 8-bit integers.
        bytes: Size of the folder.
        checked_rows: Texts that both the exported and the own model answered.
        largest_difference: Largest difference between their probabilities.
        same_labels: Share of the texts that got the same label from both.
        seconds_per_text: Of the exported model, on this machine's CPU.
        own_seconds_per_text: Of modelcat's own predictor, on the same texts.
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
class LengthForecast:
    """At `max_length` tokens, `truncated` is the share of training texts that would be cut, 0 to 1."""

    max_length: int
    truncated: float
    seconds_per_epoch: float | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A training example whose label a simple model, not trained on it, finds very unlikely."""

    row: int
    text: str
    label: str
    suggested: str
    probability: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a training will be like, measured on a part of it.

    Attributes:
        summary_notes: What preparation said about the data.
        length_quantiles: Tokens (or words) of the texts at 5, 25, 50, 75, 95 and 100 %.
        unit: What lengths count.
        lengths: At several maximum lengths, the configured one among them.
        duplicates: Texts of the training split that occur in it more than once.
        suspects: Likely label errors, most likely first; a few of `suspected`.
        suspected: How many there are.
        probe_seconds: How long the measured part took.
        seconds_per_epoch: Of the training loop, from the probe.
        evaluation_seconds: Judging the validation split once.
        peak_memory_bytes: Most memory in use during the probe, as in `Evaluation`.
        model_bytes: Size of the kept model.
        advice: What to change before spending hours.
    """

    summary_notes: tuple[str, ...]
    length_quantiles: tuple[int, ...]
    unit: str
    lengths: tuple[LengthForecast, ...]
    duplicates: int
    suspects: tuple[Suspect, ...]
    suspected: int
    probe_seconds: float
    seconds_per_epoch: float
    evaluation_seconds: float
    peak_memory_bytes: int | None
    model_bytes: int
    advice: tuple[Statement, ...] = ()
