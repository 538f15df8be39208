"""The figures that a study's task draws of its data and evaluations, checked: a fault takes nothing else with it."""

from collections.abc import Callable, Iterable, Iterator

from catalog import registry
from catalog.contract.capabilities import BuildsFigures, DescribesData
from catalog.errors import ModelcatError
from catalog.figures import Empty, Figure, check
from catalog.statement import Statement
from runner.store.records import StudyRecord
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["data_figures", "main_subject", "task_figures"]

_TITLE = Statement("Figures of the task")


def main_subject(snapshot: StudySnapshot) -> tuple[str, str] | None:
    """Return subject and split of the evaluation to look at closely: the winner's on test where that is known."""
    known = {(record.subject, record.split) for record in snapshot.evaluations}
    wanted = (("winner", "test"), ("winner", "validation"), (f"trial/{snapshot.best}", "validation"))
    return next((one for one in wanted if one in known), None)


def task_figures(snapshot: StudySnapshot, subject: str, split: str) -> tuple[Figure, ...]:
    """Return what the task draws of a model on a split; none if it was not evaluated there.

    A figure that is none, has the key of another, or raises while it is built is told in its place, with the
    distribution that the plugin is from.
    """
    evaluation = snapshot.evaluation(subject, split)
    if evaluation is None:
        return ()
    key = snapshot.record.key
    try:
        task = registry.load_task(key)
    except ModelcatError:
        reason = Statement(
            "The task {key} is not installed here: its figures cannot be drawn.", {"key": registry.task_key(key)}
        )
        return (Empty("task", _TITLE, reason),)
    if not isinstance(task, BuildsFigures):
        return (Empty("task", _TITLE, Statement("The task {key} draws no figures.", {"key": task.key})),)
    insights = snapshot.insights if subject == "winner" else {}
    return _built(lambda: task.figures(evaluation, snapshot.record.data, insights), key)


def data_figures(record: StudyRecord) -> tuple[Figure, ...]:
    """Return what the task draws of a study's data; none if it is not installed here, or draws nothing of data."""
    try:
        task = registry.load_task(record.key)
    except ModelcatError:
        return ()
    if not isinstance(task, DescribesData):
        return ()
    return _built(lambda: task.data_figures(record.data), record.key)


def _built(build: Callable[[], Iterable[Figure]], key: str) -> tuple[Figure, ...]:
    built: list[Figure] = []
    try:
        for figure in build():
            built.append(figure)  # noqa: PERF402 -- what was built before it raises is kept
    except Exception as error:  # noqa: BLE001 -- a stranger's code may raise anything
        built.append(_fault(key, len(built), f"{type(error).__name__}: {error}"))
    return tuple(_checked(built, key))


def _checked(figures: list[Figure], key: str) -> Iterator[Figure]:
    seen: set[str] = set()
    for index, figure in enumerate(figures):
        sound = figure
        try:
            check(figure)
            if figure.key in seen:
                raise ValueError(f"two figures have the key {figure.key!r}")  # noqa: TRY301 -- told as all faults are
        except Exception as error:  # noqa: BLE001 -- a property of a stranger's object may raise anything
            sound = _fault(key, index, str(error))
        seen.add(sound.key)
        yield sound


def _fault(key: str, index: int, reason: str) -> Empty:
    name = next(
        (entry.distribution for entry in registry.task_entries() if entry.key == registry.task_key(key)), "unknown"
    )
    values = {"distribution": name, "reason": reason}
    told = Statement("A figure of {distribution} cannot be drawn: {reason}", values)
    return Empty(f"fault-{index}", _TITLE, told)
