"""One example as it is shown: a row of the table, and the whole text with what is known of it."""

from collections.abc import Sequence

from textual.content import Content

from plugins.nlp.text_classification.records import Explanation
from runner.presentation.text import safe
from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import flat, width_of
from runner.tui.figures.render import body
from runner.tui.screens.explained import explained_text
from runner.tui.screens.trial.view import View
from runner.tui.widgets.table import Cell, Column

__all__ = ["cells_of", "columns_for", "detail", "explanation_of"]

_LONGEST = 6000
"""Characters of a text that are drawn: some eighty lines of a narrow screen. More is cut, and said so."""
_FIRST = 300
_WIDEST = 14


def columns_for(view: View, desk: Desk) -> list[Column]:
    """Return the columns; classes are as wide as their names, within reason."""
    t = desk.t
    longest = max((width_of(safe(label, 40)) for label in view.facts.labels), default=4)
    wide = max(4, min(_WIDEST, longest))
    predicted, confidence = t("Predicted"), t("Confidence")
    return [
        Column("mark", "", 1, sortable=False),
        Column("row", t("Row"), 5, right=True, drop=1),
        Column("truth", t("Truth"), wide),
        Column("predicted", predicted, max(wide, width_of(predicted))),
        Column("confidence", confidence, max(7, width_of(confidence)), right=True),
        Column("length", t("Characters"), 6, right=True, drop=2),
        Column("text", t("Text"), 28, share=1, sortable=False),
    ]


def cells_of(view: View, place: int, desk: Desk) -> Sequence[Cell]:
    """Return the cells of the prediction at a place."""
    found, palette = view.predictions, desk.palette
    if found is None or not 0 <= place < len(found.rows):
        return ()
    right = found.labels[place] == found.predicted[place]
    example = view.examples.get(found.rows[place])
    length = (
        desk.glyphs.dash if example is None else desk.language.count(len(example.text)) + ("+" if example.cut else "")
    )
    predicted = safe(view.label(found.predicted[place]), 40)
    return (
        Content.styled(desk.glyphs.states["complete" if right else "failed"], palette.good if right else palette.bad),
        str(found.rows[place]),
        safe(view.label(found.labels[place]), 40),
        Content(predicted) if right else Content.styled(predicted, palette.bad),
        desk.language.percent(found.confidence[place]),
        length,
        _first(view, place, desk),
    )


def explanation_of(view: View, text: str) -> Explanation | None:
    """Return what is known of the words of a text: asked for just now, or found when the study was closed."""
    if (asked := view.explanations.get(text)) is not None:
        return asked
    found = view.facts.interpretation
    for example in found.examples if found else ():
        if example.explanation.prediction.text == text:
            return example.explanation
    return None


def detail(view: View, place: int, canvas: Canvas, desk: Desk) -> Content:
    """Return a whole example: its truth, the answer, and the text with its words marked where they are known."""
    found, t, palette = view.predictions, desk.t, canvas.palette
    if found is None or not 0 <= place < len(found.rows):
        return Content("")
    right = found.labels[place] == found.predicted[place]
    truth, predicted = (safe(view.label(index), 40) for index in (found.labels[place], found.predicted[place]))
    percent = desk.language.percent(found.confidence[place])
    mark = desk.glyphs.states["complete" if right else "failed"]
    told = (
        t("{label}, {confidence} sure", label=predicted, confidence=percent)
        if right
        else t("{label}, {confidence} sure, in truth {truth}", label=predicted, confidence=percent, truth=truth)
    )
    head = Content.assemble(
        (t("Row {row:count}", row=found.rows[place]), f"bold {palette.text}"),
        "   ",
        (f"{mark} {flat(told, canvas.glyphs)}", palette.good if right else palette.bad),
    )
    return Content("\n").join([*head.wrap(canvas.width), *_text(view, found.rows[place], canvas, desk)])


def _text(view: View, row: int, canvas: Canvas, desk: Desk) -> list[Content]:
    """Return the lines of the text; a note says where it is cut."""
    t, palette, example = desk.t, canvas.palette, view.examples.get(row)
    if example is None:
        return paragraph(t("The text is not in the file of examples."), canvas, palette.muted)
    if not example.text.strip():
        return paragraph(t("The text is empty."), canvas, palette.muted)
    shown, known = example.text[:_LONGEST], explanation_of(view, example.text)
    lines: list[Content] = []
    if known is not None:
        lines += _answer(view, known, canvas, desk)
        words = [word for word in known.words if word.end <= len(shown)]
        lines += body(explained_text(shown, words, known.prediction.label, view.facts.labels), canvas)
    else:
        if example.text in view.asking:
            lines.append(
                Content.styled(
                    t("The kept model is being asked; loading it takes a while the first time."), palette.running
                )
            )
        lines += paragraph(safe(shown), canvas)
    if example.cut:
        note = t(
            "Shown are {shown:count} characters of more than {all:count}.", shown=len(shown), all=len(example.text)
        )
        lines += paragraph(note, canvas, palette.warn)
    elif len(shown) < len(example.text):
        note = t("Shown are {shown:count} characters of {all:count}.", shown=len(shown), all=len(example.text))
        lines += paragraph(note, canvas, palette.warn)
    return lines


def _answer(view: View, known: Explanation, canvas: Canvas, desk: Desk) -> list[Content]:
    """Say that it is the kept model that explains, whichever trial is looked at."""
    t, answer = desk.t, known.prediction
    values = {
        "label": safe(answer.label, 40),
        "confidence": desk.language.percent(answer.confidence),
        "method": safe(known.method, 40),
    }
    said = (
        t("Kept model of the study: {label} {confidence} ({method})", **values)
        if view.facts.winner is None
        else t("Kept model (trial {number}): {label} {confidence} ({method})", number=str(view.facts.winner), **values)
    )
    if known.truncated:
        said += " " + t("The model saw a part of the text only.")
    return paragraph(said, canvas, canvas.palette.accent)


def _first(view: View, place: int, desk: Desk) -> Cell:
    rows = view.predictions.rows if view.predictions else ()
    example = view.examples.get(rows[place])
    if example is None:
        return Content.styled(desk.glyphs.dash, desk.palette.muted)
    if not example.text.strip():
        return Content.styled(desk.t("(empty)"), desk.palette.muted)
    return safe(example.text[:_FIRST])
