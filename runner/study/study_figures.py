"""The figures of a study: its charts, and the figures that its task draws of an evaluation."""

from collections.abc import Mapping

from catalog.errors import InputError
from catalog.figures import Figure
from catalog.suggest import nearest
from runner.study.charts import CHARTS, StudySnapshot, chart_of
from runner.study.task_figures import main_subject, task_figures

__all__ = ["all_figures", "figure_of"]


def all_figures(snapshot: StudySnapshot, number: int | None = None) -> tuple[Figure, ...]:
    """Return the figures of a study.

    Args:
        snapshot: The study.
        number: The trial to show, which is marked in the charts; None for the winner.
    """
    subject = main_subject(snapshot) if number is None else (f"trial/{number}", "validation")
    charts = [chart.figure(snapshot, number) for chart in CHARTS.values()]
    return (*charts, *(() if subject is None else task_figures(snapshot, *subject)))


def figure_of(
    snapshot: StudySnapshot, key: str, number: int | None = None, options: Mapping[str, str] | None = None
) -> Figure:
    """Return one figure of a study.

    Args:
        snapshot: The study.
        key: Of a chart, or of a figure of the task.
        number: As for `all_figures`.
        options: Choices of the chart; a figure of the task has none.

    Raises:
        InputError: There is no such figure, option or value; the message names those that exist.
    """
    if key in CHARTS:
        return chart_of(key).figure(snapshot, number, options or {})
    found = all_figures(snapshot, number)
    wanted = next((figure for figure in found if figure.key == key), None)
    if wanted is None:
        known = list(dict.fromkeys((*CHARTS, *(figure.key for figure in found))))
        near = nearest(key, known)
        hint = f"did you mean {near!r}? " if near else ""
        raise InputError(f"there is no chart {key!r}; {hint}charts: {', '.join(known)}", field="chart")
    return wanted
