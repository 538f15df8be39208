"""What the records of a study show to be wrong, and what to change: rules over `catalog.diagnosis.Evidence`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from catalog.contract import Evaluation
from catalog.contract.diagnosis import Diagnosis, Evidence, Remedy
from catalog.statement import Statement
from plugins.nlp.token_classification.records import TagData, TokenDetails, tag_data, token_details

__all__ = ["RULES", "diagnose"]

_LEAST_ENTITIES = 5
"""True entities of a type below which nothing is said about it."""
_POOR_RECALL = 0.1
_BOUNDARIES = 0.3
"""Share of the entities that are not right whose boundaries are wrong, from which on that is worth knowing."""
_LEAST_ERRORS = 10
_DUPLICATES = 0.05
_FEW_ENTITIES = 50
_GAP = 0.08
_GRAVITY = MappingProxyType({"problem": 0, "warning": 1, "note": 2})


@dataclass(frozen=True, slots=True)
class _Case:
    """What a rule is given."""

    evidence: Evidence

    @property
    def data(self) -> TagData:
        return tag_data(self.evidence.data)

    @property
    def evaluation(self) -> Evaluation | None:
        """The winner on test; else the best trial on validation."""
        for split in ("test", "validation"):
            if (found := self.evidence.evaluations.get(("winner", split))) is not None:
                return found
        trial = next((trial for trial in self.evidence.trials if trial.number == self.evidence.best), None)
        return None if trial is None else trial.evaluation

    @property
    def details(self) -> TokenDetails | None:
        return None if self.evaluation is None else token_details(self.evaluation)

    def field(self, name: str, value: Any, advice: Statement) -> Iterator[Remedy]:
        """Yield the remedy of another value of a field of the model, if it has the field and another value."""
        trial = next((trial for trial in self.evidence.trials if trial.number == self.evidence.best), None)
        if name in self.evidence.Config.model_fields and (trial is None or trial.config.get(name) != value):
            yield Remedy(advice, f"model_config.{name}", value)


def _diverged(case: _Case) -> Iterator[Diagnosis]:
    failed = [trial for trial in case.evidence.trials if trial.failure == "diverged"]
    if failed:
        yield Diagnosis(
            "diverged",
            "problem",
            Statement("Trainings diverged"),
            Statement(
                "The loss of {failed:count} of {all:count} trials was no longer finite.",
                {"failed": len(failed), "all": len(case.evidence.trials)},
            ),
            (Remedy(Statement("Lower the learning rate, or the upper end of its range.")),),
        )


def _not_better_than_lookup(case: _Case) -> Iterator[Diagnosis]:
    versus = case.evidence.versus_baseline
    if versus is not None and versus.low <= 0:
        yield Diagnosis(
            "not_better_than_baseline",
            "problem" if versus.high < 0 else "warning",
            Statement("The model is not better than looking words up"),
            Statement(
                "On {rows:count} test sentences the difference to the baseline is {difference:points} points, "
                "{low:points} to {high:points}.",
                {"rows": versus.rows, "difference": versus.difference, "low": versus.low, "high": versus.high},
            ),
            (
                *case.field("epochs", 10, Statement("Train longer: models from scratch need many passes.")),
                Remedy(Statement("Start from a pretrained model, or add training sentences.")),
            ),
        )


def _types_never_found(case: _Case) -> Iterator[Diagnosis]:
    scores = () if case.details is None else case.details.entity_scores
    poor = [one for one in scores if one.entities >= _LEAST_ENTITIES and one.recall < _POOR_RECALL]
    trained = dict(zip(case.data.entity_types, case.data.entities.get("train", ()), strict=False))
    for one in poor[:3]:
        yield Diagnosis(
            "type_never_found",
            "warning",
            Statement("Entities of type {label} are hardly ever found", {"label": one.label}),
            Statement(
                "Of {entities:count} entities of type {label} {recall:percent} were found; train has {trained:count}.",
                {
                    "entities": one.entities,
                    "label": one.label,
                    "recall": one.recall,
                    "trained": trained.get(one.label, 0),
                },
            ),
            (Remedy(Statement("Add training sentences with such entities, or merge the type into another one.")),),
        )


def _wrong_boundaries(case: _Case) -> Iterator[Diagnosis]:
    if case.details is None:
        return
    errors = case.details.entity_errors
    wrong = errors.wrong_type + errors.wrong_boundaries + errors.missed
    if wrong >= _LEAST_ERRORS and errors.wrong_boundaries > _BOUNDARIES * wrong:
        yield Diagnosis(
            "wrong_boundaries",
            "note",
            Statement("Many entities are found with other boundaries"),
            Statement(
                "Of {wrong:count} entities that are not right {boundaries:count} overlap a predicted one.",
                {"wrong": wrong, "boundaries": errors.wrong_boundaries},
            ),
            (Remedy(Statement("Check that titles, articles and punctuation are tagged in one way in all sentences.")),),
        )


def _over_fitting(case: _Case) -> Iterator[Diagnosis]:
    trial = next((trial for trial in case.evidence.trials if trial.number == case.evidence.best), None)
    history = () if trial is None else trial.history
    if not history:
        return
    trained, validated = history[-1].train_metrics.get("accuracy"), history[-1].metrics.get("accuracy")
    if trained is not None and validated is not None and trained - validated >= _GAP:
        yield Diagnosis(
            "over_fitting",
            "warning",
            Statement("The model has learned its training sentences by heart in part (over-fitting)"),
            Statement(
                "Accuracy of words is {trained:percent} on the training sentences and {validated:percent} on the "
                "validation sentences.",
                {"trained": trained, "validated": validated},
            ),
            (
                Remedy(Statement("Add training sentences: nothing else narrows the gap as surely.")),
                *case.field(
                    "early_stopping", True, Statement("End as soon as the validation loss has stopped falling.")
                ),
            ),
        )


def _few_entities(case: _Case) -> Iterator[Diagnosis]:
    for split in ("validation", "test"):
        count = sum(case.data.entities.get(split, ()))
        if split in case.data.entities and count < _FEW_ENTITIES:
            yield Diagnosis(
                "few_entities",
                "note",
                Statement("Few entities to measure on"),
                Statement(
                    "The {split} split has {count:count} entities: scores have wide intervals.",
                    {"split": split, "count": count},
                ),
                (Remedy(Statement("Add tagged sentences to it.")),),
            )


def _duplicates(case: _Case) -> Iterator[Diagnosis]:
    rows = case.evidence.data.rows.get("test", 0)
    count = case.data.duplicates.get("test", 0)
    if rows and count > _DUPLICATES * rows:
        yield Diagnosis(
            "duplicates",
            "warning",
            Statement("Sentences of test also stand in train"),
            Statement(
                "{count:count} of {rows:count} test sentences: scores on new sentences will be lower.",
                {"count": count, "rows": rows},
            ),
            (Remedy(Statement("Remove sentences of test from train, and train again.")),),
        )


RULES: tuple[Callable[[_Case], Iterator[Diagnosis]], ...] = (
    _diverged,
    _not_better_than_lookup,
    _types_never_found,
    _over_fitting,
    _duplicates,
    _wrong_boundaries,
    _few_entities,
)
"""Of equally grave findings the one named first here comes first."""


def diagnose(evidence: Evidence) -> tuple[Diagnosis, ...]:
    """Apply every rule; the gravest finding first."""
    case = _Case(evidence)
    found = [diagnosis for rule in RULES for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
