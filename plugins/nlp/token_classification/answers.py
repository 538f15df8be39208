"""Answers about texts: how they are made of tags, and how they are shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from catalog.contract import Prediction
from catalog.figures import Column, Figure, Highlight, HighlightedText, Table
from catalog.statement import Statement
from plugins.nlp.texts import without_surrogates
from plugins.nlp.token_classification.schemes import TagSet, spans_of
from plugins.nlp.token_classification.words import TokenWord, split_words

__all__ = ["as_words", "cells", "columns_of_predictions", "headline", "prediction_figures", "prediction_of"]

_CELLS = ("entities", "words", "tags")
_NAMED = 8
"""Entities in a headline."""
_LONGEST_NAME = 60


def as_words(given: Any) -> tuple[str, list[TokenWord]]:
    """Return the text of an input and its words: a text is split, a list of words stays as it is.

    Empty words have no place in the text, and are left out.
    """
    if isinstance(given, str):
        return given, split_words(given)
    words, start, parts = list[TokenWord](), 0, [str(word) for word in given]
    for part in parts:
        if part:
            words.append(TokenWord(start, start + len(part)))
        start += len(part) + 1
    return " ".join(parts), words


def prediction_of(
    text: str, words: Sequence[TokenWord], tags: np.ndarray, confidence: np.ndarray, known: TagSet
) -> Prediction:
    """Return the answer to one input; the confidence of an entity is that of its least sure word.

    Args:
        text: The input.
        words: Of the text.
        tags: Id of each word's tag.
        confidence: Probability of each word's tag.
        known: The tags.
    """
    spans, _ = spans_of(tags, np.array([0, tags.size]), known)
    entities = []
    for first, end, kind in zip(spans.starts.tolist(), spans.ends.tolist(), spans.types.tolist(), strict=True):
        start, stop = words[first].start, words[end - 1].end
        entities.append(
            {
                "text": text[start:stop],
                "label": known.types[kind],
                "start": start,
                "end": stop,
                "confidence": float(confidence[first:end].min()),
            }
        )
    said = zip(words, tags.tolist(), confidence.tolist(), strict=True)
    return {
        "text": text,
        "entities": entities,
        "words": [
            {"word": text[word.start : word.end], "tag": known.names[tag], "confidence": sure}
            for word, tag, sure in said
        ],
    }


def headline(prediction: Prediction) -> Statement:
    """Return how many entities there are, and the first ones."""
    found = prediction["entities"]
    if not found:
        return Statement("no entities")
    more = Statement("") if len(found) <= _NAMED else Statement(" and {more:count} more", {"more": len(found) - _NAMED})
    named = _listed(found[:_NAMED], ", ")
    if len(found) == 1:
        return Statement("1 entity: {entities}", {"entities": named})
    return Statement("{count:count} entities: {entities}{more}", {"count": len(found), "entities": named, "more": more})


def columns_of_predictions(data: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG001 -- the same for all data
    """Return entities, words and tags."""
    return _CELLS


def cells(prediction: Prediction) -> dict[str, str | float | None]:
    """Return entities, words and tags, each as one text."""
    words = prediction["words"]
    return {
        "entities": _listed(prediction["entities"], "; "),
        "words": " ".join(word["word"] for word in words),
        "tags": " ".join(word["tag"] for word in words),
    }


def prediction_figures(prediction: Prediction) -> Iterator[Figure]:
    """Yield the text with its entities marked, and their list."""
    found: Sequence[Mapping[str, Any]] = prediction["entities"]
    marks = tuple(Highlight(one["start"], one["end"], one["confidence"], _clean(one["label"])) for one in found)
    caption = (Statement("The stronger the ground, the surer the model is of the entity."),) if found else ()
    text = without_surrogates(prediction["text"])
    yield HighlightedText("entities", Statement("Entities"), text, marks, caption=caption)
    if found:
        columns = (
            Column(Statement("Entity")),
            Column(Statement("Type")),
            Column(Statement("Confidence"), "percent"),
        )
        rows = tuple((_clean(one["text"]), _clean(one["label"]), one["confidence"]) for one in found)
        yield Table("entity-list", Statement("Entities by their place"), columns, rows)


def _listed(entities: Sequence[Mapping[str, Any]], mark: str) -> str:
    return mark.join(f"{_shortened(one['text'])} ({one['label']})" for one in entities)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def _clean(text: str) -> str:
    return without_surrogates(text)
