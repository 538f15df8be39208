"""What the records of a study show to be wrong, and what to change: rules over `catalog.diagnosis.DiagnosisInput`."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from catalog.contract.diagnosis import Diagnosis, DiagnosisInput, Fix
from catalog.statement import Statement
from plugins.diagnosis import cost_benefit, failures, rows, space
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise, change, keep
from plugins.nlp.token_classification.evaluation import METRICS
from plugins.nlp.token_classification.records import TokenDetails, tag_data, token_details

__all__ = ["RULES", "diagnose"]

_LEAST_ENTITIES = 5
"""With fewer true entities of a type than this, no rule reports it."""
_POOR_RECALL = 0.1
_BOUNDARIES = 0.3
"""Of the wrong entities, the share with wrong boundaries from which on a rule reports it."""
_LEAST_ERRORS = 10
_DUPLICATES = 0.05
_FEW_ENTITIES = 50
_GAP = 0.08
_GRAVITY = MappingProxyType({"problem": 0, "warning": 1, "note": 2})


def _details(case: DiagnosisCase) -> TokenDetails | None:
    return None if case.judged is None else token_details(case.judged)


def _diverged(case: DiagnosisCase) -> Iterator[Diagnosis]:
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
            (Fix(Statement("Lower the learning rate, or the upper end of its range.")),),
        )


def _failed(case: DiagnosisCase) -> Iterator[Diagnosis]:
    yield from failures.failed_trials(case, known={"diverged"})


def _types_never_found(case: DiagnosisCase) -> Iterator[Diagnosis]:
    details, data = _details(case), tag_data(case.evidence.data)
    scores = () if details is None else details.entity_scores
    poor = [one for one in scores if one.entities >= _LEAST_ENTITIES and one.recall < _POOR_RECALL]
    trained = dict(zip(data.entity_types, data.entities.get("train", ()), strict=False))
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
            (Fix(Statement("Add training sentences with such entities, or merge the type into another one.")),),
        )


def _wrong_boundaries(case: DiagnosisCase) -> Iterator[Diagnosis]:
    details = _details(case)
    if details is None:
        return
    errors = details.entity_errors
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
            (Fix(Statement("Check that titles, articles and punctuation are tagged in one way in all sentences.")),),
        )


def _over_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    history = () if case.best is None else case.best.history
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
            keep(
                advise("Add training sentences: nothing else narrows the gap as surely."),
                change(case, "early_stopping", True, "End as soon as the validation loss has stopped falling."),
            ),
        )


def _few_entities(case: DiagnosisCase) -> Iterator[Diagnosis]:
    entities = tag_data(case.evidence.data).entities
    for split in ("validation", "test"):
        count = sum(entities.get(split, ()))
        if split in entities and count < _FEW_ENTITIES:
            yield Diagnosis(
                "few_entities",
                "note",
                Statement("Few entities to measure on"),
                Statement(
                    "The {split} split has {count:count} entities: scores have wide intervals.",
                    {"split": split, "count": count},
                ),
                (Fix(Statement("Add tagged sentences to it.")),),
            )


def _duplicates(case: DiagnosisCase) -> Iterator[Diagnosis]:
    rows = case.evidence.data.rows.get("test", 0)
    count = tag_data(case.evidence.data).duplicates.get("test", 0)
    if rows and count > _DUPLICATES * rows:
        yield Diagnosis(
            "duplicates",
            "warning",
            Statement("Sentences of test also stand in train"),
            Statement(
                "{count:count} of {rows:count} test sentences: scores on new sentences will be lower.",
                {"count": count, "rows": rows},
            ),
            (Fix(Statement("Remove sentences of test from train, and train again.")),),
        )


RULES: tuple[Callable[[DiagnosisCase], Iterator[Diagnosis]], ...] = (
    _diverged,
    _failed,
    cost_benefit.not_better_than_baseline,
    _types_never_found,
    _over_fitting,
    _duplicates,
    space.edge_of_space,
    cost_benefit.too_few_rows,
    _wrong_boundaries,
    _few_entities,
    rows.few_rows,
)
"""Of equally severe findings the one listed first here comes first."""


def diagnose(evidence: DiagnosisInput) -> tuple[Diagnosis, ...]:
    """Apply every rule; the most severe finding first."""
    stronger = advise("Start from a pretrained model, or add training sentences.")
    case = DiagnosisCase(evidence, METRICS, stronger)
    found = [diagnosis for rule in RULES for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
