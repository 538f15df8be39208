"""Figures as blocks of a page: a drawing with a table of its numbers, a text with highlights, a table, or a reason."""

from collections.abc import Iterable, Sequence

from catalog.figures import Empty, Figure, HighlightedText
from catalog.figures import Table as TableFigure
from runner.presentation.figure_tables import Cell as FigureCell
from runner.presentation.figure_tables import FigureTable, Number, segments_of, table_of
from runner.presentation.labels import NOTHING
from runner.report import blocks
from runner.report.blocks import (
    Block,
    Cell,
    FigureRow,
    MarkedText,
    Missing,
    Paragraph,
    Row,
    ShownNumber,
    TableBlock,
    TextBlock,
    TextList,
)
from runner.report.formatting import ReportFormatter
from runner.report.plotting import drawing_of

__all__ = ["blocks_of", "figure_block"]


def blocks_of(figures: Sequence[Figure], formatter: ReportFormatter, *, titled: bool = True) -> list[Block]:
    """Return figures as blocks; consecutive drawings of one kind stand side by side, consecutive strings together."""
    found: list[Block] = []
    for figure in figures:
        block = figure_block(figure, formatter, titled=titled)
        last = found[-1] if found else None
        if isinstance(block, FigureRow) and isinstance(last, FigureRow) and last.figures[-1].kind_drawn == figure.kind:
            found[-1] = FigureRow((*last.figures, *block.figures))
        elif isinstance(block, TextList) and isinstance(last, TextList):
            found[-1] = TextList((*last.examples, *block.examples))
        else:
            found += _next_to(block, figure, formatter)
    return found


def figure_block(figure: Figure, formatter: ReportFormatter, *, titled: bool = False) -> Block:
    """Return one figure as a block.

    Args:
        figure: What to draw.
        formatter: Formats its strings and numbers.
        titled: Whether to show the title above it; False if the section has the same title.
    """
    title = formatter.text(figure.title, 80)
    if isinstance(figure, Empty):
        return Missing(f"{title}: {formatter.text(figure.reason)}" if titled else formatter.text(figure.reason))
    if isinstance(figure, HighlightedText):
        return TextList((_text(figure, formatter),))
    table = table_of(figure)
    assert table is not None
    data = _table(table, title, figure.key, formatter)
    if isinstance(figure, TableFigure):
        return data
    drawing = drawing_of(figure, formatter)
    assert drawing is not None
    caption = _caption(figure, formatter)
    drawn = blocks.FigureBlock(figure.key, title, caption, drawing.plot, data, drawing.height, titled, figure.kind)
    return FigureRow((drawn,))


def _next_to(block: Block, figure: Figure, formatter: ReportFormatter) -> Iterable[Block]:
    """Return the block; after a table or strings also a paragraph with the caption."""
    if isinstance(block, TableBlock) and (caption := _caption(figure, formatter)):
        return block, Paragraph(caption, "muted")
    if isinstance(block, TextList) and isinstance(figure, HighlightedText):
        return Paragraph(_legend(figure, formatter), "muted"), block
    return (block,)


def _caption(figure: Figure, formatter: ReportFormatter) -> str:
    return " ".join(formatter.text(sentence) for sentence in figure.caption)


def _table(table: FigureTable, title: str, key: str, formatter: ReportFormatter) -> TableBlock:
    rows = tuple(Row(tuple(_cell(cell, key, formatter) for cell in row)) for row in table.rows)
    numeric = frozenset(
        at for at in range(len(table.columns)) if any(isinstance(row[at], Number) for row in table.rows)
    )
    return TableBlock(title, tuple(formatter.text(column, 60) for column in table.columns), rows, numeric)


def _cell(cell: FigureCell, key: str, formatter: ReportFormatter) -> Cell:
    if cell is None:
        return NOTHING
    if not isinstance(cell, Number):
        return formatter.text(cell, 200)
    of, shown = f"figures.{key}.{cell.place}", formatter.shown(cell.value, cell.format)
    if cell.low is None or cell.high is None:
        return ShownNumber(of, cell.value, shown)
    return ShownNumber(of, cell.value, shown, cell.low, cell.high, formatter.interval(cell.low, cell.high, cell.format))


def _text(figure: HighlightedText, formatter: ReportFormatter) -> TextBlock:
    spans = []
    for text, found in segments_of(figure):
        shown = formatter.text(text)
        if found is None:
            spans.append(MarkedText(shown))
            continue
        place = f"figures.{figure.key}.highlights.{figure.highlights.index(found)}.weight"
        label = f" [{formatter.text(found.label, 40)}]" if found.label else ""
        spans.append(MarkedText(shown + label, found.weight, formatter.number(place, found.weight, "number")))
    return TextBlock(formatter.text(figure.title, 80), tuple(spans), note=_caption(figure, formatter))


def _legend(figure: HighlightedText, formatter: ReportFormatter) -> str:
    t = formatter.t
    said = []
    if figure.positive is not None:
        said.append(t("Blue, solid underline: {meaning}.", meaning=formatter.text(figure.positive, 80)))
    if figure.negative is not None:
        said.append(t("Orange, dashed underline: {meaning}.", meaning=formatter.text(figure.negative, 80)))
    return " ".join(said)
