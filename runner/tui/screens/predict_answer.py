"""A model's answer to an input: the task's text and figures of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from textual.content import Content

from catalog.contract import Prediction, Task
from catalog.contract.capabilities import ShowsPredictions
from catalog.figures import Column, Empty, Figure, Table, Text, check
from catalog.statement import Statement
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import cut, flat
from runner.tui.figures.render import body, caption, title

__all__ = ["ModelAnswer", "Shown", "draw_answer", "draw_shown", "shown_by"]

_LONGEST = 300
"""Most characters of a value that no task formats."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The displayed parts of a prediction.

    Attributes:
        headline: The answer in a few words.
        figures: The task's figures of the answer.
        reasons: Lines of the explanation.
    """

    headline: Text
    figures: tuple[Figure, ...]
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """An answer of a model.

    Attributes:
        study: The study whose model was asked.
        given: The input.
        shown: The answer.
        seconds: Seconds from request to answer.
        moment: Time of the answer.
    """

    study: str
    given: Any
    shown: Shown
    seconds: float
    moment: datetime


def shown_by(task: Task, prediction: Prediction) -> Shown:
    """Return the task's view of a prediction; names and values if the task has no view or fails."""
    if not isinstance(task, ShowsPredictions):
        return Shown("", (_plain(prediction),))
    try:
        headline, reasons = task.headline(prediction), tuple(task.reasons(prediction))
        return Shown(headline, tuple(_checked(task, prediction)), reasons)
    except Exception as error:  # noqa: BLE001 -- a third-party task may raise anything
        values = {"task": task.key, "reason": f"{type(error).__name__}: {error}"}
        fault = Statement("The task {task} cannot show this answer: {reason}", values)
        return Shown("", (Empty("fault", "", fault), _plain(prediction)))


def draw_answer(answer: ModelAnswer, canvas: Canvas) -> Content:
    """Return the headline with the time of the request, the figures, and the reasons."""
    palette, shown = canvas.palette, answer.shown
    took = flat(canvas.t("answered in {time:seconds}", time=max(0.01, round(answer.seconds, 2))), canvas.glyphs)
    head = cut(canvas.text(shown.headline, 200), max(8, canvas.width - len(took) - 2), canvas.glyphs)
    line = Content.assemble((f"{head}  " if head else "", f"bold {palette.accent}"), (took, palette.muted))
    return Content("\n").join([line, *draw_shown(shown, canvas)])


def draw_shown(shown: Shown, canvas: Canvas) -> list[Content]:
    """Return the figures, the first without its title, and the reasons."""
    lines: list[Content] = []
    for index, figure in enumerate(shown.figures):
        lines += [Content(""), *title(figure, canvas)] if index else []
        lines += [*body(figure, canvas), *caption(figure, canvas)]
    if shown.reasons:
        lines.append(Content(""))
    for reason in shown.reasons:
        lines += paragraph(canvas.text(reason, 1000), canvas, canvas.palette.muted)
    return lines


def _checked(task: ShowsPredictions, prediction: Prediction) -> Iterator[Figure]:
    for figure in task.prediction_figures(prediction):
        check(figure)
        yield figure


def _plain(prediction: Prediction) -> Table:
    rows = tuple((str(name), _value(value)) for name, value in prediction.items())
    return Table("answer", "", (Column(Statement("Name")), Column(Statement("Value"))), rows)


def _value(value: Any) -> str | float | int | None:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        value = ", ".join(f"{name} {one}" for name, one in value.items())
    return str(value)[:_LONGEST]
