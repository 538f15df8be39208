"""The data of one trial: read from the store in a thread, and read again only if it has changed."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.contract import Evaluation
from catalog.errors import InputError
from catalog.figures import Figure, Text
from runner.store.files import path_inside
from runner.store.records import EpochRecord, EvaluationRecord, StudyRecord, TrialRecord
from runner.study.charts.snapshot import StudySnapshot
from runner.study.task_figures import task_figures

if TYPE_CHECKING:  # their imports take a tenth of a second, which the first paint must not wait for
    from catalog.schema import Parameter
    from runner.store.store import Store

__all__ = ["SplitEvaluation", "TrialFacts", "gather", "group_key"]

_TAKEN = frozenset({"curves", "examples", "parameters"})
"""Keys of tabs that every trial has."""


@dataclass(frozen=True, slots=True)
class SplitEvaluation:
    """An evaluation of a model on a split.

    Attributes:
        subject: ``"trial/7"``, or ``"winner"`` for the kept model, which was trained again with a new seed.
        split: ``"validation"`` or ``"test"``.
        evaluation: The evaluation; None if this version cannot read the stored one.
        predictions: The file of predictions; None if there is none.
        examples: The file of the split's examples.
        figures: The task's figures of the evaluation.
    """

    subject: str
    split: str
    evaluation: Evaluation | None
    predictions: Path | None
    examples: Path
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """The data of a trial.

    Attributes:
        study: Its study.
        trial: Its row.
        epochs: Its measurements, in order.
        judgements: Evaluations: its own on validation first; for the winner also those of the kept model.
        groups: The groups of the task's figures: the name of each by its key. If the trial has no evaluation, those
            of another trial of the study.
        parameters: The fields of the model's configuration; None if it is not installed here.
    """

    study: StudyRecord
    trial: TrialRecord
    epochs: tuple[EpochRecord, ...] = ()
    judgements: tuple[SplitEvaluation, ...] = ()
    groups: Mapping[str, Text] = field(default_factory=dict)
    parameters: "tuple[Parameter, ...] | None" = None

    @property
    def is_best(self) -> bool:
        """Whether this is the trial of the winner; before there is one, whether it has the best value so far."""
        return self.study.best is not None and self.study.best.number == self.trial.number

    @property
    def is_winner(self) -> bool:
        """Whether the trial's configuration is that of the kept model."""
        return _winner(self.study) == self.trial.number

    @property
    def is_confirmed(self) -> bool:
        """Whether the winner was confirmed with new seeds."""
        return bool((self.study.verdict or {}).get("confirmed"))

    @property
    def winner(self) -> int | None:
        """Number of the trial whose configuration is kept; None before that is decided."""
        return _winner(self.study)

    @property
    def count(self) -> int:
        """How many trials the study has; they are numbered from 0."""
        counts = self.study.trials
        return counts.complete + counts.pruned + counts.failed + counts.running

    @property
    def names(self) -> tuple[str, ...]:
        """Names of answers that files hold as numbers, in the order of these numbers; empty if there are none.

        A task whose files have numbers for its answers stores their names as ``labels`` among its data facts.
        """
        return tuple(map(str, self.study.data.get("labels") or ()))

    @property
    def given(self) -> Mapping[str, Any]:
        """The `model_config` that the spec gave."""
        written = self.study.spec.get("model_config")
        return written if isinstance(written, Mapping) else {}

    @property
    def config(self) -> Mapping[str, Any]:
        """The trial's `model_config`, from the spec and the search."""
        return self.given if self.trial.origin == "given" else {**self.given, **self.trial.params}


def gather(store: "Store", folder: Path, study: str, number: int, known: TrialFacts | None = None) -> TrialFacts:
    """Read the data of a trial; unchangeable parts are taken from `known`.

    Args:
        store: The store that holds the study.
        folder: Folder of the study.
        study: Name of the study.
        number: Number of the trial.
        known: Earlier data, of any trial of the study.

    Raises:
        UnknownStudyError: The study or the trial is gone.
    """
    record = store.study(study)
    if known is not None and known.trial.number == number and known.study.updated == record.updated:
        return known if known.study == record else replace(known, study=record)
    trial = store.trial(study, number)
    parameters = known.parameters if known is not None else _parameters(record.key)
    if (
        known is not None
        and known.trial == trial
        and trial.state != "running"
        and _outcome(known.study) == _outcome(record)
    ):
        return replace(known, study=record)
    groups = known.groups if known is not None else {}
    facts = TrialFacts(
        record, trial, tuple(store.epochs(study, f"trial/{number}")), groups=groups, parameters=parameters
    )
    if trial.state == "running" and groups:
        return facts
    evaluations = store.evaluations(study)
    snapshot = StudySnapshot(record, {}, evaluations=evaluations, insights=store.insights(study))
    judgements = tuple(
        replace(one, figures=task_figures(snapshot, one.subject, one.split)) if one.evaluation is not None else one
        for one in _judgements(evaluations, facts, folder)
    )
    figures = [figure for one in judgements for figure in one.figures]
    if not figures and not groups:
        others = (one for one in evaluations if _judgement(one, folder, None).evaluation is not None)
        figures = [figure for one in list(others)[:1] for figure in task_figures(snapshot, one.subject, one.split)]
    return replace(facts, judgements=judgements, groups={group_key(one): group_name(one) for one in figures} or groups)


def group_key(figure: Figure) -> str:
    """Return the key of a figure's group: its own key if it stands alone."""
    named = "" if figure.group is None else re.sub(r"[^a-z0-9]+", "-", figure.group.template.lower()).strip("-")
    key = named or figure.key
    return f"{key}-figures" if key in _TAKEN else key


def group_name(figure: Figure) -> Text:
    """Return the name of a figure's group."""
    return figure.title if figure.group is None else figure.group


def _winner(record: StudyRecord) -> int | None:
    number = (record.winner or {}).get("trial")
    return number if isinstance(number, int) else None


def _outcome(record: StudyRecord) -> tuple[Any, ...]:
    """Return a value that changes when evaluations and insights of an ended trial may have changed."""
    return record.state, record.winner, record.test, record.verdict, record.model_dir


def _judgements(records: list[EvaluationRecord], facts: TrialFacts, folder: Path) -> tuple[SplitEvaluation, ...]:
    own = f"trial/{facts.trial.number}"
    wanted = [(own, "validation")]
    if facts.is_winner:
        wanted += [("winner", "validation"), ("winner", "test")]
    found = {(record.subject, record.split): record for record in records}
    kept = facts.trial.predictions
    judged = [_judgement(found[key], folder, kept if key[0] == own else None) for key in wanted if key in found]
    if (own, "validation") not in found and kept:
        judged.insert(
            0, SplitEvaluation(own, "validation", None, _inside(folder, kept), _examples(folder, "validation"))
        )
    return tuple(judged)


def _judgement(record: EvaluationRecord, folder: Path, kept: str | None) -> SplitEvaluation:
    from runner.store.evaluation_records import evaluation_of

    path = record.predictions or kept
    try:
        evaluation = evaluation_of(record, folder)
    except (InputError, ValueError):  # it names a foreign file, or has another version: Pydantic's are ValueErrors
        evaluation = None
    predictions = _inside(folder, path) if path else None
    return SplitEvaluation(record.subject, record.split, evaluation, predictions, _examples(folder, record.split))


def _inside(folder: Path, stored: str) -> Path | None:
    """Return the file that a record names; None if it is not inside the study's folder."""
    with suppress(InputError):
        return path_inside(folder, stored)
    return None


def _examples(folder: Path, split: str) -> Path:
    return folder / "examples" / f"{split}.parquet"


def _parameters(key: str) -> "tuple[Parameter, ...] | None":
    """Return the fields of the model's configuration, if it is installed: a study may outlive its plugin."""
    from catalog import registry
    from catalog.errors import ModelcatError
    from catalog.schema import parameters_of

    try:
        return tuple(parameters_of(registry.load(key)))
    except ModelcatError:
        return None
