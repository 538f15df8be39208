"""Figures as blocks of a page: a drawing with the table of its numbers, a text with highlights, a table, or why not."""

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


def blocks_of(figures: Sequence[Figure], teller: ReportFormatter, *, titled: bool = True) -> list[Block]:
    """Return figures as blocks; drawings of one kind that follow each other stand side by side, strings together."""
    found: list[Block] = []
    for figure in figures:
        block = figure_block(figure, teller, titled=titled)
        last = found[-1] if found else None
        if isinstance(block, FigureRow) and isinstance(last, FigureRow) and last.figures[-1].kind_drawn == figure.kind:
            found[-1] = FigureRow((*last.figures, *block.figures))
        elif isinstance(block, TextList) and isinstance(last, TextList):
            found[-1] = TextList((*last.examples, *block.examples))
        else:
            found += _next_to(block, figure, teller)
    return found


def figure_block(figure: Figure, teller: ReportFormatter, *, titled: bool = False) -> Block:
    """Return one figure as a block.

    Args:
        figure: What to draw.
        teller: For its strings.
        titled: Whether its title stands over it; it is left out where a section has the same.
    """
    title = teller.text(figure.title, 80)
    if isinstance(figure, Empty):
        return Missing(f"{title}: {teller.text(figure.reason)}" if titled else teller.text(figure.reason))
    if isinstance(figure, HighlightedText):
        return TextList((_text(figure, teller),))
    table = table_of(figure)
    assert table is not None
    told = _table(table, title, figure.key, teller)
    if isinstance(figure, TableFigure):
        return told
    drawing = drawing_of(figure, teller)
    assert drawing is not None
    caption = _caption(figure, teller)
    drawn = blocks.FigureBlock(figure.key, title, caption, drawing.plot, told, drawing.height, titled, figure.kind)
    return FigureRow((drawn,))


def _next_to(block: Block, figure: Figure, teller: ReportFormatter) -> Iterable[Block]:
    """Return the block, and for a table and strings what is said of them."""
    if isinstance(block, TableBlock) and (caption := _caption(figure, teller)):
        return block, Paragraph(caption, "muted")
    if isinstance(block, TextList) and isinstance(figure, HighlightedText):
        return Paragraph(_legend(figure, teller), "muted"), block
    return (block,)


def _caption(figure: Figure, teller: ReportFormatter) -> str:
    return " ".join(teller.text(sentence) for sentence in figure.caption)


def _table(table: FigureTable, title: str, key: str, teller: ReportFormatter) -> TableBlock:
    rows = tuple(Row(tuple(_cell(cell, key, teller) for cell in row)) for row in table.rows)
    numeric = frozenset(
        at for at in range(len(table.columns)) if any(isinstance(row[at], Number) for row in table.rows)
    )
    return TableBlock(title, tuple(teller.text(column, 60) for column in table.columns), rows, numeric)


def _cell(cell: FigureCell, key: str, teller: ReportFormatter) -> Cell:
    if cell is None:
        return NOTHING
    if not isinstance(cell, Number):
        return teller.text(cell, 200)
    of, shown = f"figures.{key}.{cell.place}", teller.shown(cell.value, cell.format)
    if cell.low is None or cell.high is None:
        return ShownNumber(of, cell.value, shown)
    return ShownNumber(of, cell.value, shown, cell.low, cell.high, teller.interval(cell.low, cell.high, cell.format))


def _text(figure: HighlightedText, teller: ReportFormatter) -> TextBlock:
    spans = []
    for text, found in segments_of(figure):
        shown = teller.text(text)
        if found is None:
            spans.append(MarkedText(shown))
            continue
        place = f"figures.{figure.key}.highlights.{figure.highlights.index(found)}.weight"
        label = f" [{teller.text(found.label, 40)}]" if found.label else ""
        spans.append(MarkedText(shown + label, found.weight, teller.told(place, found.weight, "number")))
    return TextBlock(teller.text(figure.title, 80), tuple(spans), note=_caption(figure, teller))


def _legend(figure: HighlightedText, teller: ReportFormatter) -> str:
    t = teller.t
    said = []
    if figure.positive is not None:
        said.append(t("Blue, solid underline: {meaning}.", meaning=teller.text(figure.positive, 80)))
    if figure.negative is not None:
        said.append(t("Orange, dashed underline: {meaning}.", meaning=teller.text(figure.negative, 80)))
    return " ".join(said)
