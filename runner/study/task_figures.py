"""The figures that a study's task draws of its data and evaluations, checked: a faulty figure affects no other one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from catalog import registry
from catalog.contract import Evaluation
from catalog.contract.capabilities import BuildsFigures, DescribesData
from catalog.errors import ModelcatError, UnknownKeyError
from catalog.figures import MOST_FIGURES, Empty, Figure, check
from catalog.statement import Statement
from runner.store.records import StudyRecord
from runner.study.charts import StudySnapshot, is_chart_key

__all__ = ["checked_figures", "data_figures", "evaluation_figures", "is_fault", "main_subject", "task_figures"]

_TITLE = Statement("Figures of the task")
_FAULT = Statement("A figure of {distribution} cannot be drawn: {reason}", {"distribution": "", "reason": ""})


def main_subject(snapshot: StudySnapshot) -> tuple[str, str] | None:
    """Return subject and split of the evaluation to show in detail: the winner's on test if that is known."""
    known = {(record.subject, record.split) for record in snapshot.evaluations}
    wanted = (("winner", "test"), ("winner", "validation"), (f"trial/{snapshot.best}", "validation"))
    return next((one for one in wanted if one in known), None)


def task_figures(snapshot: StudySnapshot, subject: str, split: str) -> tuple[Figure, ...]:
    """Return the task's figures of a model on a split, as `evaluation_figures`; none if it was not evaluated there."""
    evaluation = snapshot.evaluation(subject, split)
    if evaluation is None:
        return ()
    insights = snapshot.insights if subject == "winner" else {}
    return evaluation_figures(snapshot.record.key, evaluation, snapshot.record.data, insights)


def evaluation_figures(
    key: str, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]
) -> tuple[Figure, ...]:
    """Return the figures that a task draws of an evaluation.

    A figure that is not valid, has the key of another figure or of a chart of the study, or raises while it is built is
    replaced by an `Empty` that names the distribution of the task: see `is_fault`.

    Args:
        key: Of a model of the task.
        evaluation: The evaluation to draw.
        data: What preparation found in the data set of the study, as JSON.
        insights: What the study found out about the model; empty if nothing.
    """
    try:
        task = registry.load_task(key)
    except UnknownKeyError:
        reason = Statement(
            "The task {key} is not installed here: its figures cannot be drawn.", {"key": registry.task_key(key)}
        )
        return (Empty("task", _TITLE, reason),)
    except ModelcatError as error:
        return (Empty("task", _TITLE, Statement("Figures cannot be drawn: {reason}", {"reason": error.message})),)
    if not isinstance(task, BuildsFigures):
        return (Empty("task", _TITLE, Statement("The task {key} draws no figures.", {"key": task.key})),)
    return checked_figures(lambda: task.figures(evaluation, data, insights), key, is_taken=is_chart_key)


def data_figures(record: StudyRecord) -> tuple[Figure, ...]:
    """Return the task's figures of a study's data; none if the task is not installed here, or draws none."""
    try:
        task = registry.load_task(record.key)
    except ModelcatError:
        return ()
    if not isinstance(task, DescribesData):
        return ()
    return checked_figures(lambda: task.data_figures(record.data), record.key)


def is_fault(figure: Figure) -> bool:
    """Return whether a figure replaces one that the task failed to build."""
    reason = figure.reason if isinstance(figure, Empty) else None
    return isinstance(reason, Statement) and reason.template == _FAULT.template


def checked_figures(
    build: Callable[[], Iterable[Figure]], key: str, *, is_taken: Callable[[str], bool] = lambda _: False
) -> tuple[Figure, ...]:
    """Return the figures of a task or model, each faulty one replaced; only the first `MOST_FIGURES` are returned.

    Args:
        build: Returns the figures.
        key: Of the model or its task.
        is_taken: Returns whether a key is reserved, so that no figure of the task or model may have it.
    """
    built: list[Figure] = []
    try:
        for figure in build():
            if len(built) == MOST_FIGURES:
                built.append(_fault(key, len(built), f"it builds more than {MOST_FIGURES} figures"))
                break
            built.append(figure)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 -- a third party's code may raise anything, even SystemExit
        built.append(_fault(key, len(built), f"{type(error).__name__}: {error}"))
    return tuple(_checked(built, key, is_taken))


def _checked(figures: list[Figure], key: str, is_taken: Callable[[str], bool]) -> Iterator[Figure]:
    seen: set[str] = set()
    reasons: set[str] = set()  # a fault of many figures is reported once
    for index, figure in enumerate(figures):
        sound = figure
        try:
            check(figure)
            if is_taken(figure.key):
                raise ValueError(f"a figure has the key {figure.key!r}, which is that of a chart")  # noqa: TRY301
            if figure.key in seen:
                raise ValueError(f"two figures have the key {figure.key!r}")  # noqa: TRY301 -- handled like all faults
        except Exception as error:  # noqa: BLE001 -- a property of a third party's object may raise anything
            if (reason := str(error)) in reasons:
                continue
            reasons.add(reason)
            sound = _fault(key, index, reason)
        seen.add(sound.key)
        yield sound


def _fault(key: str, index: int, reason: str) -> Empty:
    told = replace(_FAULT, values={"distribution": registry.distribution_of(registry.task_key(key)), "reason": reason})
    return Empty(f"fault-{index}", _TITLE, told)
