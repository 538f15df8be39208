"""The words that speak most for each class."""

from typing import Any

from catalog.results import ClassWords
from runner.presentation.text import safe
from runner.report.blocks import Figure, Row
from runner.report.figures.style import BLUE, GREEN, GREY, ORANGE, RED, axis, figure, label, plot
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["MOST_CLASSES", "MOST_WORDS", "draw"]

MOST_WORDS, MOST_CLASSES = 12, 8
_LOOKS = ((ORANGE, "/"), (BLUE, ""), (GREEN, "x"), (RED, "\\"), (GREY, "."))


def draw(results: Results, teller: Teller) -> Figure | None:
    """Draw bars that go apart where there are two classes, and one below the other where there are more."""
    found = results.interpretation
    if found is None or not any(words.words for words in found.classes):
        return None
    t = teller.t
    shown = found.classes[:MOST_CLASSES]
    lines = [(index, words, rank) for index, words in enumerate(shown) for rank in _strongest(words)]
    two = len(found.classes) == 2
    traces = [
        _bars(index, words, lines, opposed=two and index == 0) for index, words in enumerate(shown) if words.words
    ]
    places = list(range(len(lines)))
    height = 110 + 21 * len(lines)
    drawn = plot(
        traces,
        teller,
        xaxis=axis(t("Mean weight (log-odds)"), zeroline=True, zerolinecolor=GREY, zerolinewidth=1),
        yaxis=axis(
            tickvals=places,
            ticktext=[label(words.words[rank].word, 18) for _, words, rank in lines],
            autorange="reversed",
            showgrid=False,
        ),
        barmode="overlay",
        bargap=0.25,
        showlegend=True,
    )
    rows = [
        Row(
            (
                teller.parameter(words.words[rank].word),
                teller.parameter(words.label),
                teller.told(f"words.{index}.{rank}.weight", words.words[rank].weight, "number"),
                teller.told(f"words.{index}.{rank}.texts", words.words[rank].texts, "count"),
            )
        )
        for index, words, rank in lines
    ]
    caption = t(
        "By {method}, over {rows:count} validation texts; a word counts if {least:count} of them or more hold it.",
        method=safe(found.method, 60),
        rows=found.rows,
        least=found.min_texts,
    )
    if len(shown) < len(found.classes):
        caption += " " + t(
            "Of {classes:count} classes the first {shown:count}.", classes=len(found.classes), shown=len(shown)
        )
    columns = (t("Word"), t("Class"), t("Weight"), t("Texts"))
    return figure("words", t("Most important words"), caption, drawn, columns, rows, height)


def _strongest(words: ClassWords) -> list[int]:
    """Return the places of the first words in a class's list, the heaviest first: its own order minds rareness too."""
    first = range(min(MOST_WORDS, len(words.words)))
    return sorted(first, key=lambda rank: -words.words[rank].weight)


def _bars(index: int, words: ClassWords, lines: list[tuple[int, ClassWords, int]], *, opposed: bool) -> dict[str, Any]:
    mine = [(place, words.words[rank]) for place, (owner, _, rank) in enumerate(lines) if owner == index]
    colour, shape = _LOOKS[index % len(_LOOKS)]
    return {
        "type": "bar",
        "orientation": "h",
        "name": label(words.label),
        "x": [-word.weight if opposed else word.weight for _, word in mine],
        "y": [place for place, _ in mine],
        "marker": {"color": colour, "pattern": {"shape": shape, "solidity": 0.3}},
        "text": [str(word.texts) for _, word in mine],
        "textposition": "none",
        "hovertemplate": "%{x:.3f} · %{text}<extra></extra>",
    }
