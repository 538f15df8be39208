"""All that is known of one trial: gathered from the store in a thread, read again only where something has changed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from catalog.contract import Evaluation
from catalog.errors import InputError
from catalog.figures import Figure
from plugins.nlp.text_classification.records import Interpretation
from runner.store.files import path_inside
from runner.store.records import EpochRecord, EvaluationRecord, StudyRecord, TrialRecord
from runner.study.charts.snapshot import StudySnapshot
from runner.study.task_figures import task_figures

if TYPE_CHECKING:  # what these load takes a tenth of a second, which the first paint need not wait for
    from catalog.schema import Parameter
    from runner.store.store import Store

__all__ = ["Facts", "Judgement", "gather"]

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A model judged on a split.

    Attributes:
        subject: ``"trial/7"``, or ``"winner"`` for the kept model, which was trained again on a fresh seed.
        split: ``"validation"`` or ``"test"``.
        evaluation: What was found; None where the store holds it in a shape that is not known here.
        predictions: Its predictions; None where there is no file.
        examples: The texts of the split.
        figures: What the study's plugin draws of it, by key in their order.
    """

    subject: str
    split: str
    evaluation: Evaluation | None
    predictions: Path | None
    examples: Path
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a trial.

    Attributes:
        study: Its study.
        trial: Its row.
        epochs: Its measurements, in order.
        judgements: Its own on validation first; of the winner also those of the kept model.
        interpretation: What the kept model goes by; None where nobody looked, or this is not the winner.
        unreadable: Names of insights that the store holds in a shape that is not known here.
        failures: Why an insight could not be found out, by its name.
        parameters: The fields of the plugin's configuration; None where it is not installed here.
    """

    study: StudyRecord
    trial: TrialRecord
    epochs: tuple[EpochRecord, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    interpretation: Interpretation | None = None
    unreadable: frozenset[str] = frozenset()
    failures: Mapping[str, str] = field(default_factory=dict)
    parameters: "tuple[Parameter, ...] | None" = None

    @property
    def is_best(self) -> bool:
        """Whether it is the trial of the winner; before there is one, whether none has a better value so far."""
        return self.study.best is not None and self.study.best.number == self.trial.number

    @property
    def is_winner(self) -> bool:
        """Whether its configuration is the one that is kept."""
        return _winner(self.study) == self.trial.number

    @property
    def is_confirmed(self) -> bool:
        """Whether the winner was chosen on fresh seeds."""
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
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of their ids."""
        return tuple(map(str, self.study.data.get("labels") or ()))

    @property
    def given(self) -> Mapping[str, Any]:
        """The `model_config` that the spec gave."""
        written = self.study.spec.get("model_config")
        return written if isinstance(written, Mapping) else {}

    @property
    def config(self) -> Mapping[str, Any]:
        """The `model_config` that it trained with, as far as the spec or the search say."""
        return self.given if self.trial.origin == "given" else {**self.given, **self.trial.params}


def gather(store: "Store", folder: Path, study: str, number: int, known: Facts | None = None) -> Facts:
    """Read what is known of a trial; what `known` holds and cannot have changed is taken from there.

    Args:
        store: Where it is.
        folder: The study's own.
        study: Its name.
        number: The trial's.
        known: What was read before, of any trial of the study.

    Raises:
        UnknownStudyError: Study or trial are gone.
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
    facts = Facts(record, trial, tuple(store.epochs(study, f"trial/{number}")), parameters=parameters)
    if trial.state == "running":
        return facts
    evaluations, insights = store.evaluations(study), store.insights(study)
    snapshot = StudySnapshot(record, {}, evaluations=evaluations, insights=insights)
    judgements = (
        replace(one, figures={figure.key: figure for figure in task_figures(snapshot, one.subject, one.split)})
        if one.evaluation is not None
        else one
        for one in _judgements(evaluations, facts, folder)
    )
    return replace(_with_insights(facts, insights), judgements=tuple(judgements))


def _winner(record: StudyRecord) -> int | None:
    number = (record.winner or {}).get("trial")
    return number if isinstance(number, int) else None


def _outcome(record: StudyRecord) -> tuple[Any, ...]:
    """Return what changes when evaluations and insights of a trial that has ended may change."""
    return record.state, record.winner, record.test, record.verdict, record.model_dir


def _judgements(records: list[EvaluationRecord], facts: Facts, folder: Path) -> tuple[Judgement, ...]:
    own = f"trial/{facts.trial.number}"
    wanted = [(own, "validation")]
    if facts.is_winner:
        wanted += [("winner", "validation"), ("winner", "test")]
    found = {(record.subject, record.split): record for record in records}
    kept = facts.trial.predictions
    judged = [_judgement(found[key], folder, kept if key[0] == own else None) for key in wanted if key in found]
    if (own, "validation") not in found and kept:
        judged.insert(0, Judgement(own, "validation", None, _inside(folder, kept), _examples(folder, "validation")))
    return tuple(judged)


def _judgement(record: EvaluationRecord, folder: Path, kept: str | None) -> Judgement:
    from runner.store.judgements import evaluation_of

    path = record.predictions or kept
    try:
        evaluation = evaluation_of(record, folder)
    except (InputError, ValueError):  # it names a foreign file, or is of another version: Pydantic's are ValueErrors
        evaluation = None
    predictions = _inside(folder, path) if path else None
    return Judgement(record.subject, record.split, evaluation, predictions, _examples(folder, record.split))


def _inside(folder: Path, stored: str) -> Path | None:
    """Return the file that a record names; None where it names one that is not the study's."""
    with suppress(InputError):
        return path_inside(folder, stored)
    return None


def _examples(folder: Path, split: str) -> Path:
    return folder / "examples" / f"{split}.parquet"


def _with_insights(facts: Facts, insights: Mapping[str, Any]) -> Facts:
    """Add what was found out about the kept model, where this trial is the winner."""
    from pydantic import TypeAdapter, ValidationError

    if not facts.is_winner:
        return facts
    unreadable, failures = set[str](), dict[str, str]()

    def insight(name: str, kind: type[Kind]) -> Kind | None:
        content = insights.get(name)
        if isinstance(content, Mapping) and isinstance(content.get("failure"), Mapping):
            failures[name] = str(content["failure"].get("reason", ""))
            return None
        if content is None:
            return None
        try:
            return TypeAdapter(kind).validate_python(content)
        except ValidationError:
            unreadable.add(name)
            return None

    interpretation = insight("interpretation", Interpretation)
    return replace(facts, interpretation=interpretation, unreadable=frozenset(unreadable), failures=failures)


def _parameters(key: str) -> "tuple[Parameter, ...] | None":
    """Return the fields of the plugin's configuration, where it is installed: a study outlives what made it."""
    from catalog import registry
    from catalog.errors import ModelcatError
    from catalog.schema import parameters_of

    try:
        return tuple(parameters_of(registry.load(key)))
    except ModelcatError:
        return None
