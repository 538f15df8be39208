"""All that a report shows of a study: one frozen record, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.contract import Card, Comparison, Evaluation, Fact, Model
from catalog.contract.diagnosis import Diagnosis
from catalog.figures import Figure
from catalog.schema import Parameter
from catalog.statement import Statement
from runner.store.records import ConfirmationRecord, StudyRecord, TrialRecord
from runner.study.charts import StudySnapshot
from runner.study.task_figures import main_subject

__all__ = ["BASELINE", "GIVEN", "WINNER", "Calibration", "Flips", "Results", "Scores"]

GIVEN, WINNER, BASELINE = "given", "winner", "baseline"


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics before and after temperature scaling."""

    before: Mapping[str, float]
    after: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The effect of temperature scaling.

    Attributes:
        temperature: The divisor of the model's scores; above 1 the model was overconfident.
        rows: Number of validation rows that the temperature was fitted on.
        validation: Metrics on the rows that the temperature was fitted on.
        test: Metrics on the test rows, which were not used before.
    """

    temperature: float
    rows: int
    validation: Scores | None = None
    test: Scores | None = None


@dataclass(frozen=True, slots=True)
class Flips:
    """Examples that two models answer differently, as JSON objects of their task, and how the two models compare."""

    split: str
    first: str
    second: str
    comparison: Comparison | None = None
    flips: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """A study as its report shows it.

    Attributes:
        snapshot: The records of the study at one moment.
        state: The state to show.
        confirmations: Trainings of the finalists on new seeds.
        evaluations: Evaluations by evaluated model and split.
        task: Description of the task in one sentence; None if the task is not installed here.
        facts: What the task reports about the data.
        data_figures: The task's figures of the data.
        figures: The task's figures of the evaluation `main`.
        verdict: The sentences of the verdict that can be translated.
        calibration: None if nothing was calibrated.
        flips: By the model that the winner is compared with: ``"given"``, ``"baseline"``.
        diagnoses: What the rules found, the most severe first.
        diagnosed: Whether rules were applied.
        model: The model; None if it is not installed here.
        card: The model's card; None if the model is not installed here.
        parameters: The fields of the model's configuration; empty if the model is not installed here.
        compares: Whether its task compares the answers of two models; true if the task is not installed here.
        rules: Number of diagnosis rules of the task; None if the task does not report it.
        made: When the results were gathered, in UTC.
        unreadable: Names of stored insights that this version cannot read.
        failures: Why an insight could not be computed, by its name.
    """

    snapshot: StudySnapshot
    state: str
    confirmations: tuple[ConfirmationRecord, ...]
    evaluations: Mapping[tuple[str, str], Evaluation]
    task: str | None
    facts: tuple[Fact, ...]
    data_figures: tuple[Figure, ...]
    figures: tuple[Figure, ...]
    verdict: tuple[Statement, ...]
    calibration: Calibration | None
    flips: Mapping[str, Flips]
    diagnoses: tuple[Diagnosis, ...]
    diagnosed: bool
    model: Model | None
    card: Card | None
    parameters: tuple[Parameter, ...]
    compares: bool
    rules: int | None
    made: datetime
    unreadable: frozenset[str] = field(default_factory=frozenset)
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def study(self) -> StudyRecord:
        """The study's row in the store."""
        return self.snapshot.record

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """The study's trials by number."""
        return tuple(self.snapshot.trials.values())

    @property
    def title(self) -> str:
        """The display name of the study."""
        return self.study.title or self.study.study

    @property
    def given(self) -> Mapping[str, Any]:
        """The `model_config` of the spec, with trial 0's values of the tuned fields that the spec leaves out."""
        first = next((trial.params for trial in self.trials if trial.number == 0), {})
        return {**(self.study.spec.get("model_config") or {}), **self._unset(first)}

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The `model_config` of the winner, or of the best trial so far."""
        if self.study.winner and self.study.winner.get("model_config"):
            return {**self.given, **self.study.winner["model_config"]}
        return {**self.given, **(self.study.best.params if self.study.best else {})}

    def _unset(self, params: Mapping[str, Any]) -> dict[str, Any]:
        written = self.study.spec.get("model_config") or {}
        return {name: value for name, value in params.items() if name not in written}

    @property
    def confirmed(self) -> bool:
        """Whether there is a winner, and not only a best trial so far."""
        return self.study.winner is not None

    @property
    def tuned(self) -> bool:
        """Whether the chosen configuration differs from the given one."""
        return self.number not in (0, None) if not self.confirmed else (self.study.winner or {}).get("arm") != GIVEN

    @property
    def number(self) -> int | None:
        """The trial whose configuration was chosen."""
        return self.snapshot.best

    def metrics_in(self, *evaluations: Evaluation) -> tuple[str, ...]:
        """Return the names of the metrics of evaluations: the optimized metric first, then in the order of the task."""
        known = (self.study.metric, *(str(stored.get("name")) for stored in self.study.metrics))
        found = dict.fromkeys(name for evaluation in evaluations for name in evaluation.metrics)
        return tuple(name for name in dict.fromkeys((*known, *found)) if name in found)

    @property
    def main(self) -> tuple[str, Evaluation] | None:
        """The evaluation that the page details, and its name in `evaluations`: the winner on test if that is known."""
        found = main_subject(self.snapshot)
        return None if found is None else (".".join(found), self.evaluations[found])
