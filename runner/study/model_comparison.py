"""Trained models of one or several studies side by side: their scores, their costs, and what chance explains."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from catalog.contract import Comparison, Direction, Evaluation
from catalog.errors import InputError
from catalog.metric import Metric
from runner.engine.messages import Compare
from runner.presentation.metrics import metric_phrase
from runner.store.evaluation_records import evaluation_of
from runner.store.files import study_folder
from runner.store.records import StudyRecord
from runner.store.store import Store

__all__ = ["ComparedModel", "ModelComparison", "compare_models", "pareto_front"]

Ask = Callable[[Any], Any]

_OTHERS = ("given", "baseline")


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model in a comparison.

    Attributes:
        name: As the user wrote it: ``imdb-bert``, ``imdb-bert:7``, ``imdb-bert:baseline``.
        study: Its study.
        subject: ``"winner"``, ``"given"``, ``"baseline"`` or ``"trial/7"``.
        key: Of its plugin.
        evaluation: On the split that is compared.
        fingerprint: Of the data that its study was made with.
        metric: The metric that is compared, with the name that its study gives it.
    """

    name: str
    study: str
    subject: str
    key: str
    evaluation: Evaluation
    fingerprint: str
    metric: Metric

    @property
    def seconds_per_row(self) -> float | None:
        """Inference time of one example in seconds; None if it was not measured."""
        seconds, rows = self.evaluation.seconds, self.evaluation.rows
        return seconds / rows if seconds > 0 and rows else None


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Models on one split, and every pair of them that can be compared.

    Attributes:
        split: ``"test"``, or ``"validation"`` if there are trials among them.
        metric: The metric that is compared.
        direction: Which way it improves.
        models: In the order in which they were named.
        pairs: By the positions of two models; the difference is first minus second, positive means better.
        front: Positions of the models that no other model beats in both quality and speed.
        notes: What a careful reader should know.
    """

    split: str
    metric: str
    direction: Direction
    models: tuple[ComparedModel, ...]
    pairs: Mapping[tuple[int, int], Comparison]
    front: frozenset[int]
    notes: tuple[str, ...]


def compare_models(store: Store, names: Sequence[str], folder: Path, ask: Ask) -> ModelComparison:
    """Compare models.

    Args:
        store: Open for reading.
        names: Each ``STUDY`` (its winner), ``STUDY:N`` (trial N), ``STUDY:given`` or ``STUDY:baseline``.
        folder: Holds the studies' folders.
        ask: Runs a task in a worker and returns its result.

    Raises:
        InputError: A name cannot be used, there are fewer than two, a study is not evaluated yet, or tasks differ.
        UnknownStudyError: There is no such study or trial; the message names the nearest.
    """
    if len(set(names)) != len(names) or len(names) < 2:
        raise InputError("compare needs two or more different models: STUDY, STUDY:7 for a trial, STUDY:baseline")
    parts = [_split_name(name) for name in names]
    split = "validation" if any(subject.startswith("trial/") for _, subject in parts) else "test"
    records = {study: store.study(study) for study, _ in parts}
    metric = records[parts[0][0]].metric
    models = tuple(
        _compared_model(
            store, records[study], name, subject, split, study_folder(folder, study), records[parts[0][0]].metric
        )
        for name, (study, subject) in zip(names, parts, strict=True)
    )
    first = records[parts[0][0]]
    _check_tasks(models)
    direction = Direction(first.direction)
    pairs, notes = {}, []
    for one, other in combinations(range(len(models)), 2):
        a, b = models[one], models[other]
        if a.fingerprint != b.fingerprint:
            notes.append(f"{a.name} and {b.name} were judged on different data: their difference cannot be tested")
            continue
        if a.metric.of != b.metric.of:
            notes.append(
                f"{a.name} and {b.name} have {metric_phrase(a.metric)} and {metric_phrase(b.metric)}: "
                "they are not of the same thing and cannot be compared"
            )
            continue
        first_file, second_file = (model.evaluation.predictions for model in (a, b))
        pairs[one, other] = ask(Compare(a.key, (first_file,), (second_file,), metric, 0))
    if split == "validation":
        notes.append("judged on validation, which the search has chosen by: the best trial's score flatters it")
    return ModelComparison(split, metric, direction, models, pairs, _front(models, metric, direction), tuple(notes))


def pareto_front(points: Sequence[tuple[float, float]]) -> frozenset[int]:
    """Return the positions of the points for which no other is at least as good in both and better in one.

    Args:
        points: Each a pair of costs: smaller is better.
    """
    return frozenset(
        place
        for place, (x, y) in enumerate(points)
        if not any(a <= x and b <= y and (a < x or b < y) for a, b in points)
    )


def _front(models: Sequence[ComparedModel], metric: str, direction: Direction) -> frozenset[int]:
    """Return which models are on the front; a model without the metric or a time is not on it.

    Each data set has a front of its own, and so has each class if the metric is that of one.
    """
    sign = -1 if direction is Direction.MAXIMIZE else 1
    points: dict[tuple[str, str | None], dict[int, tuple[float, float]]] = {}
    for place, model in enumerate(models):
        value, seconds = model.evaluation.metrics.get(metric), model.seconds_per_row
        if value is not None and seconds is not None:
            points.setdefault((model.fingerprint, model.metric.of), {})[place] = (sign * value, seconds)
    return frozenset(list(group)[place] for group in points.values() for place in pareto_front(list(group.values())))


def _split_name(name: str) -> tuple[str, str]:
    study, colon, which = name.partition(":")
    if not colon:
        return study, "winner"
    if which in _OTHERS:
        return study, which
    if which.isascii() and which.isdigit():
        return study, f"trial/{int(which)}"
    raise InputError(f"{name!r}: after the colon stands a trial's number, {' or '.join(_OTHERS)}; given is {which!r}")


def _compared_model(
    store: Store, record: StudyRecord, name: str, subject: str, split: str, folder: Path, metric: str
) -> ComparedModel:
    judged = {(found.subject, found.split): found for found in store.evaluations(record.study)}
    if subject == "given" and (record.winner or {}).get("arm") == "given":
        raise InputError(f"the given configuration of {record.study!r} is its winner: {record.study} stands for both")
    if subject == "given" and split == "validation":
        subject = "trial/0"
    found = judged.get((subject, split))
    if found is None:
        raise InputError(_why_not(store, record, subject, split))
    evaluation = evaluation_of(found, folder)
    if not evaluation.predictions.is_file():
        raise InputError(f"the predictions of {name} are not at {evaluation.predictions}: was the folder moved?")
    baseline = (record.baseline or {}).get("key", record.key)
    key = baseline if subject == "baseline" else record.key
    return ComparedModel(
        name, record.study, subject, key, evaluation, str(record.data["fingerprint"]), record.metric_of(metric)
    )


def _why_not(store: Store, record: StudyRecord, subject: str, split: str) -> str:
    if subject.startswith("trial/"):
        trial = store.trial(record.study, int(subject.partition("/")[2]))
        return f"trial {trial.number} of {record.study!r} was never judged ({trial.state}): only complete ones are"
    if record.is_fruitless:
        return f"study {record.study!r} has nothing to compare: {record.failure_clause}"
    if record.winner is None:
        return (
            f"study {record.study!r} is not finished, so nothing is judged on {split}: modelcat resume {record.study}"
        )
    if subject == "baseline" and record.baseline is None:
        return f"study {record.study!r} has no baseline"
    return f"study {record.study!r} has no {subject} that was judged on {split}"


def _check_tasks(models: Sequence[ComparedModel]) -> None:
    tasks = {model.key.rpartition("/")[0]: model.name for model in models}
    if len(tasks) > 1:
        told = ", ".join(f"{name} ({task})" for task, name in tasks.items())
        raise InputError(f"models of different tasks cannot be compared: {told}")
