"""One example: its row in the table, and the example in full."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from textual.content import Content

from catalog.figures import HighlightedText
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import flat, width_of
from runner.tui.figures.render import body, caption
from runner.tui.figures.table import facts
from runner.tui.prediction_files import EXAMPLE, PREDICTION, ExampleRow
from runner.tui.screens.predict_answer import draw_shown
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.widgets.virtual_table import Cell, TableColumn

__all__ = ["cells_of", "columns_for", "detail"]

_LONGEST = 6000
"""Most characters of a text that are drawn: some eighty lines of a narrow screen. A note says if more is cut."""
_FIRST = 300
_WIDEST = 14
_PLAIN = 12
_LOOKED_AT = 100


def columns_for(view: TrialView, context: AppContext) -> list[TableColumn]:
    """Return the columns: row, truth and answer if these can be compared, then all others in the files."""
    t, found = context.t, view.predictions
    columns = [TableColumn("row", t("Row"), 5, right=True, drop=1)]
    if found is not None and found.tells_right:
        longest = max((width_of(safe(name, 40)) for name in view.facts.names), default=4)
        wide = max(4, min(_WIDEST, longest))
        predicted = t("Predicted")
        columns = [
            TableColumn("mark", "", 1, sortable=False),
            *columns,
            TableColumn("truth", t("Truth"), wide),
            TableColumn("predicted", predicted, max(wide, width_of(predicted))),
        ]
    if found is not None and found.confidence is not None:
        confidence = t("Confidence")
        columns.append(TableColumn("confidence", confidence, max(7, width_of(confidence)), right=True))
    columns += [
        _plain(f"{PREDICTION}:{name}", name, place) for place, name in enumerate(found.columns if found else ())
    ]
    names = _shown_names(view)
    if _is_one_text(view, names):
        columns.append(TableColumn("length", t("Characters"), 6, right=True, drop=2))
        return [*columns, TableColumn(f"{EXAMPLE}:{names[0]}", t("Input"), 28, share=1, sortable=False)]
    return columns + [_plain(f"{EXAMPLE}:{name}", name, place) for place, name in enumerate(names)]


def cells_of(view: TrialView, place: int, context: AppContext) -> Sequence[Cell]:
    """Return the cells of the prediction at an index."""
    found = view.predictions
    if found is None or not 0 <= place < len(found.rows):
        return ()
    return [_cell(view, place, column.key, context) for column in columns_for(view, context)]


def detail(view: TrialView, place: int, canvas: Canvas, context: AppContext) -> Content:
    """Return an example in full: its truth, the answer, and the explanation if there is one."""
    found, t, palette = view.predictions, context.t, canvas.palette
    if found is None or not 0 <= place < len(found.rows):
        return Content("")
    row = found.rows[place]
    head = Content.styled(t("Row {row:count}", row=row), f"bold {palette.text}")
    if (right := found.is_right(place)) is not None:
        mark = context.glyphs.states["complete" if right else "failed"]
        answer = flat(_answer(view, place, context), canvas.glyphs)
        head = Content.assemble(head, "   ", (f"{mark} {answer}", palette.good if right else palette.bad))
    lines = [*head.wrap(canvas.width)]
    if found.columns:
        pairs = [(safe(name, 40), _written(values[place], context)) for name, values in found.columns.items()]
        lines += facts(pairs, canvas).split("\n")
    return Content("\n").join([*lines, *_example(view, row, canvas, context)])


def _plain(key: str, name: str, place: int) -> TableColumn:
    return TableColumn(key, safe(name, 30), max(_PLAIN, min(_WIDEST, width_of(name))), drop=3 + place)


def _shown_names(view: TrialView) -> list[str]:
    """Return the columns of the examples that are shown neither as truth nor among the predictions."""
    first, found = next(iter(view.examples.values()), None), view.predictions
    taken = set(found.columns) if found is not None else set()
    if found is not None and found.tells_right:
        taken.add("label")
    return [name for name in first.cells if name not in taken] if first is not None else []


def _is_one_text(view: TrialView, names: Sequence[str]) -> bool:
    return len(names) == 1 and any(
        isinstance(one.cells.get(names[0]), str) for one in islice(view.examples.values(), _LOOKED_AT)
    )


def _cell(view: TrialView, place: int, key: str, context: AppContext) -> Cell:
    kind, _, name = key.partition(":")
    example = None if view.predictions is None else view.examples.get(view.predictions.rows[place])
    if kind == EXAMPLE:
        return _of_example(example, name, context)
    if kind == "length":
        if example is None:
            return context.glyphs.dash
        return context.language.count(len(example.text)) + ("+" if example.cut else "")
    return _of_prediction(view, place, key, context)


def _of_prediction(view: TrialView, place: int, key: str, context: AppContext) -> Cell:
    found, palette = view.predictions, context.palette
    if found is None:
        return context.glyphs.dash
    right = found.is_right(place)
    match key:
        case "mark":
            sign = context.glyphs.states["complete" if right else "failed"]
            cell: Cell = Content.styled(sign, palette.good if right else palette.bad)
        case "row":
            cell = str(found.rows[place])
        case "truth":
            cell = _written(view.named(found.truths[place]), context)
        case "predicted":
            answer = _written(view.named(found.predicted[place]), context)
            cell = Content(answer) if right else Content.styled(answer, palette.bad)
        case "confidence":
            cell = context.language.percent((found.confidence or ())[place])
        case _:
            cell = _written(found.columns[key.partition(":")[2]][place], context)
    return cell


def _of_example(example: ExampleRow | None, name: str, context: AppContext) -> Cell:
    value = None if example is None else example.cells.get(name)
    if example is None or (value is None and len(example.cells) > 2):
        return Content.styled(context.glyphs.dash, context.palette.muted)
    if value is None or (isinstance(value, str) and not value.strip()):
        return Content.styled(context.t("(empty)"), context.palette.muted)
    return safe(value[:_FIRST]) if isinstance(value, str) else _written(value, context)


def _written(value: Any, context: AppContext) -> str:
    return safe(value, 40) if isinstance(value, str) else context.value(value)


def _answer(view: TrialView, place: int, context: AppContext) -> str:
    """Return the model's answer, its confidence, and the truth if it differs."""
    found, t = view.predictions, context.t
    if found is None:
        return ""
    values = {
        "truth": _written(view.named(found.truths[place]), context),
        "answer": _written(view.named(found.predicted[place]), context),
    }
    if found.confidence is None:
        return values["answer"] if found.is_right(place) else t("{answer}, in truth {truth}", **values)
    values["confidence"] = context.language.percent(found.confidence[place])
    if found.is_right(place):
        return t("{answer}, {confidence} sure", answer=values["answer"], confidence=values["confidence"])
    return t("{answer}, {confidence} sure, in truth {truth}", **values)


def _example(view: TrialView, row: int, canvas: Canvas, context: AppContext) -> Iterator[Content]:
    """Yield the lines of the input; a note says where a text is cut."""
    t, palette, example = context.t, canvas.palette, view.examples.get(row)
    if example is None:
        yield from paragraph(t("The example is not in the file of examples."), canvas, palette.muted)
        return
    if (known := view.explanations.get(row)) is not None:
        yield from paragraph(_kept(view, canvas.text(known.headline, 200), context), canvas, palette.accent)
        yield from draw_shown(known, canvas)
        return
    if row in view.asking:
        answer = t("The kept model is being asked; loading it takes a while the first time.")
        yield Content.styled(answer, palette.running)
    names = _shown_names(view)
    if not _is_one_text(view, names):
        yield from facts([(safe(name, 40), _long(example.cells.get(name), context)) for name in names], canvas).split(
            "\n"
        )
        return
    text = str(example.cells.get(names[0]) or "")
    if not text.strip():
        yield from paragraph(t("The text is empty."), canvas, palette.muted)
        return
    yield from _explained(view, text, canvas) or paragraph(safe(text[:_LONGEST]), canvas)
    shown = min(len(text), _LONGEST)
    if example.cut:
        note = t("Shown are {shown:count} characters of more than {all:count}.", shown=shown, all=len(text))
        yield from paragraph(note, canvas, palette.warn)
    elif shown < len(text):
        note = t("Shown are {shown:count} characters of {all:count}.", shown=shown, all=len(text))
        yield from paragraph(note, canvas, palette.warn)


def _long(value: Any, context: AppContext) -> str:
    return safe(value[:_LONGEST]) if isinstance(value, str) else context.value(value)


def _explained(view: TrialView, text: str, canvas: Canvas) -> list[Content]:
    """Return the text with the highlights of the kept model's figure; nothing if no figure has this text."""
    for judgement in view.facts.judgements:
        for figure in judgement.figures:
            if isinstance(figure, HighlightedText) and figure.text == text:
                answer = paragraph(_kept(view, "", canvas), canvas, canvas.palette.accent)
                return [*answer, *body(figure, canvas), *caption(figure, canvas)]
    return []


def _kept(view: TrialView, headline: str, context: AppContext | Canvas) -> str:
    """Return a note that the kept model answers, whichever trial is shown."""
    answer = (
        context.t("Kept model of the study")
        if view.facts.winner is None
        else context.t("Kept model (trial {number})", number=str(view.facts.winner))
    )
    return f"{answer}: {headline}" if headline else answer
